import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

type Handler = (seen: Seen, response: ServerResponse) => void | Promise<void>;

/** A real HTTP server on a Unix socket, whose answers a test writes down route by route. */
export class FakeDaemon {
  readonly requests: Seen[] = [];
  readonly #routes = new Map<string, Handler>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  private constructor(readonly data: string) {}

  static async start(): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(await mkdtemp(join(tmpdir(), 'covey-fake-')));
    await new Promise<void>((resolve) => daemon.#server.listen(daemon.socket, resolve));
    return daemon;
  }

  get socket(): string {
    return join(this.data, 'covey.sock');
  }

  /** @param route as in `GET /v1/nodes` */
  on(route: string, handler: Handler): this {
    this.#routes.set(route, handler);
    return this;
  }

  answers(route: string, body: unknown, status = 200): this {
    return this.on(route, (_seen, response) => json(response, body, status));
  }

  /** Paths with their methods, in the order they came. */
  get asked(): readonly string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.data, { recursive: true, force: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://fake');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const query = Object.fromEntries(searchParams);
    const seen = { method, path: pathname, query, headers: request.headers, body };
    this.requests.push(seen);
    const handler = this.#routes.get(`${method} ${pathname}`);
    if (handler) await handler(seen, response);
    else problem(response, 404, 'not-found', `there is no ${pathname}`);
  }
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function problem(response: ServerResponse, status: number, code: string, detail: string, hint?: string): void {
  const body = { type: 'about:blank', title: code, status, code, detail, hint };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}
