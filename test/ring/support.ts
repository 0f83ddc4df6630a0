import fc from 'fast-check';
import xxhash from 'xxhash-wasm';
import type { Hash32 } from '../../src/kernel/hash.js';
import { nodeId, type NodeId } from '../../src/kernel/ids.js';
import type { RingMember } from '../../src/ring/member.js';
import type { Ring } from '../../src/ring/ring.js';

const wasm = await xxhash();

export const xxh32: Hash32 = (text) => wasm.h32(text);

/** A hash with so few values that points of different members fall on one another all the time. */
const crowded: Hash32 = (text) => (xxh32(text) % 61) * 70_000_000;

export function node(i: number): NodeId {
  return nodeId(`12D3KooWnode${i}`);
}

/** `count` members of equal weight. */
export function flock(count: number, weight = 1): RingMember[] {
  return Array.from({ length: count }, (_, i) => ({ id: node(i), weight }));
}

export const weights = fc.oneof(
  fc.constant(1),
  fc.constantFrom(0.001, 0.01, 0.5, 2, 3.3),
  fc.double({ min: 0.01, max: 4, noNaN: true }),
);

/** 0..12 members with different ids, in any order. */
export const memberSets: fc.Arbitrary<RingMember[]> = fc.uniqueArray(
  fc.record({ id: fc.nat(30).map(node), weight: weights }),
  { maxLength: 12, selector: ({ id }) => id },
);

export const hashes = fc.constantFrom(xxh32, crowded);

/** The part of the ring that each member owns, by the exact length of its arcs. */
export function arcsOf(ring: Ring): Map<NodeId, number> {
  const arcs = new Map<NodeId, number>();
  ring.points.positions.forEach((position, i, positions) => {
    const length = position - (positions[i - 1] ?? positions[positions.length - 1]! - 2 ** 32);
    const owner = ring.members[ring.points.owners[i]!]!.id;
    arcs.set(owner, (arcs.get(owner) ?? 0) + length / 2 ** 32);
  });
  return arcs;
}
