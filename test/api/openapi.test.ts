import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { Served } from './support/served.js';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

describe('openapi.json', () => {
  let served: Served;
  let document: Document;
  before(async () => {
    served = await Served.start();
    document = (await served.get('/openapi.json')).json<Document>();
  });
  after(() => served.stop());

  const schemaOf = (path: string, method: string, status: string, type = 'application/json') => {
    return document.paths[path]?.[method]?.responses[status]?.content[type]?.schema ?? {};
  };
  /** Holds what a route answers to what the document says of it, extra fields and missing ones included. */
  const fits = async (route: string, url: string, method: 'get' | 'post' = 'get', body?: object) => {
    const got = method === 'get' ? await served.get(url) : await served.post(url, body === undefined ? {} : { body });
    expect(got.status, url).to.equal(200);
    const schema = schemaOf(route, method, '200');
    expect(schema, `${method} ${route} is described`).to.have.property('type', 'object');
    const ajv = new Ajv({ strict: false, validateFormats: false, discriminator: true });
    expect(ajv.validate(schema, got.json()), `${url}: ${ajv.errorsText()}`).to.equal(true);
  };

  it('should be OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as object as Record<string, unknown>,
    );
    expect(errors).to.equal(undefined);
    expect(valid).to.equal(true);
    expect(document.openapi).to.equal('3.1.0');
  });

  it('should have every route', () => {
    const routes = Object.entries(document.paths).flatMap(([path, of]) => Object.keys(of).map((m) => `${m} ${path}`));
    expect(routes.sort()).to.include.members([
      'get /healthz',
      'get /readyz',
      'get /v1/events',
      'get /v1/jobs',
      'get /v1/jobs/{job}',
      'get /v1/jobs/{job}/results',
      'get /v1/jobs/{job}/tasks',
      'get /v1/tasks/{job}/{index}/logs',
      'get /v1/tasks/{job}/{index}/result',
      'post /v1/jobs',
      'post /v1/jobs/{job}/abandon',
      'post /v1/jobs/{job}/cancel',
      'post /v1/jobs/{job}/retry',
    ]);
    for (const of of Object.values(document.paths)) {
      for (const { responses } of Object.values(of)) {
        expect(responses['4XX']?.content).to.have.property('application/problem+json');
      }
    }
  });

  it('should say what routes answer', async () => {
    const job = await served.ran({ argv: ['sh', '-c', 'echo a; exit 2'], retries: 1 });
    const later = await served.submit({ after: [{ job, on: 'fail' }], delayMs: 60_000 });
    await fits('/v1/jobs', '/v1/jobs');
    for (const id of [job, later]) {
      await fits('/v1/jobs/{job}', `/v1/jobs/${id}`);
      await fits('/v1/jobs/{job}/tasks', `/v1/jobs/${id}/tasks`);
      await fits('/v1/jobs/{job}/results', `/v1/jobs/${id}/results`);
      await fits('/v1/tasks/{job}/{index}', `/v1/tasks/${id}/0`);
      await fits('/v1/tasks/{job}/{index}/explain', `/v1/tasks/${id}/0/explain`);
    }
    await fits('/v1/jobs/{job}/retry', `/v1/jobs/${job}/retry`, 'post');
    await fits('/v1/tasks/{job}/{index}', `/v1/tasks/${job}/0`);
    await fits('/v1/jobs/{job}/hold', `/v1/jobs/${later}/hold`, 'post');
    await fits('/v1/jobs/{job}', `/v1/jobs/${later}`);
    await fits('/v1/jobs/{job}/release', `/v1/jobs/${later}/release`, 'post');
    await fits('/v1/jobs/{job}/update', `/v1/jobs/${later}/update`, 'post', { maxFails: 3, deadlineMs: 60_000 });
    await fits('/v1/jobs/{job}/cancel', `/v1/jobs/${later}/cancel`, 'post');
    await fits('/v1/nodes', '/v1/nodes');
    await fits('/v1/node', '/v1/node');
    await fits('/v1/ring', '/v1/ring?key=a');
    await fits('/v1/doctor', '/v1/doctor');
    await fits('/healthz', '/healthz');
    await fits('/readyz', '/readyz');
    await fits('/v1/nodes/{node}/drain', `/v1/nodes/${served.daemon.ready.node}/drain?begin=false`, 'post');
  });

  it('should say how an error looks', async () => {
    const ajv = new Ajv({ strict: false });
    const schema = schemaOf('/v1/jobs/{job}', 'get', '4XX', 'application/problem+json');
    const problem = (await served.get('/v1/jobs/zzzzzzzz')).json();
    expect(ajv.validate(schema, problem), ajv.errorsText()).to.equal(true);
  });
});
