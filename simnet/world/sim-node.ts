import { nextTime } from '../../src/cron.js';
import { assertNever } from '../../src/kernel/assert.js';
import type { Hash32 } from '../../src/kernel/hash.js';
import type { NodeId } from '../../src/kernel/ids.js';
import type { Prng } from '../../src/kernel/prng.js';
import type { MembershipConfig } from '../../src/membership/config.js';
import type { NodeEffect, NodeEvent } from '../../src/node/core/events.js';
import type { ClientRequest, ClientResult } from '../../src/node/core/gateway/requests.js';
import type { AdmissionConfig } from '../../src/node/core/gateway/admission/admission.js';
import type { FormedFlock } from '../../src/node/core/machines.js';
import type { Scorer } from '../../src/placement/policies/custom.js';
import type { RingCache } from '../../src/ring/ring-cache.js';
import { NodeCore } from '../../src/node/core/node-core.js';
import { readStored } from '../../src/node/core/stored.js';
import type { History } from '../history/history.js';
import type { SimStore } from './disk-store.js';
import { EventLoop } from './machine-loop.js';
import { Timers } from './machine-timers.js';
import type { Machine } from './machine.js';
import { addressOf, type Network } from './network.js';
import { VirtualRunner } from './runner.js';
import type { Trace } from './trace.js';
import type { World } from './world.js';

/** Why a process is no more. */
export type Death = 'killed' | 'left' | 'poison' | 'outdated';

export interface SimNodeOptions {
  readonly world: World;
  readonly network: Network;
  readonly history: History;
  readonly trace: Trace;
  readonly hash: Hash32;
  readonly prng: Prng;
  readonly machine: Machine;
  readonly store: SimStore;
  readonly boot: number;
  /** Shared by all nodes: those that agree hold one ring. */
  readonly rings: RingCache;
  readonly detector?: Partial<MembershipConfig>;
  readonly lostAfterMs?: number | undefined;
  /** The policy `custom`. @default none */
  readonly score?: Scorer | undefined;
  /** What it takes of clients. @default all */
  readonly admission?: AdmissionConfig | undefined;
  readonly formed?: FormedFlock;
  readonly onDeath: (death: Death) => void;
}

/** What was sent before the end still goes out, as in the real transport's close. */
const LAST_WORDS_MS = 100;
/** The daemon's watchdog kills what a daemon runs that is silent for so long. */
const WATCHDOG_MS = 10_000;
/** Few steps want more than this. */
const MIDWAY_EFFECTS = 3;

/** One boot of one node: performs what its core asks for, on the virtual world. */
export class SimNode {
  readonly id: NodeId;
  readonly core: NodeCore;
  readonly runner: VirtualRunner;
  /** Steps of the core: a node that spins shows here. */
  steps = 0;
  hasJoined = false;
  hasLeft = false;
  /** What it holds still although it left. */
  recordsLeft = 0;
  #isUp = true;
  /** It dies after so many effects of the first step that has more. */
  #effectsLeft = Infinity;
  #pauses = 0;
  readonly #loop: EventLoop;
  readonly #timers: Timers;
  readonly #clients = new Map<number, (result: ClientResult | undefined) => void>();
  #nextClient = 0;
  /** What the store has said of itself, and this process has not come to yet. */
  #unheard = 0;

