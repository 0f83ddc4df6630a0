import { assert, known } from '../kernel/assert.js';
import type { Hash32 } from '../kernel/hash.js';
import type { NodeId } from '../kernel/ids.js';
import type { Prng } from '../kernel/prng.js';
import { LayeredMap } from './layered-map.js';
import { isLive, type Liveness, type MemberState } from './member.js';

/**
 * How this node came by what it believes of a member:
 * `heard` in this boot, the usual case;
 * `stored` by an earlier boot and not heard of since: shown as suspect, and given up for any word that is not older. Of it
 * a suspicion only is told, which counts with those that know the member as well, and is nothing to others;
 * `stranger`: dead or left before it was heard of, remembered and told to nobody, so that the long dead are not passed
 * from newcomer to newcomer for ever.
 */
export type Origin = 'heard' | 'stored' | 'stranger';

export type MemberCounts = Readonly<Record<Liveness, number>>;

/** Among more peers than this, some are picked in the hope that they are wanted, before all are looked through. */
const FEW = 64;
const TRIES = 8;

/** What a node believes of every member, itself included. */
export class View {
  readonly #members: LayeredMap<NodeId, MemberState>;
  /** Of those not simply heard of. */
  readonly #origins = new Map<NodeId, Exclude<Origin, 'heard'>>();
  /** Since when those dead or left are. */
  readonly #goneSinceMs = new Map<NodeId, number>();
  readonly #counts: Record<Liveness, number> = { alive: 0, suspect: 0, dead: 0, left: 0 };
  /** This node's own state, which is asked for at every step. */
  #me: MemberState | undefined;
  #high = 0;
  #low = 0;
  #peers: readonly NodeId[] | undefined;

  constructor(
    readonly self: NodeId,
    readonly hash: Hash32,
    shared?: ReadonlyMap<NodeId, MemberState>,
  ) {
    this.#members = new LayeredMap(shared);
  }

  /** For a node that starts knowing what another knows: members that live, and of which it heard. */
  static like(other: View, self: NodeId): View {
    assert(other.counts.alive === other.members.size, () => `not all are alive: ${JSON.stringify(other.counts)}`);
    assert(other.#origins.size === 0, `${other.#origins.size} members were not heard of`);
    const view = new View(self, other.hash, other.#members.shared());
    view.#counts.alive = other.#counts.alive;
    view.#high = other.#high;
    view.#low = other.#low;
    return view;
  }

  get members(): ReadonlyMap<NodeId, MemberState> {
    return this.#members;
  }

  get me(): MemberState {
    return known(this.#me, 'the node itself');
  }

  /** As they are at any time: not a copy. */
  get counts(): MemberCounts {
    return this.#counts;
  }

  /** Members that may be alive, this node included: the N of every formula. */
  get size(): number {
    return this.#counts.alive + this.#counts.suspect;
  }

  /** Ids of the live members but this node, in no order. */
  get peers(): readonly NodeId[] {
    if (!this.#peers) {
      const peers: NodeId[] = [];
      for (const member of this.#members.values()) {
        if (isLive(member) && member.id !== this.self) peers.push(member.id);
      }
      this.#peers = peers;
    }
    return this.#peers;
  }

  /**
   * 16 hexadecimal digits that stand for the live members and their incarnations. Nodes with the same have nothing to
   * tell each other: suspicions and deaths are not told by anti-entropy.
   */
  get digest(): string {
    return [this.#high, this.#low].map((word) => word.toString(16).padStart(8, '0')).join('');
  }

  get(id: NodeId): MemberState | undefined {
    return this.#members.get(id);
  }

  originOf(id: NodeId): Origin | undefined {
    return this.#members.has(id) ? this.#originOf(id) : undefined;
  }

  /** Up to `n` different live peers that are wanted, in random order. */
  sample(n: number, prng: Prng, isWanted: (id: NodeId) => boolean): NodeId[] {
    const { peers } = this;
    const found = new Set<NodeId>();
    for (let tries = peers.length > FEW ? n + TRIES : 0; tries > 0 && found.size < n; tries--) {
      const id = prng.pick(peers);
      if (id !== undefined && isWanted(id)) found.add(id);
    }
    return found.size === n ? [...found] : prng.sample(peers.filter(isWanted), n);
  }

  put(member: MemberState, origin: Origin, nowMs: number): void {
    const { id } = member;
    const before = this.#members.get(id);
    if (before) this.#subtract(before);
    if (!before || isLive(before) !== isLive(member)) this.#peers = undefined;
    if (isLive(member)) this.#goneSinceMs.delete(id);
    else if (before?.state !== member.state) this.#goneSinceMs.set(id, nowMs);
    this.#members.set(id, member);
    if (id === this.self) this.#me = member;
    if (origin === 'heard') this.#origins.delete(id);
    else this.#origins.set(id, origin);
    this.#counts[member.state]++;
    if (origin === 'heard') this.#toggle(member);
  }

  remove(id: NodeId): void {
    const before = this.#members.get(id);
    if (!before) return;
    this.#subtract(before);
    this.#members.delete(id);
    this.#origins.delete(id);
    this.#goneSinceMs.delete(id);
    this.#peers = undefined;
  }

  /** Those dead or left since before `instantMs`. */
  goneBefore(instantMs: number): NodeId[] {
    const gone: NodeId[] = [];
    for (const [id, sinceMs] of this.#goneSinceMs) if (sinceMs < instantMs && id !== this.self) gone.push(id);
    return gone;
  }

  /** Recomputes what is kept along and compares. */
  validate(): void {
    const again = new View(this.self, this.hash);
    for (const member of this.#members.values()) again.put(member, this.#originOf(member.id), 0);
    const [kept, found] = [this, again].map((v) => {
      return JSON.stringify([
        v.#counts,
        v.digest,
        v.peers.toSorted(),
        [...v.#goneSinceMs.keys()].sort(),
        v.members.size,
      ]);
    });
    assert(this.#me === this.#members.get(this.self), 'the view keeps another state of the node itself');
    assert(kept === found, () => `the view keeps ${kept} but holds ${found}`);
    for (const id of this.#origins.keys()) assert(this.#members.has(id), () => `an origin of ${id}, who is no member`);
  }

  #originOf(id: NodeId): Origin {
    return this.#origins.get(id) ?? 'heard';
  }

  #subtract(member: MemberState): void {
    this.#counts[member.state]--;
    if (this.#originOf(member.id) === 'heard') this.#toggle(member);
  }

  /** Each member stands in the set once, so exclusive or adds and removes alike. */
  #toggle(member: MemberState): void {
    if (!isLive(member)) return;
    const key = `${member.id}/${member.boot}.${member.n}`;
    this.#high = (this.#high ^ this.hash(`high#${key}`)) >>> 0;
    this.#low = (this.#low ^ this.hash(`low#${key}`)) >>> 0;
  }
}
