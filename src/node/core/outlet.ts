import type { Put } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { NodeEffect } from './events.js';
import { laneOf, type Message } from './wire.js';

/**
 * Gathers the effects of one step. Writes of a step become one atomic write; what a node sends itself does not leave it,
 * but comes back as an event of the same step.
 */
export class Outlet<WriteTag, ReadTag> {
  readonly #writes = new Map<number, readonly WriteTag[]>();
  readonly #reads = new Map<number, ReadTag>();
  #effects: NodeEffect[] = [];
  #puts: Put[] = [];
  #tags: WriteTag[] = [];
  #toSelf: Message[] = [];
  #serial = 0;

  constructor(private readonly self: NodeId) {}

  push(effect: NodeEffect): void {
    this.#effects.push(effect);
  }

  send(to: NodeId, message: Message): void {
    if (to === this.self) this.#toSelf.push(message);
    else this.#effects.push({ kind: 'send', to, message, lane: laneOf(message) });
  }

  /** The tags of all commits of a step come back together, in order. */
  commit(puts: readonly Put[], tag: WriteTag): void {
    // Not spread: the arguments of a call are bounded, the shards of a job are many.
    for (const put of puts) this.#puts.push(put);
    this.#tags.push(tag);
  }

  load(prefix: string, tag: ReadTag): void {
    this.#effects.push({ kind: 'load', read: this.readFor(tag), prefix });
  }

  /** A number for something to be read, under which `tag` is found again. */
  readFor(tag: ReadTag): number {
    this.#reads.set(++this.#serial, tag);
    return this.#serial;
  }

  written(write: number): readonly WriteTag[] {
    const tags = this.#writes.get(write) ?? [];
    this.#writes.delete(write);
    return tags;
  }

  wasRead(read: number): ReadTag | undefined {
    const tag = this.#reads.get(read);
    this.#reads.delete(read);
    return tag;
  }

  get hasOwn(): boolean {
    return this.#toSelf.length > 0;
  }

  /** Messages to this node itself, to be handled before the step ends. */
  takeOwn(): Message[] {
    const own = this.#toSelf;
    this.#toSelf = [];
    return own;
  }

  take(): NodeEffect[] {
    if (this.#tags.length > 0) {
      const write = ++this.#serial;
      this.#writes.set(write, this.#tags);
      this.#effects.push({ kind: 'persist', write, puts: this.#puts });
      this.#tags = [];
      this.#puts = [];
    }
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
