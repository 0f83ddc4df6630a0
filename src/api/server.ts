import { chmodSync, rmSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CoveyError } from '../kernel/errors.js';
import type { Driver } from '../node/driver.js';
import type { Blobs } from '../node/io/blobs/blobs.js';
import { VERSION } from '../install.js';
import { examine, type Patient } from './doctor.js';
import { createFramework } from './framework.js';
import { addRoutes, type RoutesContext } from './routes.js';
import type { SelfView } from './schema.js';

export interface ApiOptions extends Patient {
  readonly driver: Driver;
  readonly blobs: Blobs;
  readonly boot: number;
  /** Path of the Unix socket; only its owner may use it. */
  readonly socket: string;
  /** HOST:PORT for TCP besides. */
  readonly http?: string | undefined;
  readonly leave: () => void;
}

export interface Api {
  readonly ready: {
    readonly node: string;
    readonly listen: string[];
    readonly socket: string;
    readonly http: string | null;
  };
  close(): Promise<void>;
}

const PORT_MAX = 65_535;

/** The smallest bound among the systems that Node runs on (sun_path less its NUL; Linux has 107). */
const SOCKET_PATH_BYTES_MAX = 103;

/**
 * Serves the HTTP API on a Unix socket, and on TCP if asked.
 *
 * @throws CoveyError `usage` where the TCP address cannot be used
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  const local = build(options, () => self(), false);
  const tcp = options.http === undefined ? undefined : build(options, () => self(), true);
  let http: string | null = null;
  const self = () => selfView(options, http);
  await listenLocal(local, options.socket);
  try {
    if (tcp && options.http !== undefined) http = await listenTcp(tcp, options.http);
  } catch (error) {
    await local.close();
    throw error;
  }
  const ready = {
    node: options.transport.id,
    listen: [...options.transport.addresses()],
    socket: options.socket,
    http,
  };
  return {
    ready,
    close: async () => {
      await Promise.all([local.close(), tcp?.close()]);
    },
  };
}

function build(options: ApiOptions, self: () => SelfView, isOpen: boolean): FastifyInstance {
  const app = createFramework();
  if (isOpen) app.addHook('onRequest', refuseBrowsers);
  const { driver, blobs, leave } = options;
  addRoutes(app, { driver, blobs, self, doctor: () => examine(options), leave });
  app.get('/openapi.json', async () => {
    const { openapi } = await import('./openapi.js');
    return openapi((described) => addRoutes(described, {} as RoutesContext));
  });
  return app;
}

/** @throws CoveyError `usage` where the path is longer than a socket's may be */
async function listenLocal(app: FastifyInstance, path: string): Promise<void> {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
    throw new CoveyError('usage', `${path} is too long for a Unix socket`, 'choose a shorter directory with --data');
  }
  rmSync(path, { force: true });
  await app.listen({ path });
  chmodSync(path, 0o600);
}

/**
 * A loopback port is open to every web page that this machine's browsers show: a page names its origin, or reaches us by a
 * host name of its own (DNS rebinding). Neither has business here.
 */
function refuseBrowsers(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  const isStrange = request.headers.origin !== undefined || !isLocalHost(request.hostname);
  done(
    isStrange
      ? new CoveyError('forbidden', 'web pages may not use this API', 'use the CLI, or the Unix socket')
      : undefined,
  );
}

function isLocalHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Where the API is to listen on TCP.
 *
 * @throws CoveyError `usage`
 */
export function parseHttp(address: string): { readonly host: string; readonly port: string } {
  const [, host = '', port = ''] = /^(?:\[?([^\]]*)\]?):(\d+)$/.exec(address) ?? [];
  if (isLocalHost(host) && Number(port) <= PORT_MAX) return { host, port };
  const hint = 'the API has no access control yet: listen on 127.0.0.1, and forward the port where needed';
  throw new CoveyError('usage', `--http ${address} is not a loopback HOST:PORT`, hint);
}

async function listenTcp(app: FastifyInstance, address: string): Promise<string> {
  const { host, port } = parseHttp(address);
  try {
    return await app.listen({ host, port: Number(port) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = 'choose another for --http';
    if (code === 'EADDRINUSE') throw new CoveyError('held', `port ${port} on ${host} is in use`, hint);
    throw new CoveyError('usage', `--http ${address} cannot be listened on: ${message}`, hint);
  }
}

/** Below this many mesh peers, in a flock that has more members, gossip is badly knit. */
const MESH_MIN = 1;

function selfView({ core, transport, store, loss, boot, socket }: ApiOptions, http: string | null): SelfView {
  const { peers, mesh, refused, dropped } = transport.stats();
  const refusals = Object.fromEntries(Object.entries(refused).map(([cause, n]) => [`refused.${cause}`, n]));
  const isThin = core.membership.counts.alive > 3 && mesh.rumours < MESH_MIN;
  const health = isThin
    ? [{ what: `only ${mesh.rumours} gossip peers`, hint: 'check that nodes can dial each other' }]
    : [];
  const { isOk, reason = null, bad } = store.health();
  const storeStats = { 'store.ok': isOk ? 1 : 0, 'store.bad': bad };
  return {
    node: transport.id,
    version: VERSION,
    pid: process.pid,
    boot,
    listen: transport.addresses(),
    socket,
    http,
    ready: core.membership.isJoined && isOk,
    store: { ok: isOk, reason, bad, loss },
    stats: {
      ...core.stats(),
      peers,
      'mesh.rumours': mesh.rumours,
      'mesh.load': mesh.load,
      dropped,
      ...storeStats,
      ...refusals,
    },
    health,
  };
}
