import type { Hash32 } from '../../src/kernel/hash.js';
import { compareText, type NodeId } from '../../src/kernel/ids.js';
import type { RingMember } from '../../src/ring/member.js';

interface Point {
  readonly position: number;
  readonly id: NodeId;
}

/** The ring as one would explain it: a sorted list of points, searched from its beginning. */
export class NaiveRing {
  readonly points: readonly Point[];

  constructor(
    members: readonly RingMember[],
    private readonly hash: Hash32,
  ) {
    this.points = members
      .flatMap(({ id, weight }) =>
        Array.from({ length: Math.max(1, Math.round(128 * weight)) }, (_, i) => ({ position: hash(`${id}#${i}`), id })),
      )
      .sort((a, b) => a.position - b.position || compareText(a.id, b.id));
  }

  walk(key: string): NodeId[] {
    const position = this.hash(key);
    const behind = this.points.filter((point) => point.position >= position);
    const before = this.points.filter((point) => point.position < position);
    return [...new Set([...behind, ...before].map(({ id }) => id))];
  }
}
