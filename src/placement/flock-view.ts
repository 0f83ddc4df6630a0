import type { Hash32 } from '../kernel/hash.js';
import type { NodeId } from '../kernel/ids.js';
import { isOnRing, type MemberState } from '../membership/member.js';
import { LoadTable } from '../membership/load.js';
import { WEIGHT_MAX, type RingMember } from '../ring/member.js';
import { Ring } from '../ring/ring.js';

/**
 * What this node knows of the flock when it places: the members, the ring that follows from them, and their loads. Nodes
 * whose members agree have the same ring.
 */
export class FlockView {
  readonly loads = new LoadTable();
  readonly #members = new Map<NodeId, MemberState>();
  #unit = 1;
  #ring: Ring;

  constructor(private readonly hash: Hash32) {
    this.#ring = Ring.build([], hash);
  }

  get ring(): Ring {
    return this.#ring;
  }

  member(id: NodeId): MemberState | undefined {
    return this.#members.get(id);
  }

  update(member: MemberState): void {
    this.#members.set(member.id, member);
    if (!isOnRing(member)) this.loads.forget(member.id);
    this.#reweigh(member.id);
  }

  forget(id: NodeId): void {
    this.#members.delete(id);
    this.loads.forget(id);
    this.#reweigh(id);
  }

  /** The dead member that would own a key, were the dead still on the ring: what it knows of the key nobody else does. */
  deadOwner(key: string): NodeId | undefined {
    const dead = [...this.#members.values()].filter(({ state }) => state === 'dead');
    const whole = dead.reduce((ring, member) => ring.with(ringMember(member, this.#unit)), this.#ring);
    const owner = whole.owner(key);
    return dead.find(({ id }) => id === owner)?.id;
  }

  /** Follows one member's change; only where the unit of weight moves is the ring built anew. */
  #reweigh(changedId: NodeId): void {
    const changed = this.#members.get(changedId);
    const onRing = [...this.#members.values()].filter(isOnRing);
    const unit = unitOf(onRing);
    if (unit !== this.#unit) {
      this.#unit = unit;
      this.#ring = Ring.build(
        onRing.map((member) => ringMember(member, unit)),
        this.hash,
      );
    } else if (!changed || !isOnRing(changed)) {
      this.#ring = this.#ring.without(changedId);
    } else {
      const { id, weight } = ringMember(changed, unit);
      const before = this.#ring.members.find((member) => member.id === id);
      if (before?.weight !== weight) this.#ring = this.#ring.with({ id, weight });
    }
  }
}

/**
 * The capacity that counts as weight 1: the power of two at or below the median of CPUs, so that a usual node has about
 * 128 points however large its machines are, and that one node more seldom changes it.
 */
function unitOf(members: readonly MemberState[]): number {
  const cpus = members.map(cpusOf).sort((a, b) => a - b);
  const median = cpus[Math.floor(cpus.length / 2)] ?? 1;
  return 2 ** Math.floor(Math.log2(median));
}

function ringMember(member: MemberState, unit: number): RingMember {
  return { id: member.id, weight: Math.min(WEIGHT_MAX, cpusOf(member) / unit) };
}

/** A node may declare no CPUs at all, for resources of its own kind; it still stands on the ring, with one point. */
function cpusOf(member: MemberState): number {
  return Math.max(member.profile.capacity.cpus, 2 ** -6);
}
