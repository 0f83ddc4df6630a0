import { Agent, request, type IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import type { Address } from './address.js';

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of a body; made anew for each try. */
  readonly stream?: () => Readable;
  /** Longest silence until the answer's head. */
  readonly timeoutMs: number;
  /** How much of that the daemon was asked to take. @default 0 */
  readonly heldMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How a request ended. `refused`: no connection came about, so nothing was sent. `lost`: the connection broke before the
 * answer was complete; the daemon may have done what was asked. `silent`: no answer in time; the same doubt.
 */
export type Outcome<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'lost'; readonly why: string }
  | { readonly kind: 'silent' };

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** An answer that takes longer is late: people should hear that it is waited for. */
const LATE_MS = 2_500;

/** HTTP to one daemon, over connections that are kept. */
export class Http {
  readonly #agent = new Agent({ keepAlive: true });

  /** @param onLate - called for each request that stays unanswered for seconds, which is waited for nevertheless */
  constructor(
    readonly address: Address,
    private readonly onLate: () => void = () => undefined,
  ) {}

  /** @throws the signal's reason where `signal` ends it */
  async exchange(exchange: Exchange): Promise<Outcome<Answer>> {
    const opened = await this.open(exchange);
    if (opened.kind !== 'answer') return opened;
    const response = opened.answer;
    try {
      const text = await textOf(response);
      return { kind: 'answer', answer: { status: response.statusCode ?? 0, headers: response.headers, text } };
    } catch (error) {
      exchange.signal?.throwIfAborted();
      return { kind: 'lost', why: reasonOf(error) };
    }
  }

  /** Answers as soon as the head of the response is there; the body is the caller's to read or destroy. */
  open(exchange: Exchange): Promise<Outcome<IncomingMessage>> {
    const { method, path, signal } = exchange;
    const body = exchange.body === undefined ? undefined : JSON.stringify(exchange.body);
    const headers = {
      accept: 'application/json',
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
      ...exchange.headers,
    };
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.#target(), method, path, headers, agent: this.#agent, signal });
      const patience = setTimeout(() => {
        resolve({ kind: 'silent' });
        sent.destroy();
      }, exchange.timeoutMs);
      const late = setTimeout(this.onLate, LATE_MS + (exchange.heldMs ?? 0));
      // After its answer, its error, or its end for want of both.
      sent.on('close', () => clearTimeout(late));
      sent.on('response', (response) => {
        clearTimeout(patience);
        clearTimeout(late);
        resolve({ kind: 'answer', answer: response });
      });
      sent.on('error', (error) => {
        clearTimeout(patience);
        if (signal?.aborted === true) reject(asError(signal.reason));
        else resolve({ kind: neverConnected(error) ? 'refused' : 'lost', why: reasonOf(error) });
      });
      if (exchange.stream) pipeline(exchange.stream(), sent, () => undefined);
      else sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #target(): { socketPath: string } | { host: string; port: number } {
    const { address } = this;
    return address.kind === 'socket' ? { socketPath: address.path } : { host: address.host, port: address.port };
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

function neverConnected(error: NodeJS.ErrnoException): boolean {
  return error.syscall === 'connect' || error.syscall === 'getaddrinfo';
}

function reasonOf(error: unknown): string {
  const { code, message } = asError(error) as NodeJS.ErrnoException;
  return code ?? message;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
