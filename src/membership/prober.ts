import type { NodeId } from '../kernel/ids.js';
import type { LoadVector } from '../kernel/load.js';
import type { Prng } from '../kernel/prng.js';
import type { Beliefs } from './beliefs.js';
import type { MembershipConfig } from './config.js';
import type { Health } from './health.js';
import { isLive } from './member.js';
import type { MessageOf, Rumour } from './messages.js';
import type { Neighbours } from './neighbours.js';
import type { Outbox } from './outbox.js';
import { PeerClocks } from './peer-clocks.js';

interface Probe {
  readonly seq: number;
  readonly sentMs: number;
  readonly target: NodeId;
  /** Set once others were asked. */
  helpers: readonly NodeId[] | undefined;
  nacks: number;
  /** Nobody could be connected to at its addresses. */
  isUnreachable: boolean;
}

interface Errand {
  readonly requester: NodeId;
  readonly seq: number;
}

const UNANSWERED = { helpers: undefined, nacks: 0, isUnreachable: false };

/** Pings carried out for others at one time; what comes above is not answered. */
const ERRANDS_MAX = 256;

/**
 * SWIM's failure detector: one member a period, in a shuffled round; directly, then through others; whoever answers
 * neither way until the period ends is accused. Who is not connected, in a large flock, is accused once no connection can be made
 * either: handshakes are rationed, and silence may only mean that others come first.
 */
export class Prober {
  #seq = 0;
  #round: NodeId[] = [];
  readonly #urgent = new Set<NodeId>();
  /** Not connected, and silent when they were probed: their handshake may not have had its turn. */
  readonly #unreached = new Set<NodeId>();
  #probe: Probe | undefined;
  readonly #errands = new Map<number, Errand>();
  /** By target: milliseconds from the last ping to its direct answer. */
  readonly roundTrips = new Map<NodeId, number>();
  readonly clocks = new PeerClocks();

  constructor(
    readonly beliefs: Beliefs,
    readonly outbox: Outbox,
    readonly config: MembershipConfig,
    readonly health: Health,
    readonly prng: Prng,
    readonly neighbours: Neighbours,
    readonly ownLoad: (() => LoadVector) | undefined,
  ) {}

  /** A random first wait, so that nodes started together do not probe together. */
  start(): void {
    this.outbox.arm('probe', this.prng.float() * this.config.probeIntervalMs);
  }

  /** Probes a member at the next chance: its connection broke, which is a hint and no proof. */
  doubt(id: NodeId): void {
    this.#urgent.add(id);
  }

  forget(id: NodeId): void {
    this.#unreached.delete(id);
    this.roundTrips.delete(id);
    this.clocks.forget(id);
  }

  onPeriod(lateMs: number): void {
    this.#conclude(lateMs > this.config.lagMaxMs);
    this.#begin();
    this.outbox.arm('probe', this.health.stretch(this.config.probeIntervalMs));
  }

  /** No direct answer in time: others may have a path where this node has none. */
  askOthers(): void {
    const probe = this.#probe;
    if (!probe || probe.helpers) return;
    probe.helpers = this.neighbours.sample(this.config.indirectProbes, probe.target);
    for (const helper of probe.helpers) {
      this.outbox.send(helper, { kind: 'swim.ping-req', seq: probe.seq, target: probe.target });
    }
  }

