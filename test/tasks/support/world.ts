import type { NodeId } from '../../../src/kernel/ids.js';
import { isTerminal } from '../../../src/kernel/states.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { Now } from '../../../src/kernel/time.js';
import type { TimerToken } from '../../../src/kernel/timers.js';
import { FlockView } from '../../../src/placement/flock-view.js';
import { RingCache } from '../../../src/ring/ring-cache.js';
import { JobHome, type JobEffect, type JobEvent, type JobTag } from '../../../src/tasks/job-home.js';
import { shardKey, taskKey } from '../../../src/tasks/keys.js';
import type { TaskMessages } from '../../../src/tasks/messages.js';
import type { ShardEffect } from '../../../src/tasks/offering.js';
import type { Placer } from '../../../src/tasks/placer.js';
import type { TaskRecord } from '../../../src/tasks/record.js';
import type { ShardEvent } from '../../../src/tasks/shard-events.js';
import { ShardHome } from '../../../src/tasks/shard-home.js';
import type { ShardRecord } from '../../../src/tasks/shard.js';
import type { ShardTag } from '../../../src/tasks/shard-tags.js';
import { state } from '../../membership/support/states.js';
import { Disk } from './disk.js';
import { ExecutorNode } from './executor-node.js';
import { JOB, node, specOf } from './fixtures.js';
import { Pool, type Envelope } from './pool.js';

const HOME = node('home');
const JOBS = node('jobs');
const GATE = node('gate');

/**
 * One job's home, one coordinator and three executors, the real machines, with what can happen to them: every message
 * waits in a pool, every write on a disk; a node that dies starts again at once, though the others hear of it later. What
 * the design promises is checked from outside, at every step.
 */
