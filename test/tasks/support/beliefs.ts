import type { PeerEvent } from '../../../src/kernel/effects.js';
import type { NodeId } from '../../../src/kernel/ids.js';

interface Belief {
  boot: number;
  standing: 'here' | 'suspect' | 'gone';
}

/** What one node takes the others for; true or not, late or not. */
export class Beliefs {
  readonly #others = new Map<NodeId, Belief>();

  constructor(
    private readonly self: NodeId,
    nodes: readonly NodeId[],
  ) {
    for (const node of nodes) if (node !== self) this.#others.set(node, { boot: 1, standing: 'here' });
  }

  isHere(node: NodeId): boolean {
    return node === this.self || this.#others.get(node)?.standing === 'here';
  }

  isGone(node: NodeId): boolean {
    return this.#others.get(node)?.standing === 'gone';
  }

  bootOf(node: NodeId): number {
    return this.#others.get(node)?.boot ?? 0;
  }

  /** Alive or suspect, this node among them. */
  here(): NodeId[] {
    return [this.self, ...[...this.#others.keys()].filter((node) => !this.isGone(node))];
  }

  dead(): NodeId[] {
    return [...this.#others.keys()].filter((node) => this.isGone(node));
  }

  /** @returns what a shard's coordinator is to be told */
  learn(node: NodeId, word: 'suspect' | 'gone' | number): PeerEvent | undefined {
    const belief = this.#others.get(node);
    if (!belief) return undefined;
    const wasGone = belief.standing === 'gone';
    if (typeof word === 'number') {
      if (word < belief.boot) return undefined;
      const isNew = word > belief.boot;
      Object.assign(belief, { boot: word, standing: 'here' });
      if (isNew) return { kind: 'peer-restarted', node, boot: word };
      return wasGone ? { kind: 'peer-here', node } : undefined;
    }
    if (wasGone) return undefined;
    belief.standing = word;
    return word === 'gone' ? { kind: 'peer-gone', node } : undefined;
  }
}