  onUnreachable(addresses: readonly string[]): void {
    for (const id of this.#unreached) {
      if (!this.#isAt(id, addresses)) continue;
      this.#unreached.delete(id);
      if (!this.neighbours.isNear(id)) this.beliefs.accuse(id);
    }
    if (!this.#probe || !this.#isAt(this.#probe.target, addresses)) return;
    this.#probe.isUnreachable = true;
    this.outbox.disarm('probe-timeout');
    this.askOthers();
  }

  onPing(from: NodeId, seq: number): void {
    this.outbox.send(from, this.#ack(from, seq));
  }

  onAck(from: NodeId, { seq, wallMs }: MessageOf<'swim.ack'>): void {
    const errand = this.#errands.get(seq);
    if (errand) {
      this.#endErrand(seq);
      this.outbox.send(errand.requester, this.#ack(errand.requester, errand.seq));
    }
    const probe = this.#probe;
    if (probe?.seq !== seq || (from !== probe.target && !probe.helpers?.includes(from))) return;
    this.#unreached.delete(probe.target);
    if (from === probe.target) {
      const { nowMs } = this.outbox;
      this.roundTrips.set(from, nowMs - probe.sentMs);
      this.clocks.heard(from, wallMs, probe.sentMs, nowMs);
    }
    this.#probe = undefined;
    this.outbox.disarm('probe-timeout');
    this.health.change(-1);
  }

  onPingReq(requester: NodeId, seq: number, target: NodeId): void {
    if (this.#errands.size >= ERRANDS_MAX) return;
    const own = this.#ping(target);
    this.#errands.set(own, { requester, seq });
    this.outbox.arm(errandTimer(own), this.config.nackAfter * this.config.probeTimeoutMs);
  }

  onErrandTimeout(seq: number): void {
    const errand = this.#errands.get(seq);
    this.#errands.delete(seq);
    if (errand && this.config.lifeguard) this.outbox.send(errand.requester, { kind: 'swim.nack', seq: errand.seq });
  }

  onNack(from: NodeId, seq: number): void {
    if (this.#probe?.seq === seq && this.#probe.helpers?.includes(from)) this.#probe.nacks++;
  }

  #conclude(late: boolean): void {
    const probe = this.#probe;
    this.#probe = undefined;
    this.outbox.disarm('probe-timeout');
    if (late) this.health.change(1);
    // A process that stood still has heard no answer, whoever gave one.
    if (!probe || (late && this.config.lifeguard)) return;
    const { helpers = [], nacks } = probe;
    // Helpers that do not even deny are taken for a sign that this node is cut off, or slow.
    this.health.change(helpers.length > 0 ? Math.max(0, helpers.length - nacks) : 1);
    if (probe.isUnreachable || this.neighbours.isNear(probe.target)) this.beliefs.accuse(probe.target);
    else this.#unreached.add(probe.target);
  }

  #begin(): void {
    const target = this.#next();
    if (target === undefined) {
      this.health.change(-1);
      return;
    }
    this.#probe = { seq: this.#ping(target), sentMs: this.outbox.nowMs, target, ...UNANSWERED };
    this.outbox.arm('probe-timeout', this.health.stretch(this.config.probeTimeoutMs));
  }

  /** The doubtful first, then round robin: a bound on the time until anyone is probed, which random choice has not. */
  #next(): NodeId | undefined {
    for (const id of this.#urgent) {
      this.#urgent.delete(id);
      if (this.#isLive(id)) return id;
    }
    if (!this.#round.some((id) => this.#isLive(id))) this.#round = this.neighbours.round();
    for (let id = this.#round.pop(); id !== undefined; id = this.#round.pop()) {
      if (this.#isLive(id)) return id;
    }
    return undefined;
  }

  #ping(to: NodeId): number {
    const seq = ++this.#seq;
    this.outbox.send(to, { kind: 'swim.ping', seq, ...this.#riders(to) });
    return seq;
  }

  #ack(to: NodeId, seq: number): MessageOf<'swim.ack'> {
    return { kind: 'swim.ack', seq, wallMs: this.outbox.wallMs, ...this.#riders(to) };
  }

  #riders(to: NodeId): { rumours: Rumour[]; load?: LoadVector } {
    const rumours = this.beliefs.rumoursFor(to);
    return this.ownLoad ? { rumours, load: this.ownLoad() } : { rumours };
  }

  #endErrand(seq: number): void {
    this.#errands.delete(seq);
    this.outbox.disarm(errandTimer(seq));
  }

  #isAt(id: NodeId, addresses: readonly string[]): boolean {
    return this.beliefs.view.get(id)?.profile.addresses.some((address) => addresses.includes(address)) === true;
  }

  #isLive(id: NodeId): boolean {
    const member = this.beliefs.view.get(id);
    return member !== undefined && isLive(member);
  }
}

function errandTimer(seq: number): string {
  return `errand/${seq}`;
}