  constructor(private readonly options: SimNodeOptions) {
    const { world, network, history, machine, hash, prng, boot, rings, store, formed } = options;
    const { id } = machine;
    this.id = id;
    this.core = new NodeCore({
      ...{ self: id, boot, profile: machine.profile, hash, prng, rings },
      baseEnv: { PATH: '/bin' },
      nextTime,
      seeds: machine.seeds.map((seed) => [addressOf(seed)]),
      stored: readStored(store),
      ...(formed ? { formed } : {}),
      ...(options.detector ? { detector: options.detector } : {}),
      lostAfterMs: options.lostAfterMs,
      score: options.score,
      admission: options.admission,
      // Nobody follows jobs here, and nodes are many.
      changesKept: 16,
    });
    this.#loop = new EventLoop(world, { stepMs: () => machine.stepMs, take: (event) => this.#step(event) });
    this.#timers = new Timers(world, (timer) => this.feed({ kind: 'timer', timer }));
    this.runner = new VirtualRunner(world, {
      hash,
      speed: machine.profile.speed,
      failsAll: () => machine.failsAll,
      wallMs: () => machine.now().wallMs,
      ended: (attempt, end) => {
        if (end.lost !== true) history.ended(attempt, world.nowMs);
        this.feed({ kind: 'ended', attempt, end });
      },
      poisoned: () => this.die(false, 'poison'),
    });
    network.attach(id, (event) => this.feed(event));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get isPaused(): boolean {
    return this.#loop.isPaused;
  }

  /** Events that wait for a process which is slow or stands still. */
  get lag(): number {
    return this.#loop.lag;
  }

  start(): void {
    const { store } = this.options;
    const changed = () => {
      this.#unheard += 1;
      this.feed({ kind: 'store', ...store.health() });
    };
    store.watch(changed, () => this.#unheard === 0);
    this.feed({ kind: 'start' });
  }

  /** Has the core re-check what it keeps along; a slow one may not have come to its start yet. */
  validate(): void {
    if (this.steps > 0) this.core.validate();
  }

  /** One event into the core; those that its effects bring about at once follow in order. */
  feed(event: NodeEvent): void {
    if (this.#isUp) this.#loop.feed(event);
  }

  /** @param answered - gets undefined where the node died before it answered */
  request(request: ClientRequest, answered: (result: ClientResult | undefined) => void): void {
    const client = ++this.#nextClient;
    this.#clients.set(client, answered);
    this.feed({ kind: 'client', client, request });
  }

  /** The process is gone, and all that it did not write. */
  die(isDark = false, death: Death = 'killed'): void {
    if (!this.#isUp) return;
    const { network, history, world, machine } = this.options;
    this.#isUp = false;
    this.#loop.stop();
    this.#timers.clear();
    this.runner.die();
    history.died(this.id, world.nowMs);
    machine.disk.crash();
    network.detach(this.id, isDark);
    for (const answered of this.#clients.values()) answered(undefined);
    this.#clients.clear();
    this.options.onDeath(death);
  }

  /** It dies in the middle of a step: of one that wants enough things, only the first few come to pass. */
  dieMidway(): void {
    this.#effectsLeft = 1 + this.options.machine.prng.below(MIDWAY_EFFECTS);
  }

  /** Takes that back. */
  spare(): void {
    this.#effectsLeft = Infinity;
  }

  /** Nothing runs until `resume`; what its tasks' processes do goes on, until the watchdog takes the daemon for dead. */
  pause(): void {
    if (!this.#isUp || this.isPaused) return;
    const { world, history } = this.options;
    this.#loop.pause();
    const pause = ++this.#pauses;
    world.after(WATCHDOG_MS, () => {
      if (!this.#isUp || !this.isPaused || pause !== this.#pauses) return;
      history.died(this.id, world.nowMs);
      this.runner.strike();
    });
  }

  resume(): void {
    if (this.#isUp) this.#loop.resume(this.options.machine.prng);
  }

  #step(event: NodeEvent): void {
    if (event.kind === 'timer' && !this.#timers.take(event.timer)) return;
    const { machine, trace, world, history } = this.options;
    this.steps += 1;
    if (event.kind === 'store') this.#unheard -= 1;
    trace.note(machine.index, event, world.nowMs);
    const effects = this.core.step(event, machine.now());
    const isLast = effects.length > this.#effectsLeft;
    if (isLast) effects.length = this.#effectsLeft;
    history.watcher?.(this.id, event, effects, world.nowMs);
    for (const effect of effects) if (this.#isUp) this.#perform(effect);
    if (isLast) this.die();
  }

  #perform(effect: NodeEffect): void {
    const { network, store, history, world } = this.options;
    switch (effect.kind) {
      case 'send':
        return network.send(this.id, effect.to, effect.message, effect.lane);
      case 'publish':
        return network.publish(this.id, effect.message);
      case 'dial':
        return network.dial(this.id, effect.addresses);
      case 'hang-up':
        return network.reset(this.id, effect.peer);
      case 'learn':
        return network.learn(this.id, effect.peer, effect.addresses);
      case 'arm':
        return this.#timers.arm(effect.timer, effect.afterMs);
      case 'disarm':
        return this.#timers.disarm(effect.timer);
      case 'persist':
        return store.write(effect.puts, (error) => {
          this.feed({ kind: error ? 'persist-failed' : 'persisted', write: effect.write });
        });
      case 'load':
        return this.feed({ kind: 'loaded', read: effect.read, entries: store.range(effect.prefix, effect.page) });
      case 'start':
        history.started(this.id, effect.attempt, world.nowMs);
        return this.runner.start(effect.attempt, effect.command);
      case 'start-together':
        for (const { attempt, command } of effect.starts) this.#perform({ kind: 'start', attempt, command });
        return;
      case 'next':
        return;
      case 'signal':
        return this.runner.signal(effect.attempt, effect.how);
      case 'read-output':
        return this.feed({ kind: 'output', read: effect.read, chunk: undefined });
      case 'answer': {
        const answered = this.#clients.get(effect.client);
        this.#clients.delete(effect.client);
        return answered?.(effect.result);
      }
      case 'joined':
        this.hasJoined = true;
        return;
      case 'left':
        this.hasLeft = true;
        this.recordsLeft = effect.records;
        return world.after(LAST_WORDS_MS, () => this.die(false, 'left'));
      case 'outdated':
        if (this.options.machine.disk.hasLied) return this.die(false, 'outdated');
        throw new Error(`${this.id} is told that it had a later boot, ${effect.boot}`);
      default:
        assertNever(effect);
    }
  }
}
