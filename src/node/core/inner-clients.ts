import type { GatewayEffect } from './gateway/gateway.js';
import type { ClientRequest, ClientResult, RequestName, Requests } from './gateway/requests.js';

type Answer = Extract<GatewayEffect, { kind: 'answer' }>;

/** What a machine of the node itself asks of the gateway, as a client would, but that no driver knows of it. */
export class InnerClients {
  /** By the number under which the gateway is asked; clients of the driver have numbers from 0. */
  readonly #waiting = new Map<number, (result: ClientResult) => void>();
  #asked = 0;

  /** @param ask - gives a request to the gateway */
  constructor(private readonly ask: (client: number, request: ClientRequest) => void) {}

  /** @param done - undefined: it failed, and why does not matter */
  request<Name extends RequestName>(
    request: Extract<ClientRequest, { readonly op: Name }>,
    done: (value: Requests[Name]['gets'] | undefined, error: string | undefined) => void,
  ): void {
    const client = -1 - this.#asked++;
    this.#waiting.set(client, (result) => {
      if (result.isOk) done(result.value, undefined);
      else done(undefined, result.error.code);
    });
    this.ask(client, request);
  }

  /** False where the answer is for a client of the driver. */
  answered({ client, result }: Answer): boolean {
    const done = this.#waiting.get(client);
    this.#waiting.delete(client);
    done?.(result);
    return done !== undefined;
  }
}
