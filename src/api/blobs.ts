import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isHash } from '../files/manifest.js';
import { CoveyError } from '../kernel/errors.js';
import type { Blobs } from '../node/io/blobs/blobs.js';
import { ROUTES } from './described.js';
import { queryOf } from './reading.js';
import type { MissingBlobs } from './schema.js';

/** What a client sends before it submits a job with files, and gets of what tasks left. */
export function addBlobRoutes(app: FastifyInstance, blobs: Blobs): void {
  // Not read here: a blob goes to the disk as it comes.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));

  app.post('/v1/blobs/missing', ROUTES.missingBlobs, (request) => {
    const { hashes } = request.body as { readonly hashes: readonly string[] };
    return { missing: blobs.store.missing(hashes.map(checked)) } satisfies MissingBlobs;
  });

  app.put('/v1/blobs/:hash', { ...ROUTES.putBlob, bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
    await blobs.store.put(hashOf(request), request.body as AsyncIterable<Uint8Array>);
    void reply.status(201);
    return {};
  });

  app.get('/v1/blobs/:hash', ROUTES.getBlob, async (request, reply) => {
    const hash = hashOf(request);
    const { tree = hash } = queryOf(request);
    const blob = await blobs.open(hash, checked(tree));
    void reply.type('application/octet-stream').header('content-length', String(blob.bytes));
    return reply.send(blob.read());
  });
}

function hashOf(request: FastifyRequest): string {
  return checked((request.params as { readonly hash: string }).hash);
}

/** @throws CoveyError `usage` */
function checked(hash: string): string {
  if (isHash(hash)) return hash;
  throw new CoveyError('usage', `${JSON.stringify(hash.slice(0, 80))} is no SHA-256`, 'write 64 hexadecimal digits');
}
