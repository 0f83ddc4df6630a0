import type { Hash32 } from '../kernel/hash.js';
import type { NodeId } from '../kernel/ids.js';
import { RingDigest } from './digest.js';
import { inOrder, type RingMember } from './member.js';
import { PointIndex } from './point-index.js';
import { insertMember, joinPositions, positionsOf, removeMember, type Points } from './points.js';

/** By id the weight that a member is to have; undefined: it is to be no member. */
export type RingChanges = ReadonlyMap<NodeId, number | undefined>;

/** From so many changes on, sorting all points anew costs less than merging each in: some 40 ms against 1.2 ms at 1,000. */
const BUILD_ANEW = 24;

/**
 * A consistent-hash ring with virtual nodes (Karger et al. 1997; preference lists after Dynamo, DeCandia et al. 2007),
 * as an immutable value: who joins or leaves makes another ring. Rings of equal members and weights are equal in every
 * answer, however they came about.
 */
export class Ring {
  /** Sorted by id. */
  readonly members: readonly RingMember[];
  /** The virtual nodes, clockwise; owners are indices into `members`. */
  readonly points: Points;
  readonly #digest: RingDigest;
  readonly #hash: Hash32;
  readonly #index: PointIndex;
  readonly #indexOf: ReadonlyMap<NodeId, number>;
  readonly #totalWeight: number;

  private constructor(members: readonly RingMember[], points: Points, digest: RingDigest, hash: Hash32) {
    this.members = members;
    this.points = points;
    this.#digest = digest;
    this.#hash = hash;
    this.#index = new PointIndex(points.positions);
    this.#indexOf = new Map(members.map(({ id }, i) => [id, i]));
    // Summed anew in order of ids: carried along, rounding would make the sum depend on the ring's history.
    this.#totalWeight = members.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** @throws Bug where an id stands twice or a weight is out of range */
  static build(members: Iterable<RingMember>, hash: Hash32): Ring {
    const sorted = inOrder(members);
    const points = joinPositions(sorted.map(({ id, weight }) => positionsOf(id, weight, hash)));
    const digest = sorted.reduce((sum, member) => sum.plus(member, hash), RingDigest.EMPTY);
    return new Ring(sorted, points, digest, hash);
  }

  /**
   * This ring with `member` in it, in place of the member of the same id if there is one.
   *
   * @throws Bug where the weight is out of range
   */
  with(member: RingMember): Ring {
    const others = this.without(member.id);
    const members = inOrder([...others.members, member]);
    const fresh = positionsOf(member.id, member.weight, this.#hash);
    const points = insertMember(others.points, members.indexOf(member), fresh);
    return new Ring(members, points, others.#digest.plus(member, this.#hash), this.#hash);
  }

  /** This ring without the member `id`; the same ring where it is not in it. */
  without(id: NodeId): Ring {
    const index = this.#indexOf.get(id);
    const member = index === undefined ? undefined : this.members[index];
    if (index === undefined || member === undefined) return this;
    const digest = this.#digest.minus(member, this.#hash);
    return new Ring(this.members.toSpliced(index, 1), removeMember(this.points, index), digest, this.#hash);
  }

  /**
   * This ring with several members changed at once.
   *
   * @throws Bug where a weight is out of range
   */
  after(changes: RingChanges): Ring {
    if (changes.size >= BUILD_ANEW) {
      const kept = this.members.filter(({ id }) => !changes.has(id));
      const set = [...changes].flatMap(([id, weight]) => (weight === undefined ? [] : [{ id, weight }]));
      return Ring.build([...kept, ...set], this.#hash);
    }
    const change = (ring: Ring, [id, weight]: readonly [NodeId, number | undefined]) => {
      if (ring.weightOf(id) === weight) return ring;
      return weight === undefined ? ring.without(id) : ring.with({ id, weight });
    };
    return [...changes].reduce<Ring>(change, this);
  }

  /** The digest that {@link after} would have: a ring can be looked up before it is built. */
  digestAfter(changes: RingChanges): string {
    let digest = this.#digest;
    for (const [id, weight] of changes) {
      const before = this.weightOf(id);
      if (before === weight) continue;
      if (before !== undefined) digest = digest.minus({ id, weight: before }, this.#hash);
      if (weight !== undefined) digest = digest.plus({ id, weight }, this.#hash);
    }
    return digest.toString();
  }

  /** Whether the changes would change nothing. */
  hasAll(changes: RingChanges): boolean {
    for (const [id, weight] of changes) if (this.weightOf(id) !== weight) return false;
    return true;
  }

  weightOf(id: NodeId): number | undefined {
    const index = this.#indexOf.get(id);
    return index === undefined ? undefined : this.members[index]?.weight;
  }

  get size(): number {
    return this.members.length;
  }

  /** 16 hexadecimal digits, equal where members and weights are; see {@link RingDigest}. */
  get digest(): string {
    return this.#digest.toString();
  }

  /** The part of all weight that `id` has, 0..1; 0 for a node that is not in the ring. */
  share(id: NodeId): number {
    return (this.weightOf(id) ?? 0) / (this.#totalWeight || 1);
  }

  /** Where `key` stands on the ring, 0..2^32-1. */
  hashKey(key: string): number {
    return this.#hash(key);
  }

  /** The member whose virtual node follows `key`; undefined for an empty ring. */
  owner(key: string): NodeId | undefined {
    return this.ownerAt(this.#hash(key));
  }

  /** The member whose virtual node is the first at or after `position`, clockwise. */
  ownerAt(position: number): NodeId | undefined {
    const owner = this.points.owners[this.#index.after(position)];
    return owner === undefined ? undefined : this.members[owner]?.id;
  }

  /** All members, each once, in the order in which their virtual nodes follow `key`. */
  *walk(key: string): Generator<NodeId, void> {
    const { owners } = this.points;
    const start = this.#index.after(this.#hash(key));
    const seen = new Set<number>();
    for (let step = 0; step < owners.length && seen.size < this.members.length; step++) {
      const owner = owners[(start + step) % owners.length] ?? 0;
      const member = this.members[owner];
      if (member === undefined || seen.has(owner)) continue;
      seen.add(owner);
      yield member.id;
    }
  }

  /** The first `n` of {@link walk}, or all members where there are fewer: Dynamo's preference list. */
  preference(key: string, n: number): NodeId[] {
    const nodes: NodeId[] = [];
    if (n <= 0) return nodes;
    for (const id of this.walk(key)) {
      nodes.push(id);
      if (nodes.length >= n) break;
    }
    return nodes;
  }
}
