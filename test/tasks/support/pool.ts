import type { NodeId } from '../../../src/kernel/ids.js';
import type { Prng } from '../../../src/kernel/prng.js';
import type { Message } from '../../../src/node/core/wire.js';

export interface Envelope {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}

export interface Asked {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
  readonly tag: unknown;
  readonly patience: 'forever' | 'alive' | number;
}

/** Every message under way: it may arrive at any time, more than once, or never. And the requests not yet answered. */
export class Pool {
  readonly #wire: Envelope[] = [];
  readonly #asked = new Map<number, Asked>();
  #next = 0;

  constructor(private readonly prng: Prng) {}

  get hasAsked(): boolean {
    return this.#asked.size > 0;
  }

  get asked(): readonly Asked[] {
    return [...this.#asked.values()];
  }

  send(from: NodeId, to: NodeId, message: Message): void {
    this.#wire.push({ from, to, message });
  }

  /** @param delayMs - not sent at once: a repeat brings it */
  ask(from: NodeId, to: NodeId, request: object, tag: unknown, patience: Asked['patience'], delayMs = 0): void {
    const id = ++this.#next;
    const message = { ...request, ask: id } as Message;
    this.#asked.set(id, { from, to, message, tag, patience });
    if (delayMs === 0) this.send(from, to, message);
  }

  /** The request that a message answers, once. */
  answered({ from, to, message }: Envelope): Asked | undefined {
    const id = 're' in message ? message.re : -1;
    const asked = this.#asked.get(id);
    if (asked?.from !== to || asked.to !== from) return undefined;
    this.#asked.delete(id);
    return asked;
  }

  /** Any message: taken out, or left to come again. */
  any(repeats: number): Envelope | undefined {
    if (this.#wire.length === 0) return undefined;
    const i = this.prng.below(this.#wire.length);
    return this.prng.chance(repeats) ? this.#wire[i] : this.#wire.splice(i, 1)[0];
  }

  first(): Envelope | undefined {
    return this.#wire.shift();
  }

  resend(isMeant: (asked: Asked) => boolean): void {
    for (const { from, to, message } of this.asked.filter(isMeant)) this.send(from, to, message);
  }

  /** A node starts anew: it has asked nothing, and what it sent on its old connections is lost with them. */
  died(node: NodeId): void {
    this.giveUp(({ from }) => from === node);
    this.#wire.splice(0, Infinity, ...this.#wire.filter(({ from }) => from !== node));
  }

  /** Ends the patience of requests. */
  giveUp(isMeant: (asked: Asked) => boolean): Asked[] {
    const given = [...this.#asked].filter(([, asked]) => isMeant(asked));
    for (const [id] of given) this.#asked.delete(id);
    return given.map(([, asked]) => asked);
  }
}
