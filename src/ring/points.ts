import { assert } from '../kernel/assert.js';
import type { Hash32 } from '../kernel/hash.js';
import type { NodeId } from '../kernel/ids.js';

/** Virtual nodes per unit of weight. More would even out the shares (peak/average 1.33), and cost memory per point. */
const POINTS_PER_WEIGHT = 128;

/** A position (32 bits) and an owner (21 bits) packed into one double: sorting the doubles sorts by both. */
const OWNERS_MAX = 2 ** 21;

/**
 * All virtual nodes, clockwise: `positions[i]` belongs to the member with index `owners[i]`. Members are numbered in
 * order of their ids, so that equal positions, standing in order of owner, stand in order of NodeId.
 */
export interface Points {
  readonly positions: Uint32Array;
  readonly owners: Uint32Array;
}

/** The positions of one member's virtual nodes, ascending: round(128 · weight) of them, at least 1. */
export function positionsOf(id: NodeId, weight: number, hash: Hash32): Uint32Array {
  const count = Math.max(1, Math.round(POINTS_PER_WEIGHT * weight));
  // No id contains '#', so no two members can have a point of the same name.
  return Uint32Array.from({ length: count }, (_, i) => hash(`${id}#${i}`)).sort();
}

/** @param perMember each member's positions, in order of the members' ids */
export function joinPositions(perMember: readonly Uint32Array[]): Points {
  assert(perMember.length <= OWNERS_MAX, () => `${perMember.length} members, at most ${OWNERS_MAX} fit`);
  const packed = new Float64Array(perMember.reduce((sum, positions) => sum + positions.length, 0));
  let filled = 0;
  perMember.forEach((positions, owner) => {
    for (const position of positions) packed[filled++] = position * OWNERS_MAX + owner;
  });
  packed.sort();
  const points = room(packed.length);
  for (let i = 0; i < packed.length; i++) {
    const point = packed[i] ?? 0;
    const position = Math.floor(point / OWNERS_MAX);
    points.positions[i] = position;
    points.owners[i] = point - position * OWNERS_MAX;
  }
  return points;
}

/**
 * `points` with those of a new member merged in, in one pass. Owners are renumbered by arithmetic, here and below: they
 * are random, so a branch on them would be mispredicted every other time (docs/adr/0003).
 *
 * @param owner the new member's index; members from there on move up by one
 * @param fresh the new member's positions, ascending
 */
export function insertMember(points: Points, owner: number, fresh: Uint32Array): Points {
  const { positions, owners } = points;
  const merged = room(positions.length + fresh.length);
  let old = 0;
  for (let added = 0; added <= fresh.length; added++) {
    const next = fresh[added] ?? Infinity;
    for (; old < positions.length; old++) {
      const position = positions[old] ?? 0;
      const oldOwner = owners[old] ?? 0;
      if (position > next || (position === next && oldOwner >= owner)) break;
      merged.positions[old + added] = position;
      merged.owners[old + added] = oldOwner + Number(oldOwner >= owner);
    }
    if (added === fresh.length) break;
    merged.positions[old + added] = next;
    merged.owners[old + added] = owner;
  }
  return merged;
}

/** `points` without those of the member with index `owner`; members after it move down by one. */
export function removeMember(points: Points, owner: number): Points {
  const before = points.owners.length;
  let left = 0;
  for (let from = 0; from < before; from++) left += Number(points.owners[from] !== owner);
  const rest = room(left);
  let to = 0;
  for (let from = 0; from < before; from++) {
    const found = points.owners[from] ?? 0;
    if (found === owner) continue;
    rest.positions[to] = points.positions[from] ?? 0;
    rest.owners[to++] = found - Number(found > owner);
  }
  return rest;
}

function room(count: number): Points {
  return { positions: new Uint32Array(count), owners: new Uint32Array(count) };
}
