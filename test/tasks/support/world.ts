import type { NodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { Now } from '../../../src/kernel/time.js';
import { FlockView } from '../../../src/placement/flock-view.js';
import { RingCache } from '../../../src/ring/ring-cache.js';
import { nextAsked } from '../../../src/tasks/asking.js';
import { state } from '../../membership/support/states.js';
import { ExecutorNode } from './executor-node.js';
import { JOB, node, specOf } from './fixtures.js';
import { Pool, type Asked, type Envelope } from './pool.js';
import { ReplicaNode, type AskedTag } from './replica-node.js';
import { Witness } from './witness.js';

const GATE = node('gate');
const SET = ['a', 'b', 'c'].map(node);

/** How often a client has asked in vain; `create` must be heard, a cancel is given up with its node. */
interface ClientTag {
  readonly what: 'create' | 'cancel';
  readonly hops: number;
}

/**
 * Three nodes that hold a job and its two shards, and three executors, the real machines, with what can happen to them:
 * every message waits in a pool, every write on a disk; nodes die, suspect each other rightly or not, and come back. What
 * the design promises is checked from outside, at every step.
 */
export class World {
  readonly prng: Prng;
  readonly pool: Pool;
  readonly executors: ExecutorNode[];
  readonly replicas: ReplicaNode[];
  readonly witness = new Witness();
  /** What one node is about to hear of another. */
  readonly #news: { readonly of: NodeId; readonly at: NodeId; readonly word: 'suspect' | 'gone' | number }[] = [];
  isCancelAsked = false;
  #nowMs = 0;

  constructor(
    seed: number,
    readonly tasks: number,
    readonly retries: number,
  ) {
    this.prng = new Prng(seed);
    this.pool = new Pool(this.prng);
    const view = new FlockView(new RingCache(() => 0));
    this.executors = ['x', 'y', 'z'].map((name) => {
      view.update(state(name));
      return new ExecutorNode(node(name), view, this.pool, (attempt) => this.witness.started(attempt));
    });
    const { prng, pool, witness } = this;
    const around = { prng, pool, watch: witness, set: SET, executors: this.executors.map(({ id }) => id) };
    this.replicas = SET.map((id) => new ReplicaNode(id, { ...around, now: () => this.now }));
    const [a, b, c] = SET as [NodeId, NodeId, NodeId];
    const size = Math.ceil(tasks / 2);
    const plan = { shardSize: size, width: 3, nodes: [b, c, a], members: tasks > 1 ? [0, 1, 2, 1, 2, 0] : [] };
    const range = { first: 0, step: 1, count: tasks };
    const fixed = {
      kind: 'job.create' as const,
      job: JOB,
      spec: specOf({ retries }),
      range,
      itemised: false,
      digest: 'd',
    };
    const whole = tasks > 1 ? plan : { ...plan, width: 0, nodes: [] };
    const create = { ...fixed, plan: whole, createdAtMs: 1, set: SET, isKeyed: false };
    this.pool.ask(GATE, a, create, { what: 'create', hops: 0 }, 3_000);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  get now(): Now {
    return { monoMs: this.#nowMs, wallMs: this.#nowMs + 1 };
  }

  /** Fires the timer of a replica that is due first, unless that is later; the clock goes along. */
  fireNext(untilMs: number): boolean {
    const due = this.up.flatMap((replica) => [...replica.timers.values()].map((timer) => ({ replica, ...timer })));
    const [first] = due.sort((a, b) => a.atMs - b.atMs);
    if (!first || first.atMs > untilMs) return false;
    this.#nowMs = Math.max(this.#nowMs, first.atMs);
    first.replica.fire(first.timer);
    return true;
  }

  get up(): ReplicaNode[] {
    return this.replicas.filter(({ isUp }) => isUp);
  }

  get registers(): readonly string[] {
    return this.tasks === 1 ? [JOB] : [JOB, `${JOB}#0`, `${JOB}#1`];
  }

  /** All is finished, as a majority knows, and nothing is left to do. */
  get isOver(): boolean {
    const kindsOf = (id: string) => this.up.map(({ places }) => places.placeOf(id).kind);
    const isFinal = this.registers.map(kindsOf).every((kinds) => {
      // One that has missed all of a register is not told once that is finished, and another may be away for good.
      return kinds.includes('final') && kinds.every((kind) => kind === 'final' || kind === 'unknown');
    });
    const isIdle = this.executors.every(({ executor }) => executor.isIdle);
    return isFinal && isIdle && this.up.every(({ unplaced }) => unplaced === 0) && !this.pool.hasAsked;
  }

  /** What has not come to its end. */
  story(): string {
    const told = ({ id, places }: ReplicaNode, name: string) => {
      const place = places.placeOf(name);
      return `${name} at ${id}: ${place.kind}${place.kind === 'elsewhere' ? ` (${place.nodes.join()})` : ''}`;
    };
    const open = this.up.flatMap((replica) => this.registers.map((name) => told(replica, name)));
    const asked = this.pool.asked.map(({ from, to, message }) => `${from} asks ${to}: ${message.kind}`);
    const held = this.executors.filter(({ executor }) => !executor.isIdle).map(({ id }) => `${id} holds something`);
    return [...open.filter((what) => !/(final|unknown)$/.test(what)), ...asked, ...held].join('; ');
  }

  fireAny(): void {
    const executor = this.prng.pick(this.executors);
    const timer = this.prng.pick([...(executor?.timers.values() ?? [])]);
    if (executor && timer) executor.fire(timer, this.now);
    const replica = this.prng.pick(this.up);
    const own = this.prng.pick([...(replica?.timers.values() ?? [])]);
    if (own) replica?.fire(own.timer);
  }

  deliver(envelope: Envelope): void {
    const { from, to, message } = envelope;
    const replica = this.replicas.find(({ id }) => id === to);
    if (replica && !replica.isUp) return;
    if ('re' in message) {
      const asked = this.pool.answered(envelope);
      if (asked) this.#answered(asked, from, message);
      return;
    }
    const executor = this.executors.find(({ id }) => id === to);
    // An executor that coordinates nothing points nowhere.
    if (executor && (message.kind === 'task.result' || message.kind === 'task.handback')) {
      this.pool.send(to, from, { kind: 'elsewhere', re: message.ask, nodes: [] });
    } else if (executor) executor.message(from, message as never, this.now);
    else replica?.hear(from, message);
  }

  /** @param message - undefined where patience ended */
  #answered(asked: Asked, from: NodeId, message: object | undefined): void {
    const answer = message as { readonly kind: string; readonly nodes?: readonly NodeId[] } | undefined;
    if (asked.from === GATE) return this.#toClient(asked, answer);
    const replica = this.replicas.find(({ id }) => id === asked.from);
    if (replica) return replica.answered(asked.tag as AskedTag, from, message);
    const executor = this.executors.find(({ id }) => id === asked.from);
    if (answer?.kind === 'task.recorded') this.witness.recorded(asked.message);
    executor?.host.answered(asked.tag as never, from, answer as never, this.now);
  }

  #toClient({ to, tag, message }: Asked, answer: { kind: string; nodes?: readonly NodeId[] } | undefined): void {
    const { what, hops } = tag as ClientTag;
    if (answer?.kind === 'job.created') return this.witness.accepted();
    if (answer?.kind === 'shard.state' && message.kind === 'shard.cancel') return this.witness.cancelled(message.index);
    if (what !== 'create') return;
    const next = nextAsked(SET, to, answer?.nodes ?? [], hops);
    this.pool.ask(GATE, next.to, message, { what, hops: hops + 1 }, 3_000, next.delayMs);
  }

  giveUp(chance: number): void {
    const isUp = (id: NodeId) => this.replicas.every((one) => one.id !== id || one.isUp);
    const isDue = ({ from, to, patience }: Asked) => {
      if (typeof patience === 'number') return this.prng.chance(chance);
      const asker = this.replicas.find(({ id }) => id === from);
      return patience === 'alive' && (asker ? asker.beliefs.isGone(to) : !isUp(to) && this.prng.chance(chance));
    };
    for (const asked of this.pool.giveUp(isDue)) this.#answered(asked, asked.to, undefined);
  }

  /** Some node hears of some other. */
  tellNews(): void {
    const news = this.#news.shift();
    const observer = this.replicas.find(({ id }) => id === news?.at);
    if (news && observer?.isUp) observer.learn(news.of, news.word);
  }

  get hasNews(): boolean {
    return this.#news.length > 0;
  }

  #announce(of: NodeId, word: 'suspect' | 'gone' | number): void {
    for (const at of SET) if (at !== of) this.#news.push({ of, at, word });
  }

  /** A node is suspected by another that cannot reach it at the moment. */
  suspect(): void {
    const [of, at] = this.prng.sample(this.replicas, 2);
    if (!of || !at) return;
    this.#news.push({ of: of.id, at: at.id, word: 'suspect' });
    if (of.isUp) this.#news.push({ of: of.id, at: at.id, word: of.boot });
  }

  /** A minority at most is down at one time. */
  killReplica(): void {
    const replica = this.prng.pick(this.replicas);
    if (!replica || this.up.length < SET.length) return;
    replica.die();
    this.#announce(replica.id, this.prng.chance(0.5) ? 'suspect' : 'gone');
  }

  revive(): void {
    const replica = this.replicas.find(({ isUp }) => !isUp);
    if (!replica) return;
    replica.start();
    this.#announce(replica.id, replica.boot);
  }

  restartReplica(): void {
    const replica = this.prng.pick(this.up);
    if (!replica || this.up.length < SET.length) return;
    replica.die();
    this.revive();
  }

  killExecutor(): void {
    const executor = this.prng.pick(this.executors);
    if (!executor) return;
    if (this.prng.chance(0.3)) this.#announce(executor.id, 'gone');
    if (this.prng.chance(0.8)) executor.restart();
    this.#announce(executor.id, executor.boot);
  }

  /** Everybody learns what is so; what is down is given up. */
  tellTruth(): void {
    while (this.hasNews) this.tellNews();
    for (const observer of this.up) {
      for (const { id, isUp, boot } of this.replicas) if (id !== observer.id) observer.learn(id, isUp ? boot : 'gone');
      for (const { id, boot } of this.executors) observer.learn(id, boot);
    }
  }

  steal(): void {
    const [thief, victim] = this.prng.sample(this.executors, 2);
    if (!thief || !victim) return;
    if (this.prng.chance(0.5)) victim.host.giveTo(thief.id, 1 + this.prng.below(2), this.now);
    else this.prng.pick(this.up)?.giveTo(thief.id);
  }

  reopen(): void {
    const executor = this.prng.pick(this.executors);
    if (executor) this.prng.pick(this.up)?.reopen(executor.id);
  }

  cancel(): void {
    this.isCancelAsked = true;
    const index = this.prng.below(this.tasks);
    const shard = index < Math.ceil(this.tasks / 2) ? 0 : 1;
    const to = this.prng.pick(SET) ?? GATE;
    const isOne = this.prng.chance(0.8);
    const message = isOne ? { kind: 'shard.cancel', job: JOB, shard, index } : { kind: 'job.cancel', job: JOB };
    this.pool.ask(GATE, to, message, { what: 'cancel', hops: 0 }, 3_000);
  }
}