export class World {
  readonly prng: Prng;
  readonly pool: Pool;
  readonly executors: ExecutorNode[];
  readonly disk = new Disk<ShardTag>();
  readonly jobDisk = new Disk<JobTag>();
  readonly timers = new Map<string, TimerToken>();
  readonly news: { readonly node: NodeId; readonly boot: number | undefined }[] = [];
  readonly #believed = new Map<NodeId, { boot: number; isUp: boolean }>();
  readonly #started = new Set<string>();
  readonly #highest = new Map<number, number>();
  /** Tasks whose cancel was answered. */
  readonly #cancelled = new Set<number>();
  isCancelAsked = false;
  #shards!: ShardHome;
  #jobs = new JobHome(JOBS);
  #boot = 0;
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
      this.#believed.set(node(name), { boot: 1, isUp: true });
      return new ExecutorNode(node(name), view, this.pool, ({ task, epoch }) => {
        if (this.#started.has(`${task} ${epoch}`)) throw new Error(`${task} started twice under epoch ${epoch}`);
        this.#started.add(`${task} ${epoch}`);
      });
    });
    this.restartHome();
    const plan = { shardSize: Math.ceil(tasks / 2), homes: [HOME], homeOf: [0, 0] };
    const range = { first: 0, step: 1, count: tasks };
    const create = { kind: 'job.create' as const, job: JOB, spec: specOf({ retries }), range, plan };
    this.pool.ask(GATE, JOBS, { ...create, itemised: false, digest: 'd', createdAtMs: 1 }, 'create', 'forever');
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  get unplaced(): number {
    return this.#shards.unplaced;
  }

  get now(): Now {
    return { monoMs: this.#nowMs, wallMs: this.#nowMs + 1 };
  }

  get isOver(): boolean {
    const isIdle = this.executors.every(({ executor }) => executor.isIdle);
    const info = this.jobInfo();
    const areDone = this.disk.range('shard/').every(({ value }) => (value as ShardRecord).done !== undefined);
    return info?.finished !== undefined && areDone && isIdle && this.pool.isQuiet && this.#shards.unplaced === 0;
  }

  sync(): void {
    const tag = this.disk.sync();
    if (tag) this.#onShards({ kind: 'committed', tag });
    const jobTag = this.jobDisk.sync();
    if (jobTag) this.#onJobs({ kind: 'committed', tag: jobTag });
  }

  fireAny(): void {
    const executor = this.prng.pick(this.executors);
    const timer = this.prng.pick([...(executor?.timers.values() ?? [])]);
    if (executor && timer) executor.fire(timer, this.now);
    const own = this.prng.pick([...this.timers.values()]);
    if (own) this.fire(own);
  }

  /** The coordinator hears of a death or a restart that happened earlier. */
  tellNews(): void {
    const news = this.news.shift();
    if (!news) return;
    const { node: peer, boot } = news;
    if (peer === HOME) return this.#onJobs({ kind: 'peer-restarted', node: peer, boot: boot ?? 0 });
    const believed = this.#believed.get(peer);
    this.#believed.set(peer, { boot: boot ?? believed?.boot ?? 0, isUp: boot !== undefined });
    const isNew = boot !== undefined && boot !== believed?.boot;
    if (boot === undefined) this.#onShards({ kind: 'peer-gone', node: peer });
    else if (isNew) this.#onShards({ kind: 'peer-restarted', node: peer, boot });
    else if (!believed?.isUp) this.#onShards({ kind: 'peer-here', node: peer });
    if (boot === undefined) {
      const given = this.pool.giveUp(
        ({ from, to, patience }) => from === HOME && to === peer && patience !== 'forever',
      );
      for (const { tag } of given) this.#onShards({ kind: 'no-reply', from: peer, tag: tag as ShardTag });
    }
  }

  restartHome(): void {
    this.#boot += 1;
    const { shards } = this.disk.crash();
    this.pool.died(HOME);
    for (const name of this.timers.keys()) if (name.startsWith('shards')) this.timers.delete(name);
    this.#shards = new ShardHome(HOME, this.#boot, this.#placer());
    const members = this.executors.map(({ id }) => id).filter((id) => this.#believed.get(id)?.isUp);
    const isAlone = this.prng.chance(0.5);
    if (isAlone) this.#onShards({ kind: 'joined' });
    this.#onShards({ kind: 'restore', shards, members });
    if (!isAlone) this.#onShards({ kind: 'joined' });
    if (this.#boot > 1) this.news.push({ node: HOME, boot: this.#boot });
  }

  restartJobs(): void {
    this.pool.died(JOBS);
    for (const name of this.timers.keys()) if (name.startsWith('jobs')) this.timers.delete(name);
    this.#jobs = new JobHome(JOBS);
    this.#onJobs({ kind: 'restore', jobs: this.jobDisk.crash().jobs });
  }

  jobInfo() {
    return this.jobDisk.values.get(`job/${JOB}`) as { finished?: { counts: object } } | undefined;
  }

  #placer(): Placer {
    return {
      choose: ({ closed, offered }) => {
        const open = [...this.#believed].filter(([id, { isUp }]) => isUp && !closed(id) && offered(id) < 4);
        const to = this.prng.pick(open)?.[0];
        return to === undefined ? undefined : { node: to, room: 1 + this.prng.below(4) };
      },
      mayOffer: (id) => this.#believed.get(id)?.isUp === true,
      bootOf: (id) => this.#believed.get(id)?.boot ?? 0,
    };
  }

  deliver(envelope: Envelope): void {
    const { from, to, message } = envelope;
    if ('re' in message) return this.#onReply(envelope);
    const executor = this.executors.find(({ id }) => id === to);
    if (executor) executor.message(from, message as never, this.now);
    else if (to === HOME) this.#onShards({ kind: 'message', from, message: message as never });
    else this.#onJobs({ kind: 'message', from, message: message as never });
  }

  #onReply(envelope: Envelope): void {
    const asked = this.pool.answered(envelope);
    if (!asked) return;
    const { from, to } = envelope;
    const event = { kind: 'reply' as const, from, tag: asked.tag, message: envelope.message } as never;
    if (to === HOME) return this.#onShards(event);
    if (to === JOBS) return this.#onJobs(event);
    const executor = this.executors.find(({ id }) => id === to);
    if (executor && asked.message.kind === 'task.result') this.#checkRecorded(asked.message);
    if (executor && asked.tag) executor.host.step({ kind: 'recorded', attempt: asked.tag as never }, this.now);
    const { message } = asked;
    if (to === GATE && message.kind === 'shard.cancel' && message.index !== undefined)
      this.#cancelled.add(message.index);
  }

  #onShards(event: ShardEvent): void {
    this.#shardEffects(this.#shards.step(event, this.now));
    for (let pumps = 0; this.#shards.hasWaiting && pumps < 20; pumps++) {
      const effects = this.#shards.pump(this.now);
      if (effects.length === 0) break;
      if (pumps === 19) throw new Error('pumping does not end');
      this.#shardEffects(effects);
    }
    if (this.#shards.hasWaiting && !this.timers.has('shards rest'))
      throw new Error('tasks wait, and no timer is armed');
    this.#shards.validate();
  }

  #shardEffects(effects: readonly ShardEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'commit') this.disk.write(effect.puts, effect.tag);
      else if (effect.kind === 'ask') {
        if (effect.message.kind === 'task.offer') this.#checkOffer(effect.message);
        this.pool.ask(HOME, effect.to, effect.message, effect.tag, effect.patience);
      } else this.#plain(HOME, effect);
    }
  }

  /** Epochs rise, none is given out before its ballot is durable, and none to a task known to be cancelled. */
  #checkOffer({ shard, tasks }: Omit<TaskMessages['task.offer'], 'ask'>): void {
    const record = this.disk.values.get(shardKey(JOB, shard)) as ShardRecord | undefined;
    for (const { index, epoch } of tasks) {
      if (Math.floor(epoch / 2 ** 20) > (record?.ballot ?? 0))
        throw new Error(`ballot of epoch ${epoch} is not durable`);
      if (epoch <= (this.#highest.get(index) ?? 0)) throw new Error(`epoch ${epoch} of task ${index} does not rise`);
      if (this.#cancelled.has(index)) throw new Error(`task ${index} was cancelled for good`);
      this.#highest.set(index, epoch);
    }
  }

  /** An executor forgets a result only when it is durable, or stale. */
  #checkRecorded({ shard, index, epoch }: TaskMessages['task.result']): void {
    const isCancelled = (this.disk.values.get(shardKey(JOB, shard)) as ShardRecord | undefined)?.cancelled;
    const record = this.disk.values.get(taskKey(JOB, shard, index)) as TaskRecord | undefined;
    const isKept = record && (record.epoch >= epoch || isTerminal(record.state));
    if (isKept || isCancelled || (this.#highest.get(index) ?? 0) > epoch) return;
    throw new Error(`the result of task ${index} under epoch ${epoch} is lost`);
  }

  #onJobs(event: JobEvent): void {
    for (const effect of this.#jobs.step(event, this.now)) {
      if (effect.kind === 'commit') this.jobDisk.write(effect.puts, effect.tag);
      else if (effect.kind === 'ask') this.pool.ask(JOBS, effect.to, effect.message, effect.tag, effect.patience);
      else this.#plain(JOBS, effect);
    }
  }

  #plain(from: NodeId, effect: Exclude<ShardEffect | JobEffect, { kind: 'ask' | 'commit' }>): void {
    if (effect.kind === 'reply') this.pool.send(from, effect.to, { ...effect.message, re: effect.re });
    else if (effect.kind === 'arm') this.timers.set(`${effect.timer.owner} ${effect.timer.name}`, effect.timer);
    else if (effect.kind === 'disarm') this.timers.delete(`${effect.timer.owner} ${effect.timer.name}`);
  }

  fire(timer: TimerToken): void {
    this.timers.delete(`${timer.owner} ${timer.name}`);
    if (timer.owner === 'jobs') this.#onJobs({ kind: 'timer', timer });
    else this.#onShards({ kind: 'timer', timer });
  }

  /** Some executor said something new of its load. */
  reopen(): void {
    const executor = this.prng.pick(this.executors);
    if (executor) this.#shards.reopen(executor.id);
    this.#shardEffects(this.#shards.pump(this.now));
  }

  giveUpOffers(): void {
    const given = this.pool.giveUp(({ patience }) => typeof patience === 'number' && this.prng.chance(0.3));
    for (const { to, tag } of given) this.#onShards({ kind: 'no-reply', from: to, tag: tag as ShardTag });
  }

  steal(): void {
    const [thief, victim] = this.prng.sample(this.executors, 2);
    if (!thief || !victim) return;
    if (this.prng.chance(0.5)) victim.host.giveTo(thief.id, 1 + this.prng.below(2), this.now);
    else this.#shardEffects(this.#shards.giveTo(thief.id, 2).effects);
  }

  killExecutor(): void {
    const executor = this.prng.pick(this.executors);
    if (!executor) return;
    if (this.prng.chance(0.3)) this.news.push({ node: executor.id, boot: undefined });
    if (this.prng.chance(0.8)) executor.restart();
    this.news.push({ node: executor.id, boot: executor.boot });
  }

  cancel(): void {
    this.isCancelAsked = true;
    const index = this.prng.below(this.tasks);
    const shard = index < Math.ceil(this.tasks / 2) ? 0 : 1;
    if (this.prng.chance(0.8))
      this.pool.ask(GATE, HOME, { kind: 'shard.cancel', job: JOB, shard, index }, 'c', 'forever');
    else this.pool.ask(GATE, JOBS, { kind: 'job.cancel', job: JOB }, 'c', 'forever');
  }
}
