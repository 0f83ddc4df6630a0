import { assert, assertNever } from '../kernel/assert.js';
import type { NodeId } from '../kernel/ids.js';
import type { LoadVector } from '../kernel/load.js';
import type { Prng } from '../kernel/prng.js';
import type { Now } from '../kernel/time.js';
import type { TimerToken } from '../kernel/timers.js';
import { Admission } from './admission.js';
import { Beliefs, type Via } from './beliefs.js';
import { membershipConfig, type MembershipConfig } from './config.js';
import { Dialler } from './dialler.js';
import type { MembershipEffect, MembershipEvent } from './events.js';
import { Health } from './health.js';
import { isLive, type MemberState } from './member.js';
import type { MembershipMessage, Rumour } from './messages.js';
import { Neighbours } from './neighbours.js';
import { Outbox } from './outbox.js';
import type { MembershipStart } from './options.js';
import type { PeerClocks } from './peer-clocks.js';
import { Prober } from './prober.js';
import { Syncer } from './syncer.js';
import { View, type MemberCounts } from './view.js';

export interface MembershipOptions extends MembershipStart {
  /** For simulated flocks that need not form. */
  readonly formed?: Formed;
}

/** What a node knows from its start. */
export interface Formed {
  /** One whose members, all heard of, are known to this one too; they are shared as long as they stay the same. */
  readonly like: Membership;
  /** Peers with open connections, whose `connected` is not given as an event. */
  readonly connected: Iterable<NodeId>;
}

/** A death is acted upon at once, and should outlive a crash that comes of that: after a restart it takes half a minute to see it again. */
const DEATH_PERSIST_MS = 50;
/** How many hear of a departure directly, should gossip not go out any more. */
const FAREWELLS = 8;

/**
 * Who is in the flock, and who of them lives: SWIM (Das, Gupta, Motivala, 2002) with Lifeguard (Dadgar, Phillips, Currey,
 * 2018). What holds, and why each message keeps it, stands in docs/membership.md.
 */
export class Membership {
  readonly #outbox = new Outbox();
  readonly #config: MembershipConfig;
  readonly #view: View;
  readonly #health: Health;
  readonly #beliefs: Beliefs;
  readonly #neighbours: Neighbours;
  readonly #prober: Prober;
  readonly #syncer: Syncer;
  readonly #dialler: Dialler;
  readonly #admission: Admission;
  readonly #remembered: readonly MemberState[];
  readonly #prng: Prng;
  readonly #isFormed: boolean;
  #joined = false;
  #left = false;

