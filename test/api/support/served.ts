import { mkdtempSync, rmSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SelfView, SubmitBody, Submitted } from '../../../src/api/schema.js';
import { startDaemon, type Daemon, type DaemonOptions } from '../../../src/node/daemon.js';

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON. */
  json<T>(): T;
}

export interface Sent {
  /** An object is sent as JSON, text and bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Options of a node on loopback in `dataDir`, without a flock to join. */
export function alone(dataDir: string, more: Partial<DaemonOptions> = {}): DaemonOptions {
  const capacity = { cpus: 2, memBytes: 2 ** 30, gpus: 0, custom: {} };
  return {
    ...{ dataDir, listen: ['127.0.0.1:0'], join: [], capacity, labels: {}, speed: 1, zone: '', logLevel: 'silent' },
    ...more,
  };
}

export function temporaryDir(): string {
  return mkdtempSync(join(tmpdir(), 'covey-api-'));
}

/** A real daemon of one node in this process, and what a client sends to it over its Unix socket. */
export class Served {
  private constructor(
    readonly dir: string,
    readonly daemon: Daemon,
  ) {}

  static async start(more: Partial<DaemonOptions> = {}): Promise<Served> {
    const dir = temporaryDir();
    return new Served(dir, await startDaemon(alone(dir, more)));
  }

  async stop(): Promise<void> {
    await this.daemon.leave();
    rmSync(this.dir, { recursive: true, force: true });
  }

  get(path: string, sent: Sent = {}): Promise<Got> {
    return call({ socketPath: this.daemon.ready.socket }, 'GET', path, sent);
  }

  post(path: string, sent: Sent = {}): Promise<Got> {
    return call({ socketPath: this.daemon.ready.socket }, 'POST', path, sent);
  }

  send(method: string, path: string, sent: Sent = {}): Promise<Got> {
    return call({ socketPath: this.daemon.ready.socket }, method, path, sent);
  }

  /** The id of a job that was accepted. */
  async submit(body: Partial<SubmitBody>): Promise<string> {
    const got = await this.post('/v1/jobs', { body: { argv: ['true'], ...body } });
    if (got.status !== 202) throw new Error(`not accepted: ${got.body.toString()}`);
    return got.json<Submitted>().job;
  }

  /** Submits a job and waits until it is terminal. */
  async ran(body: Partial<SubmitBody>): Promise<string> {
    const job = await this.submit(body);
    await this.get(`/v1/jobs/${job}?waitMs=10000`);
    return job;
  }

  /** Requests that the core is still at work on. */
  async clients(): Promise<number> {
    return (await this.get('/v1/node')).json<SelfView>().stats['clients'] ?? NaN;
  }
}

/** One exchange over a connection of its own. */
export function call(
  to: { readonly socketPath: string } | { readonly host: string; readonly port: number },
  method: string,
  path: string,
  { body, headers = {}, signal }: Sent = {},
): Promise<Got> {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sending = request({ ...to, method, path, agent: false, headers: { ...type, ...headers }, signal });
    sending.once('error', reject);
    sending.once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () => {
        const got = Buffer.concat(parts);
        const json = <T>() => JSON.parse(got.toString()) as T;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: got, json });
      });
    });
    sending.end(body === undefined || isRaw ? body : JSON.stringify(body));
  });
}
