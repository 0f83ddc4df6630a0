import { Ajv, type ErrorObject } from 'ajv';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { BODY_BYTES_MAX } from '../kernel/body.js';
import { CoveyError } from '../kernel/errors.js';
import { problemOf, StatusError } from './problem.js';
import { refuseUnknown } from './reading.js';

/** Fastify as the API uses it: every refusal is a problem, and says what was wrong and where. */
export function createFramework(): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    frameworkErrors: (error, _request, reply) => void refuse(reply as FastifyReply, error),
    schemaErrorFormatter: (errors) => new CoveyError('usage', placeOf(errors as ErrorObject[])),
  });
  const allowedFor = methodsOf(app);
  readJson(app);
  // What is read of path, query and headers is text, and the routes say best what is wrong with it.
  app.setValidatorCompiler(({ schema, httpPart }) =>
    httpPart === 'body' ? compiledLate(schema as object) : () => true,
  );
  // What a route answers is typed by its schema; checking it again on its way out would cost as much as making it.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error: FastifyError, _request, reply) => refuse(reply, inWords(error)));
  app.setNotFoundHandler(({ method, url }, reply) => {
    const allowed = allowedFor(url);
    if (allowed.length === 0) {
      return refuse(reply, new CoveyError('not-found', `there is no ${method} ${url}`, 'see /openapi.json'));
    }
    void reply.header('allow', allowed.join(', '));
    return refuse(reply, new StatusError(405, `there is no ${method} ${url}`, `it takes ${allowed.join(' and ')}`));
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (!request.is404) refuseUnknown(request);
    done();
  });
  return app;
}

function refuse(reply: FastifyReply, error: Error): FastifyReply {
  const problem = problemOf(error);
  if (problem.status === 429) void reply.header('retry-after', String(retryAfterS(error)));
  return reply.status(problem.status).type('application/problem+json').send(problem);
}

/** Whole seconds, as the header is. */
function retryAfterS(error: Error): number {
  const retryMs = error instanceof CoveyError ? Number(error.details?.['retryMs'] ?? 0) : 0;
  return Math.max(1, Math.ceil(retryMs / 1000));
}

/** Compiled when the first body comes: all of them take an eighth of a daemon's start. */
function compiledLate(schema: object) {
  const check = (body: unknown): boolean => {
    const validate = validatorOf(schema);
    const isValid = validate(body) as boolean;
    check.errors = validate.errors ?? null;
    return isValid;
  };
  check.errors = null as ErrorObject[] | null;
  return check;
}

const ajv = new Ajv({ discriminator: true, strict: false });
const validators = new WeakMap<object, ReturnType<Ajv['compile']>>();

/** One for all frameworks of the process. */
function validatorOf(schema: object): ReturnType<Ajv['compile']> {
  const validator = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, validator);
  return validator;
}

/** `body/tasks/first must be integer`: what is wrong, and where. */
function placeOf([error]: readonly ErrorObject[]): string {
  const { instancePath = '', message = 'is not what it must be', params = {} } = error ?? {};
  const { additionalProperty, allowedValues } = params as { additionalProperty?: string; allowedValues?: string[] };
  const place = `body${instancePath}`;
  if (additionalProperty !== undefined)
    return `${place} has no field ${JSON.stringify(additionalProperty.slice(0, 100))}`;
  return `${place} ${message}${allowedValues ? `: ${allowedValues.join(', ')}` : ''}`;
}

/** As Fastify reads JSON, but an error says where it is wrong. */
function readJson(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  const read = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    void read(request, text, (error, body) => done(error && notJson(text, error), body));
  });
}

function notJson(text: string, error: Error): CoveyError {
  if (text === '') return new CoveyError('usage', 'the body is empty', 'send a JSON object');
  try {
    JSON.parse(text);
    return new CoveyError('usage', `the body is not accepted: ${error.message}`);
  } catch (reason) {
    return new CoveyError(
      'usage',
      `the body is not JSON: ${reason instanceof Error ? reason.message : String(reason)}`,
    );
  }
}

/** What Fastify itself refuses, in words that help. */
function inWords(error: FastifyError): Error {
  if (error instanceof CoveyError) return error;
  switch (error.statusCode) {
    case 413: {
      const hint = 'make several jobs of it, or put what is large where the nodes can read it';
      return new CoveyError('too-large', `the body has more than ${BODY_BYTES_MAX / 2 ** 20} MiB`, hint);
    }
    case 415:
      return new StatusError(415, 'the body must be JSON', 'send the header content-type: application/json');
    default:
      return error;
  }
}

/** Which methods a path takes; none where there is no such path. */
function methodsOf(app: FastifyInstance): (url: string) => readonly string[] {
  const routes: { readonly path: RegExp; readonly method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const path = new RegExp(`^${url.replace(/:[a-z]+/g, '[^/]+')}$`);
    for (const one of [method].flat()) routes.push({ path, method: one });
  });
  return (url) => {
    const path = url.replace(/\?.*$/s, '');
    return [...new Set(routes.filter((route) => route.path.test(path)).map(({ method }) => method))].sort();
  };
}