  constructor(options: MembershipOptions) {
    const { self, boot, profile, config, hash, prng, remembered = [], seeds, ownLoad, formed } = options;
    this.#config = membershipConfig(config);
    this.#prng = prng;
    this.#remembered = remembered;
    this.#view = formed ? View.like(formed.like.#view, self) : new View(self, hash);
    this.#view.put({ id: self, boot, n: 0, state: 'alive', draining: false, profile }, 'heard', 0);
    this.#health = new Health(this.#config);
    this.#beliefs = new Beliefs(this.#view, this.#outbox, this.#config, this.#health, this.#onChange.bind(this));
    this.#neighbours = new Neighbours(this.#view, this.#config, prng, formed?.connected);
    const neighbours = this.#neighbours;
    this.#prober = new Prober(this.#beliefs, this.#outbox, this.#config, this.#health, prng, neighbours, ownLoad);
    this.#admission = new Admission(remembered, (id) => this.#dialler.isSeed(id));
    this.#syncer = new Syncer(this.#beliefs, this.#outbox, this.#config, prng, neighbours, {
      standingTo: (peer) => ({ joined: this.#joined, expects: this.#admission.expects(peer) }),
      heard: (from, standing) => {
        if (!this.#joined) this.#admission.heard(from, standing);
      },
      caughtUp: (peer) => {
        if (!this.#joined && this.#admission.admits(peer)) this.#caughtUp();
      },
    });
    this.#dialler = new Dialler(this.#view, this.#outbox, this.#config, prng, neighbours, seeds);
    this.#isFormed = formed !== undefined;
  }

  /** This node included. */
  get members(): ReadonlyMap<NodeId, MemberState> {
    return this.#view.members;
  }

  get self(): MemberState {
    return this.#beliefs.self;
  }

  get counts(): MemberCounts {
    return this.#view.counts;
  }

  /** Lifeguard's local health score: 0 is well, 7 is worst. */
  get healthScore(): number {
    return this.#health.score;
  }

  get isJoined(): boolean {
    return this.#joined;
  }

  /** Equal on two nodes that know the same live members in the same incarnations; 16 hexadecimal digits. */
  get viewDigest(): string {
    return this.#view.digest;
  }

  /** Milliseconds that the last probe of a member took; undefined where none was answered directly. */
  roundTripMs(id: NodeId): number | undefined {
    return this.#prober.roundTrips.get(id);
  }

  /** The wall clocks of those that have answered a probe. */
  get clocks(): PeerClocks {
    return this.#prober.clocks;
  }

  /** Those whom nobody accuses, this node included. */
  aliveIds(): NodeId[] {
    return [...this.#view.members.values()].filter((m) => m.state === 'alive').map((m) => m.id);
  }

  get(id: NodeId): MemberState | undefined {
    return this.#view.get(id);
  }

  /** Whether a word to a peer costs no connection that a large flock cannot spare. */
  isNear(id: NodeId): boolean {
    return this.#neighbours.isNear(id);
  }

  step(event: MembershipEvent, now: Now): MembershipEffect[] {
    if (this.#left) return [];
    this.#outbox.begin(now);
    this.#handle(event);
    return this.#outbox.take();
  }

  /** @throws Bug where what is kept along does not fit what is believed */
  validate(): void {
    this.#beliefs.validate();
    const { score } = this.#health;
    assert(score >= 0 && score <= this.#config.healthMax, `the health score is ${score}`);
    assert(this.#left || this.#outbox.dueMs('probe') !== undefined, 'no probe is due');
    assert(!this.#neighbours.connected.has(this.#view.self), 'connected to itself');
  }

  #handle(event: MembershipEvent): void {
    switch (event.kind) {
      case 'start':
        return this.#start();
      case 'message':
        return this.#onMessage(event.from, event.message);
      case 'gossip':
        return this.#hearAll([event.message.rumour]);
      case 'timer':
        return this.#onTimer(event.timer);
      case 'connected':
        this.#dialler.onConnected(event.peer);
        // Both sides say hello; one of them asks, so that views are compared once.
        return this.#syncer.hello(event.peer, this.#view.self < event.peer);
      case 'disconnected':
        if (this.#neighbours.lost(event.peer)) this.#prober.doubt(event.peer);
        return this.#dialler.onDisconnected(event.peer);
      case 'unreachable':
        return this.#prober.onUnreachable(event.addresses);
      case 'set-draining':
        if (event.draining === this.self.draining) return;
        return this.#beliefs.announce({ ...this.self, n: this.self.n + 1, draining: event.draining });
      case 'leave':
        return this.#leave();
      default:
        assertNever(event);
    }
  }

  #start(): void {
    this.#beliefs.restore(this.#remembered);
    this.#dialler.start();
    this.#prober.start();
    this.#outbox.arm('sync', this.#prng.jitter(this.#config.syncIntervalMs));
    if (!this.#dialler.hasSeeds || this.#isFormed) this.#caughtUp();
  }

  #onMessage(from: NodeId, message: MembershipMessage): void {
    this.#dispatch(from, message);
    if (this.#beliefs.wasAccused()) {
      this.#outbox.send(from, { kind: 'swim.states', members: [this.self], want: [], done: false });
    }
  }

  #dispatch(from: NodeId, message: MembershipMessage): void {
    switch (message.kind) {
      case 'swim.ping':
        this.#hearRiders(from, message);
        if (!this.#view.get(from)) this.#syncer.hello(from, true);
        return this.#prober.onPing(from, message.seq);
      case 'swim.ack':
        this.#hearRiders(from, message);
        return this.#prober.onAck(from, message);
      case 'swim.ping-req':
        return this.#prober.onPingReq(from, message.seq, message.target);
      case 'swim.nack':
        return this.#prober.onNack(from, message.seq);
      case 'swim.accused':
        this.#beliefs.answer(message);
        return;
      case 'swim.hello':
        return this.#syncer.onHello(from, message);
      case 'swim.digest':
        return this.#syncer.onDigest(from, message);
      case 'swim.states':
        return this.#syncer.onStates(from, message);
      case 'swim.rumour':
        return this.#hearAll([message.rumour]);
      default:
        assertNever(message);
    }
  }

  #hearRiders(from: NodeId, { rumours, load }: { rumours: readonly Rumour[]; load?: LoadVector }): void {
    this.#hearAll(rumours);
    if (load?.node === from) this.#outbox.emit({ kind: 'load-heard', load });
  }

  #hearAll(rumours: readonly Rumour[]): void {
    for (const rumour of rumours) this.#beliefs.hear(rumour.member, 'rumour', rumour);
  }

  #onTimer(token: TimerToken): void {
    const lateMs = this.#outbox.fired(token);
    if (lateMs === undefined) return;
    const slash = token.name.indexOf('/');
    const name = slash < 0 ? token.name : token.name.slice(0, slash);
    const subject = token.name.slice(slash + 1);
    switch (name) {
      case 'probe':
        return this.#prober.onPeriod(lateMs);
      case 'probe-timeout':
        return this.#prober.askOthers();
      case 'errand':
        return this.#prober.onErrandTimeout(Number(subject));
      case 'suspect':
        return this.#beliefs.expire(subject as NodeId, lateMs);
      case 'sync':
        for (const id of this.#view.goneBefore(this.#outbox.nowMs - this.#config.rememberMs)) this.#forget(id);
        return this.#syncer.onPeriod();
      case 'spread':
        return this.#syncer.onSpread();
      case 'redial':
        this.#askAgain();
        return this.#dialler.onRedial();
      case 'dial':
        return this.#dialler.onTurn();
      case 'persist':
        // Whom a newcomer has met alone it must not remember as the flock.
        if (!this.#joined) return this.#persistSoon();
        return this.#outbox.emit({ kind: 'persist-members', members: [...this.#view.members.values()] });
      default:
        assert(false, `timer ${token.name} is not known`);
    }
  }

  #onChange(before: MemberState | undefined, after: MemberState, via: Via | 'self'): void {
    if (isLive(after) && !(before && isLive(before))) {
      this.#dialler.want(after.id, via === 'rumour' ? 'if-it-does-not' : 'soon');
    }
    if (after.state !== 'suspect') this.#syncer.onNews();
    // A suspicion comes and goes; after a restart everybody is one anyway.
    const lasting = (m: MemberState | undefined) => m && `${m.boot} ${isLive(m) ? 'live' : m.state}`;
    if (lasting(before) !== lasting(after)) this.#persistSoon(after.state === 'dead' ? DEATH_PERSIST_MS : undefined);
  }

  #forget(id: NodeId): void {
    this.#beliefs.forget(id);
    this.#prober.forget(id);
    this.#persistSoon();
  }

  #persistSoon(delayMs = this.#config.persistDelayMs): void {
    const dueMs = this.#outbox.dueMs('persist') ?? Infinity;
    if (this.#outbox.nowMs + delayMs < dueMs) this.#outbox.arm('persist', delayMs);
  }

  /** Words of the first exchange may have been lost, and submissions wait for it. */
  #askAgain(): void {
    const peer = this.#joined ? undefined : this.#prng.pick([...this.#neighbours.connected]);
    if (peer !== undefined) this.#syncer.compare(peer);
  }

  #caughtUp(): void {
    this.#joined = true;
    this.#outbox.emit({ kind: 'joined' });
    for (const peer of this.#admission.waiting()) this.#syncer.hello(peer, true);
    this.#admission.clear();
  }

  #leave(): void {
    const gone: MemberState = { ...this.self, state: 'left' };
    this.#beliefs.announce(gone);
    for (const peer of this.#prng.sample(this.#view.peers, FAREWELLS)) {
      this.#outbox.send(peer, { kind: 'swim.states', members: [gone], want: [], done: false });
    }
    this.#outbox.disarmAll();
    this.#left = true;
  }
}
