import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance } from 'fastify';
import { VERSION } from '../install.js';

let made: Promise<object> | undefined;

/**
 * The OpenAPI 3.1 document of the API, made once, of the schemas that the routes themselves have.
 *
 * @param addRoutes - adds them; they are described only, and never called
 */
export function openapi(addRoutes: (app: FastifyInstance) => void): Promise<object> {
  made ??= generate(addRoutes);
  return made;
}

async function generate(addRoutes: (app: FastifyInstance) => void): Promise<object> {
  const app = Fastify({ exposeHeadRoutes: false });
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'covey',
        version: VERSION,
        description: 'Every daemon of a flock serves this for the whole flock.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
    },
  });
  addRoutes(app);
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
