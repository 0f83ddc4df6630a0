import type { NodeId } from '../kernel/ids.js';
import type { Prng } from '../kernel/prng.js';
import type { MembershipConfig } from './config.js';
import { isLive, type MemberState } from './member.js';
import type { Neighbours } from './neighbours.js';
import type { Outbox } from './outbox.js';
import type { View } from './view.js';
import { WishList } from './wish-list.js';

/** Decides whom to connect to, and how soon. */
export class Dialler {
  readonly #seeds: readonly (readonly string[])[];
  /** Members without a connection, to be dialled in turn. */
  readonly #wanted = new WishList();
  #lastDialMs = -Infinity;
  /** Who was suspect when the dead were last called on. */
  #suspects = new Set<NodeId>();
  /** Who is dialled once the connection to it that was given up has closed. */
  #dialledAnew: NodeId | undefined;

  constructor(
    readonly view: View,
    readonly outbox: Outbox,
    readonly config: MembershipConfig,
    readonly prng: Prng,
    private readonly neighbours: Neighbours,
    seeds: readonly (readonly string[])[],
  ) {
    this.#seeds = seeds.filter((seed) => seed.length > 0);
  }

  /** Whether there is anybody to join but this node itself. */
  get hasSeeds(): boolean {
    return this.#seeds.some((seed) => !this.#isSelf(seed));
  }

  /** Whether this node was told to join that one. */
  isSeed(id: NodeId): boolean {
    const addresses = this.view.get(id)?.profile.addresses ?? [];
    return this.#seeds.some((seed) => seed.some((address) => matches(address, id, addresses)));
  }

  start(): void {
    for (const seed of this.#seeds) {
      if (!this.#isSelf(seed)) this.#dial(seed);
    }
    this.outbox.arm('redial', this.config.redialIntervalMs);
  }

  /**
   * Wishes for a connection to a member. The newcomer dials those it was told of, rationed; those who hear a rumour of the
   * newcomer leave it that much time, since otherwise all of them would dial it at once.
   */
  want(id: NodeId, how: 'soon' | 'if-it-does-not'): void {
    if (id === this.view.self || this.neighbours.connected.has(id)) return;
    const patienceMs = Math.max(5000, this.view.size * this.config.dialIntervalMs);
    const notBeforeMs = how === 'soon' ? -Infinity : this.outbox.nowMs + this.prng.jitter(patienceMs);
    this.#wanted.add(id, notBeforeMs);
    this.#armFor(notBeforeMs);
  }

  onTurn(): void {
    if (this.neighbours.connected.size >= this.config.connectionsMax) this.#wanted.clear();
    for (let id = this.#wanted.take(this.outbox.nowMs); id; id = this.#wanted.take(this.outbox.nowMs)) {
      const member = this.view.get(id);
      if (!member || !isLive(member)) continue;
      this.#dial(member.profile.addresses);
      this.#lastDialMs = this.outbox.nowMs;
      break;
    }
    const nextMs = this.#wanted.nextMs();
    if (nextMs !== undefined) this.#armFor(nextMs);
  }

  /** What heals partitions (Serf): now and then somebody calls on the dead, and on the seeds. */
  onRedial(): void {
    this.outbox.arm('redial', this.config.redialIntervalMs);
    const unheard = this.#unheard();
    if (!this.prng.chance(Math.min(1, this.config.redialTarget / this.view.counts.alive))) return;
    const dead = [...this.view.members.values()].filter((m) => m.state === 'dead');
    const absent = this.#seeds.filter((seed) => !this.#isThere(seed));
    const chosen = this.prng.pick([...dead, ...unheard, ...absent]);
    if (!chosen) return;
    if (!('profile' in chosen)) return this.#dial(chosen);
    if (this.neighbours.connected.has(chosen.id)) this.#dialAnew(chosen.id);
    else this.#dial(chosen.profile.addresses);
  }

  /** Members that are suspect since the last time, though a connection to them is open: it may carry nothing any more. */
  #unheard(): MemberState[] {
    const before = this.#suspects;
    this.#suspects = new Set();
    if (this.view.counts.suspect === 0) return [];
    const suspects = [...this.view.members.values()].filter((m) => m.state === 'suspect');
    for (const { id } of suspects) this.#suspects.add(id);
    return suspects.filter(({ id }) => before.has(id) && this.neighbours.connected.has(id));
  }

  /**
   * A partition can end with the old connection still open. TCP tries what it kept back again only after about as long as
   * the partition has lasted; a new connection is there at once.
   */
  #dialAnew(id: NodeId): void {
    this.#dialledAnew = id;
    this.outbox.emit({ kind: 'hang-up', peer: id });
  }

  onDisconnected(peer: NodeId): void {
    if (peer !== this.#dialledAnew) return;
    this.#dialledAnew = undefined;
    this.#dial(this.view.get(peer)?.profile.addresses ?? []);
  }

  onConnected(peer: NodeId): void {
    this.neighbours.connected.add(peer);
    this.#wanted.delete(peer);
  }

  #dial(addresses: readonly string[]): void {
    if (addresses.length > 0) this.outbox.emit({ kind: 'dial', addresses });
  }

  #armFor(instantMs: number): void {
    const dueMs = Math.max(instantMs, this.#lastDialMs + this.config.dialIntervalMs, this.outbox.nowMs);
    const armedMs = this.outbox.dueMs('dial');
    if (armedMs === undefined || dueMs < armedMs) this.outbox.arm('dial', dueMs - this.outbox.nowMs);
  }

  #isSelf(seed: readonly string[]): boolean {
    const self = this.view.get(this.view.self);
    return self !== undefined && seed.every((address) => matches(address, self.id, self.profile.addresses));
  }

  #isThere(seed: readonly string[]): boolean {
    return [...this.view.members.values()].some(
      (m) => m.state === 'alive' && seed.some((address) => matches(address, m.id, m.profile.addresses)),
    );
  }
}

/** Whether a multiaddr leads to this node: it names it, or names nobody and is one of its own. */
function matches(address: string, id: NodeId, own: readonly string[]): boolean {
  const [place = '', named] = address.split('/p2p/');
  return named === undefined ? own.some((other) => other.split('/p2p/')[0] === place) : named === id;
}
