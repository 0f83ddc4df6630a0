import type { NodeId } from '../kernel/ids.js';
import type { Prng } from '../kernel/prng.js';
import type { MembershipConfig } from './config.js';
import { isLive } from './member.js';
import type { Outbox } from './outbox.js';
import type { View } from './view.js';

/** Decides whom to connect to, and how soon. */
export class Dialler {
  readonly connected = new Set<NodeId>();
  readonly #seeds: readonly (readonly string[])[];
  /** Live members without a connection, each with the instant from which it may be dialled. */
  readonly #wanted = new Map<NodeId, number>();
  #lastDialMs = -Infinity;

  constructor(
    readonly view: View,
    readonly outbox: Outbox,
    readonly config: MembershipConfig,
    readonly prng: Prng,
    seeds: readonly (readonly string[])[],
    readonly greet: (id: NodeId) => void,
  ) {
    this.#seeds = seeds.filter((seed) => seed.length > 0);
  }

  /** Whether there is anybody to join but this node itself. */
  get hasSeeds(): boolean {
    return this.#seeds.some((seed) => !this.#isSelf(seed));
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
    if (id === this.view.self || this.connected.has(id)) return;
    const patienceMs = Math.max(5000, this.view.size * this.config.dialIntervalMs);
    const notBeforeMs = this.outbox.nowMs + (how === 'soon' ? 0 : this.prng.jitter(patienceMs));
    this.#wanted.set(id, notBeforeMs);
    this.#armFor(notBeforeMs);
  }

  onTurn(): void {
    if (this.connected.size >= this.config.connectionsMax) this.#wanted.clear();
    for (const [id, notBeforeMs] of this.#wanted) {
      if (notBeforeMs > this.outbox.nowMs) continue;
      this.#wanted.delete(id);
      const member = this.view.get(id);
      if (!member || !isLive(member)) continue;
      this.#dial(member.profile.addresses);
      this.#lastDialMs = this.outbox.nowMs;
      break;
    }
    if (this.#wanted.size > 0) this.#armFor(Math.min(...this.#wanted.values()));
  }

  /** What heals partitions (Serf): now and then somebody calls on the dead, and on the seeds. */
  onRedial(): void {
    this.outbox.arm('redial', this.config.redialIntervalMs);
    if (!this.prng.chance(Math.min(1, this.config.redialTarget / this.view.counts.alive))) return;
    const dead = [...this.view.members.values()].filter((m) => m.state === 'dead');
    const chosen = this.prng.pick([...dead, ...this.#seeds.filter((seed) => !this.#isThere(seed))]);
    if (!chosen) return;
    if (!('profile' in chosen)) return this.#dial(chosen);
    // A short partition can end with the old connection still open.
    if (this.connected.has(chosen.id)) this.greet(chosen.id);
    else this.#dial(chosen.profile.addresses);
  }

  onConnected(peer: NodeId): void {
    this.connected.add(peer);
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
