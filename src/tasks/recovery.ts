import type { NodeId } from '../kernel/ids.js';
import type { ShardEffect } from './offering.js';
import type { Shard } from './shard.js';

/**
 * A coordinator that starts again places nothing before every member has said what it still holds, or is dead
 * (register.md, rule 9): so a restart runs nothing twice that is still held somewhere.
 */
export class Recovery {
  readonly #unheard = new Set<NodeId>();
  #isUnderWay = false;
  #isJoined = false;

  constructor(
    private readonly boot: number,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  begin(members: readonly NodeId[]): void {
    this.#isUnderWay = true;
    for (const node of members) this.ask(node);
  }

  /** A member that only turns up now may hold something too: the stored list of members is a second old at worst. */
  ask(node: NodeId): void {
    if (!this.#isUnderWay || this.#unheard.has(node)) return;
    this.#unheard.add(node);
    const message = { kind: 'held.ask' as const, boot: this.boot };
    this.emit({ kind: 'ask', to: node, message, tag: { what: 'held' }, patience: 'alive' });
  }

  /** All members there are have been heard of. True where nobody is left to be heard. */
  joined(): boolean {
    this.#isJoined = true;
    return this.#isOver();
  }

  /** False once it has answered or was given up as dead: nobody would say that what it holds is lost. */
  awaits(node: NodeId): boolean {
    return this.#unheard.has(node);
  }

  /** True where this was the last that was waited for. */
  heard(node: NodeId): boolean {
    return this.#unheard.delete(node) && this.#isOver();
  }

  /** Whether a shard may be opened: its new ballot is durable and nobody is left to be heard. */
  isOver(shard: Shard): boolean {
    return shard.mode === 'recovering' && shard.isPrepared && this.#isOver();
  }

  #isOver(): boolean {
    const isOver = this.#isJoined && this.#unheard.size === 0;
    if (isOver) this.#isUnderWay = false;
    return isOver;
  }
}
