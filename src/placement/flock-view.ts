import { assert } from '../kernel/assert.js';
import type { NodeId } from '../kernel/ids.js';
import { isOnRing, type MemberState } from '../membership/member.js';
import { LayeredMap } from '../membership/layered-map.js';
import { LoadTable } from '../membership/load.js';
import { WEIGHT_MAX } from '../ring/member.js';
import type { Ring } from '../ring/ring.js';
import type { RingCache } from '../ring/ring-cache.js';

/**
 * What this node knows of the flock when it places: the members, the ring that follows from them, and their loads. Nodes
 * whose members agree have the same ring, and the very same object where they share a cache.
 */
export class FlockView {
  readonly loads = new LoadTable();
  readonly #members: LayeredMap<NodeId, MemberState>;
  /** How many members on the ring have so many CPUs. */
  readonly #byCpus: Map<number, number>;
  /** Those whose part in the ring may be another since it was last asked for. */
  readonly #changed = new Set<NodeId>();
  #unit: number;
  #ring: Ring;
  #version = 0;
  #whole: { readonly version: number; readonly ring: Ring } | undefined;

  /**
   * @param rings - may be shared with other nodes
   * @param like - the view of another node that knows the same members, for one that starts in a flock that has formed
   */
  constructor(
    private readonly rings: RingCache,
    like?: FlockView,
  ) {
    this.#ring = like ? like.ring : rings.empty;
    this.#members = new LayeredMap(like ? like.#members.shared() : undefined);
    this.#byCpus = new Map(like ? like.#byCpus : undefined);
    this.#unit = like ? like.#unit : 1;
  }

  /** Made when it is first asked for after a change: a node that hears of a hundred newcomers at once makes one. */
  get ring(): Ring {
    if (this.#changed.size > 0) this.#follow();
    return this.#ring;
  }

  /** Another whenever anything of any member may be. */
  get version(): number {
    return this.#version;
  }

  member(id: NodeId): MemberState | undefined {
    return this.#members.get(id);
  }

  members(): Iterable<MemberState> {
    return this.#members.values();
  }

  update(member: MemberState): void {
    const before = this.#members.get(member.id);
    this.#members.set(member.id, member);
    const said = this.loads.of(member.id);
    // What an older boot had to do is over.
    if (said && (said.boot < member.boot || !isOnRing(member))) this.loads.forget(member.id);
    this.#note(before, member);
    this.#version += 1;
  }

  forget(id: NodeId): void {
    const before = this.#members.get(id);
    this.#members.delete(id);
    this.loads.forget(id);
    this.#note(before, undefined);
    this.#version += 1;
  }

  /** The ring as it would be if all that are away or drain, but have not left, were back: who is believed dead does not change it. */
  wholeRing(): Ring {
    if (this.#whole?.version !== this.#version) this.#whole = { version: this.#version, ring: this.#makeWhole() };
    return this.#whole.ring;
  }

  /** Recomputes what is kept along and compares. */
  validate(): void {
    this.loads.validate();
    const again = new FlockView(this.rings);
    for (const member of this.#members.values()) again.update(member);
    const [kept, found] = [this, again].map((view) => JSON.stringify([...view.#byCpus].sort(([a], [b]) => a - b)));
    assert(kept === found, () => `CPUs on the ring are counted as ${kept}, there are ${found}`);
    assert(this.ring.digest === again.ring.digest, () => `the ring is ${this.ring.digest}, not ${again.ring.digest}`);
  }

  #makeWhole(): Ring {
    const { ring } = this;
    const members = [...this.#members.values()].filter(({ state }) => state !== 'left');
    const away = members.filter((member) => !isOnRing(member));
    if (away.length === 0) return ring;
    const byCpus = new Map(this.#byCpus);
    for (const member of away) add(byCpus, cpusOf(member), 1);
    const unit = unitOf(byCpus);
    const touched = unit === this.#unit ? away : members;
    return this.rings.follow(ring, new Map(touched.map((member) => [member.id, weightOf(member, unit)])));
  }

  #note(before: MemberState | undefined, after: MemberState | undefined): void {
    const was = before && isOnRing(before) ? cpusOf(before) : undefined;
    const is = after && isOnRing(after) ? cpusOf(after) : undefined;
    const id = after?.id ?? before?.id;
    if (was === is || id === undefined) return;
    this.#changed.add(id);
    if (was !== undefined) add(this.#byCpus, was, -1);
    if (is !== undefined) add(this.#byCpus, is, 1);
  }

  /** Follows the members that changed; only where the unit of weight moved, all. */
  #follow(): void {
    const unit = unitOf(this.#byCpus);
    const touched = unit === this.#unit ? this.#changed : new Set([...this.#members.keys(), ...this.#changed]);
    this.#unit = unit;
    this.#ring = this.rings.follow(
      this.#ring,
      new Map(Array.from(touched, (id) => [id, this.#weightOnRing(this.#members.get(id))])),
    );
    this.#changed.clear();
  }

  #weightOnRing(member: MemberState | undefined): number | undefined {
    return member && isOnRing(member) ? weightOf(member, this.#unit) : undefined;
  }
}

function add(counts: Map<number, number>, key: number, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

function weightOf(member: MemberState, unit: number): number {
  return Math.min(WEIGHT_MAX, cpusOf(member) / unit);
}

/**
 * The capacity that counts as weight 1: the power of two at or below the median of CPUs, so that a usual node has about
 * 128 points however large its machines are, and that one node more seldom changes it.
 */
function unitOf(byCpus: ReadonlyMap<number, number>): number {
  const ascending = [...byCpus].sort(([a], [b]) => a - b);
  const half = Math.floor(ascending.reduce((sum, [, count]) => sum + count, 0) / 2);
  let below = 0;
  for (const [cpus, count] of ascending) {
    below += count;
    if (below > half) return 2 ** Math.floor(Math.log2(cpus));
  }
  return 1;
}

/** A node may declare no CPUs at all, for resources of its own kind; it still stands on the ring, with one point. */
function cpusOf(member: MemberState): number {
  return Math.max(member.profile.capacity.cpus, 2 ** -6);
}
