import type { FastifyInstance } from 'fastify';
import type { Queue, QueueSettings } from '../kernel/queues.js';
import type { Driver } from '../node/driver.js';
import { ROUTES } from './described.js';
import type { QueueView } from './schema.js';

/** The queues of the flock: read, set and removed. */
export function queueRoutes(app: FastifyInstance, driver: Driver): void {
  app.get('/v1/queues', ROUTES.queues, async () => {
    return { queues: (await driver.request({ op: 'queues' })).map(queueView) };
  });
  app.put('/v1/queues/:name', ROUTES.setQueue, async (request) => {
    const { name } = request.params as { readonly name: string };
    const settings = request.body as QueueSettings;
    return queueView(await driver.request({ op: 'queue-set', name, settings }));
  });
  app.delete('/v1/queues/:name', ROUTES.removeQueue, async (request) => {
    const { name } = request.params as { readonly name: string };
    await driver.request({ op: 'queue-remove', name });
    return { name, removed: true };
  });
}

function queueView({ name, weight, guarantee = 0, limit = 1, discipline = 'fifo', version, by }: Queue): QueueView {
  return { name, weight, guarantee, limit, discipline, version, by };
}
