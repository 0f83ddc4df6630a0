import { assert } from '../kernel/assert.js';
import type { Hash32 } from '../kernel/hash.js';
import type { NodeId } from '../kernel/ids.js';
import { isLive, type Liveness, type MemberState } from './member.js';

/**
 * How this node came by what it believes of a member:
 * `heard` in this boot, the usual case;
 * `stored` by an earlier boot and not heard of since: shown as suspect, told to nobody, and given up for any word that is
 * not older;
 * `stranger`: dead or left before it was heard of, remembered and told to nobody, so that the long dead are not passed
 * from newcomer to newcomer for ever.
 */
export type Origin = 'heard' | 'stored' | 'stranger';

interface Note {
  readonly origin: Origin;
  readonly sinceMs: number;
}

export type MemberCounts = Readonly<Record<Liveness, number>>;

/** What a node believes of every member, itself included. */
export class View {
  readonly #members = new Map<NodeId, MemberState>();
  readonly #notes = new Map<NodeId, Note>();
  readonly #counts = { alive: 0, suspect: 0, dead: 0, left: 0 };
  #digest: readonly [number, number] = [0, 0];
  #peers: readonly NodeId[] | undefined;

  constructor(
    readonly self: NodeId,
    readonly hash: Hash32,
  ) {}

  get members(): ReadonlyMap<NodeId, MemberState> {
    return this.#members;
  }

  get counts(): MemberCounts {
    return { ...this.#counts };
  }

  /** Members that may be alive, this node included: the N of every formula. */
  get size(): number {
    return this.#counts.alive + this.#counts.suspect;
  }

  /** Ids of the live members but this node, in no order. */
  get peers(): readonly NodeId[] {
    this.#peers ??= [...this.#members.values()].filter((m) => m.id !== this.self && isLive(m)).map((m) => m.id);
    return this.#peers;
  }

  /**
   * 16 hexadecimal digits that stand for the live members and their incarnations. Nodes with the same have nothing to
   * tell each other: suspicions and deaths are not told by anti-entropy.
   */
  get digest(): string {
    return this.#digest.map((word) => word.toString(16).padStart(8, '0')).join('');
  }

  get(id: NodeId): MemberState | undefined {
    return this.#members.get(id);
  }

  originOf(id: NodeId): Origin | undefined {
    return this.#notes.get(id)?.origin;
  }

  put(member: MemberState, origin: Origin, nowMs: number): void {
    const before = this.#members.get(member.id);
    if (before) this.#subtract(before);
    if (!before || isLive(before) !== isLive(member)) this.#peers = undefined;
    const sinceMs = before?.state === member.state ? (this.#notes.get(member.id)?.sinceMs ?? nowMs) : nowMs;
    this.#members.set(member.id, member);
    this.#notes.set(member.id, { origin, sinceMs });
    this.#counts[member.state]++;
    if (origin === 'heard') this.#toggle(member);
  }

  remove(id: NodeId): void {
    const before = this.#members.get(id);
    if (!before) return;
    this.#subtract(before);
    this.#members.delete(id);
    this.#notes.delete(id);
    this.#peers = undefined;
  }

  /** Those dead or left since before `instantMs`. */
  goneBefore(instantMs: number): NodeId[] {
    const gone = [...this.#members.values()].filter((m) => !isLive(m) && m.id !== this.self);
    return gone.filter(({ id }) => (this.#notes.get(id)?.sinceMs ?? 0) < instantMs).map(({ id }) => id);
  }

  /** Recomputes what is kept along and compares. */
  validate(): void {
    const again = new View(this.self, this.hash);
    for (const member of this.#members.values()) again.put(member, this.originOf(member.id) ?? 'heard', 0);
    const [kept, found] = [this, again].map((v) => JSON.stringify([v.#counts, v.digest, v.peers.toSorted()]));
    assert(kept === found, () => `the view keeps ${kept} but holds ${found}`);
    assert(this.#notes.size === this.#members.size, `${this.#notes.size} notes on ${this.#members.size} members`);
  }

  #subtract(member: MemberState): void {
    this.#counts[member.state]--;
    if (this.originOf(member.id) === 'heard') this.#toggle(member);
  }

  /** Each member stands in the set once, so exclusive or adds and removes alike. */
  #toggle(member: MemberState): void {
    if (!isLive(member)) return;
    const key = `${member.id}/${member.boot}.${member.n}`;
    const [high, low] = this.#digest;
    this.#digest = [(high ^ this.hash(`high#${key}`)) >>> 0, (low ^ this.hash(`low#${key}`)) >>> 0];
  }
}
