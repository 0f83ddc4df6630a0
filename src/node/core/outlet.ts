import type { LoadEffect, Put } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { NodeEffect } from './events.js';
import { laneOf, type Message } from './wire.js';

interface Write<Tag> {
  readonly puts: readonly Put[];
  readonly tag: Tag;
}

/**
 * Gathers the effects of one step. Writes of a step become one atomic write; what a node sends itself does not leave it,
 * but comes back as an event of the same step.
 */
export class Outlet<WriteTag, ReadTag> {
  readonly #writes = new Map<number, readonly Write<WriteTag>[]>();
  readonly #reads = new Map<number, ReadTag>();
  #effects: NodeEffect[] = [];
  #commits: Write<WriteTag>[] = [];
  /** What could not be written, or was wanted meanwhile, by the number of its write: so it keeps its order. */
  readonly #held = new Map<number, readonly Write<WriteTag>[]>();
  #refusal: string | undefined;
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
    this.#commits.push({ puts, tag });
  }

  load({ prefix, page }: Pick<LoadEffect<unknown>, 'prefix' | 'page'>, tag: ReadTag): void {
    this.#effects.push({ kind: 'load', read: this.readFor(tag), prefix, ...(page ? { page } : {}) });
  }

  /** A number for something to be read, under which `tag` is found again. */
  readFor(tag: ReadTag): number {
    this.#reads.set(++this.#serial, tag);
    return this.#serial;
  }

  written(write: number): readonly WriteTag[] {
    return this.#settled(write).map(({ tag }) => tag);
  }

  /** A write failed: it is written again, in its place, once the store takes writes. */
  failed(write: number): void {
    this.#held.set(write, this.#settled(write));
  }

  /** Writes that wait until the store takes them. */
  get held(): number {
    return this.#held.size;
  }

  /** Why the store takes no writes; undefined while it does. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** The store takes no writes from now on, for that reason; or takes them again, and gets first what was kept. */
  setRefusal(reason: string | undefined): void {
    this.#refusal = reason;
    if (reason !== undefined) return;
    const inOrder = [...this.#held].sort(([a], [b]) => a - b);
    this.#held.clear();
    this.#commits = [...inOrder.flatMap(([, commits]) => commits), ...this.#commits];
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
    this.#persist();
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #persist(): void {
    if (this.#commits.length === 0) return;
    const write = ++this.#serial;
    const commits = this.#commits;
    this.#commits = [];
    if (this.#refusal !== undefined) return void this.#held.set(write, commits);
    this.#writes.set(write, commits);
    this.#effects.push({ kind: 'persist', write, puts: commits.flatMap(({ puts }) => puts) });
  }

  #settled(write: number): readonly Write<WriteTag>[] {
    const commits = this.#writes.get(write) ?? [];
    this.#writes.delete(write);
    return commits;
  }
}
