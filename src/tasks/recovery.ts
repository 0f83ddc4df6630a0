import type { NodeId } from '../kernel/ids.js';
import type { ShardEffect } from './offering.js';
import type { Shard } from './shard.js';

/**
 * A coordinator that starts again places nothing before every member has said what it still holds, or is dead
 * (register.md, rule 9): so a restart runs nothing twice that is still held somewhere.
 */
export class Recovery {
  readonly #unheard = new Set<NodeId>();

  constructor(
    private readonly boot: number,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  ask(members: readonly NodeId[]): void {
    for (const node of members) {
      this.#unheard.add(node);
      const message = { kind: 'held.ask' as const, boot: this.boot };
      this.emit({ kind: 'ask', to: node, message, tag: { what: 'held' }, patience: 'alive' });
    }
  }

  /** False once it has answered or was given up as dead: nobody would say that what it holds is lost. */
  awaits(node: NodeId): boolean {
    return this.#unheard.has(node);
  }

  /** True where this was the last that was waited for. */
  heard(node: NodeId): boolean {
    return this.#unheard.delete(node) && this.#unheard.size === 0;
  }

  /** Whether a shard may be opened: its new ballot is durable and nobody is left to be heard. */
  isOver(shard: Shard): boolean {
    return shard.mode === 'recovering' && shard.isPrepared && this.#unheard.size === 0;
  }
}
