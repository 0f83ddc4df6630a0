import type { NodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { Now } from '../../../src/kernel/time.js';
import type { TimerToken } from '../../../src/kernel/timers.js';
import type { JobEffect, JobEvent, JobWriteTag } from '../../../src/tasks/job-events.js';
import { JobHome } from '../../../src/tasks/job-home.js';
import type { ShardEffect, ShardEvent } from '../../../src/tasks/shard-events.js';
import type { Placer } from '../../../src/tasks/placer.js';
import type { RegisterNews } from '../../../src/tasks/replication/effects.js';
import { JOB, SHARD } from '../../../src/tasks/replication/names.js';
import type { ReplicationEffect, ReplicationEvent } from '../../../src/tasks/replication/events.js';
import { Replication } from '../../../src/tasks/replication/replication.js';
import { ShardHome } from '../../../src/tasks/shard-home.js';
import type { ShardTag } from '../../../src/tasks/shard-tags.js';
import { Beliefs } from './beliefs.js';
import { Disk } from './disk.js';
import type { Pool } from './pool.js';

type Owner =
  | { readonly owner: 'jobs'; readonly tag: JobWriteTag }
  | { readonly owner: 'shards'; readonly tag: ShardTag };
/** Whose request an answer belongs to. */
export interface AskedTag {
  readonly owner: 'jobs' | 'shards';
  readonly tag: unknown;
}

/** What is watched from outside. */
export interface Watch {
  offered(message: Extract<Extract<ShardEffect, { kind: 'ask' }>['message'], { kind: 'task.offer' }>): void;
  told(news: RegisterNews<Owner>): void;
}

export interface Around {
  readonly prng: Prng;
  readonly pool: Pool;
  readonly set: readonly NodeId[];
  readonly executors: readonly NodeId[];
  readonly watch: Watch;
  now(): Now;
}

/** A node that holds registers and coordinates some: the real machines over a disk that loses what is not synced. */
export class ReplicaNode {
  readonly timers = new Map<string, { readonly timer: TimerToken; readonly atMs: number }>();
  readonly beliefs: Beliefs;
  isUp = false;
  boot = 0;
  readonly #disk = new Disk<Extract<ReplicationEffect<Owner>, { kind: 'commit' }>['tag']>();
  #replication!: Replication<Owner>;
  #jobs!: JobHome;
  #shards!: ShardHome;
  readonly #events: ReplicationEvent<Owner>[] = [];
  #isReplicating = false;

  constructor(
    readonly id: NodeId,
    private readonly around: Around,
  ) {
    this.beliefs = new Beliefs(id, [...around.set, ...around.executors]);
    this.start();
  }

  get isQuiet(): boolean {
    return this.#disk.isQuiet;
  }

  get unplaced(): number {
    return this.#shards.unplaced;
  }

  get places() {
    return this.#replication.places;
  }

  die(): void {
    this.isUp = false;
    this.around.pool.died(this.id);
    this.timers.clear();
    this.#disk.crash();
  }

  start(): void {
    this.isUp = true;
    this.boot += 1;
    const { prng, set } = this.around;
    const isHere = (node: NodeId) => this.beliefs.isHere(node);
    this.#replication = new Replication<Owner>({
      ...{ self: this.id, prng: new Prng(prng.below(2 ** 31)), isHere },
      isReachable: (node) => !this.beliefs.isGone(node),
      isGone: (node) => this.beliefs.isGone(node),
      // In this world a belief may be wrong for ever: nobody goes on alone.
      lostAfterMs: Infinity,
      chooseSet: () => set,
      flock: {
        standingOf: (node) => (this.beliefs.isGone(node) ? 'dead' : isHere(node) ? 'here' : 'suspect'),
        candidates: () => set.filter((node) => node !== this.id && isHere(node)),
        staying: () => set.length,
      },
    });
    this.#jobs = new JobHome(this.id, this.#replication.places, () => undefined);
    this.#shards = new ShardHome(this.id, this.#placer(), this.#replication.places, this.beliefs);
    const { registers, degraded } = this.#disk.crash();
    this.replicate({ kind: 'restore', registers, degraded, before: undefined, loss: undefined });
    this.replicate({ kind: 'joined' });
  }

  sync(): void {
    const tag = this.#disk.sync();
    if (tag) this.replicate({ kind: 'committed', tag });
  }

  fire(timer: TimerToken): void {
    this.timers.delete(`${timer.owner} ${timer.name}`);
    if (timer.owner === 'jobs') this.#onJobs({ kind: 'timer', timer });
    else if (timer.owner === 'shards') this.#onShards({ kind: 'timer', timer });
    else this.replicate({ kind: 'timer', timer });
  }

  hear(from: NodeId, message: { readonly kind: string }): void {
    const event = { kind: 'message', from, message } as never;
    if (message.kind.startsWith('register.')) this.replicate(event);
    else if (message.kind.startsWith('job.') || message.kind === 'shard.report') this.#onJobs(event);
    else this.#onShards(event);
  }

  /** @param message - undefined where patience ended */
  answered({ owner, tag }: AskedTag, from: NodeId, message: unknown): void {
    const event = (message ? { kind: 'reply', from, tag, message } : { kind: 'no-reply', from, tag }) as never;
    if (owner === 'jobs') this.#onJobs(event);
    else this.#onShards(event);
  }

  /** Word of another node: it is suspected, given up, or there with some boot. */
  learn(node: NodeId, word: 'suspect' | 'gone' | number): void {
    const event = this.beliefs.learn(node, word);
    this.replicate({ kind: 'members-changed' });
    if (event) this.#onShards(event);
  }

  giveTo(thief: NodeId): void {
    this.#shardEffects(this.#shards.giveTo(thief, 2).effects);
  }

  /** Some executor said something new of its load. */
  reopen(node: NodeId): void {
    this.#shards.reopen(node);
    this.#pump();
  }

  #placer(): Placer {
    const { prng, executors } = this.around;
    return {
      choose: ({ closed, offers }) => {
        const open = executors.filter((id) => !this.beliefs.isGone(id) && !closed(id) && (offers.get(id) ?? 0) < 4);
        const node = prng.pick(open);
        return node === undefined ? undefined : { node, room: 1 + prng.below(4), startsNow: prng.chance(0.5) };
      },
      freeSlots: () => prng.below(2),
      mayOffer: (id) => !this.beliefs.isGone(id),
      mayPin: (id) => !this.beliefs.isGone(id),
      nowMs: () => this.around.now().monoMs,
      ended: () => undefined,
      shunned: () => [],
      learntMs: () => 0,
      bootOf: (id) => this.beliefs.bootOf(id),
    };
  }

  replicate(event: ReplicationEvent<Owner>): void {
    this.#events.push(event);
    if (this.#isReplicating) return;
    this.#isReplicating = true;
    for (let next = this.#events.shift(); next; next = this.#events.shift()) {
      for (const effect of this.#replication.step(next, this.around.now())) this.#onReplication(effect);
    }
    this.#isReplicating = false;
  }

  #onReplication(effect: ReplicationEffect<Owner>): void {
    switch (effect.kind) {
      case 'send':
        return this.around.pool.send(this.id, effect.to, effect.message);
      case 'commit':
        return this.#disk.write(effect.puts, effect.tag);
      case 'load':
        return this.replicate({ kind: 'loaded', tag: effect.tag, entries: this.#disk.range(effect.prefix) });
      case 'news':
        return this.#onNews(effect.news);
      case 'claimed':
        return this.#onJobs(effect);
      case 'ask':
        throw new Error(`${this.id} proposes ${effect.message.kind}`);
      default:
        return this.#timer(effect);
    }
  }

  #onNews(news: RegisterNews<Owner>): void {
    this.around.watch.told(news);
    if (news.kind === 'written') {
      const { register, tag } = news;
      if (tag.owner === 'jobs') return this.#onJobs({ kind: 'written', register, tag: tag.tag });
      return this.#onShards({ kind: 'written', register, tag: tag.tag });
    }
    const hasJob = news.kind === 'closed' ? !news.register.includes('#') : news.entries.has(JOB);
    if (hasJob) this.#onJobs(news);
    if (news.kind === 'closed' || news.entries.has(SHARD)) this.#onShards(news);
  }

  #onJobs(event: JobEvent): void {
    for (const effect of this.#jobs.step(event, this.around.now())) this.#perform('jobs', effect);
  }

  #onShards(event: ShardEvent): void {
    this.#shardEffects(this.#shards.step(event, this.around.now()));
    this.#pump();
    if (this.#shards.hasWaiting && !this.timers.has('shards rest')) {
      throw new Error('tasks wait, and no timer is armed');
    }
    this.#shards.validate();
  }

  #pump(): void {
    for (let pumps = 0; this.#shards.hasWaiting; pumps++) {
      const effects = this.#shards.pump(this.around.now());
      if (effects.length === 0) return;
      if (pumps === 19) throw new Error('pumping does not end');
      this.#shardEffects(effects);
    }
  }

  #shardEffects(effects: readonly ShardEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'ask' && effect.message.kind === 'task.offer') this.around.watch.offered(effect.message);
      this.#perform('shards', effect);
    }
  }

  #perform(owner: 'jobs' | 'shards', effect: JobEffect | ShardEffect): void {
    const { pool } = this.around;
    switch (effect.kind) {
      case 'ask':
        return pool.ask(
          this.id,
          effect.to,
          effect.message,
          { owner, tag: effect.tag },
          effect.patience,
          effect.delayMs,
        );
      case 'withdraw':
        pool.giveUp(({ from, tag }) => from === this.id && isMeant(effect.tag, tag as AskedTag));
        return;
      case 'reply':
        return pool.send(this.id, effect.to, { ...effect.message, re: effect.re });
      case 'send':
        return pool.send(this.id, effect.to, effect.message);
      case 'write':
        return this.replicate({ ...effect, tag: { owner, tag: effect.tag } as Owner });
      case 'claim':
      case 'claimed-again':
      case 'create':
      case 'renew':
      case 'abandon':
        return this.replicate(effect);
      case 'watch':
      case 'submit-job':
      case 'cancel-job':
        throw new Error(`${effect.kind}: no job of these tests waits, or is a schedule`);
      case 'load':
        return this.#onShards({
          kind: 'loaded',
          tag: effect.tag,
          entries: this.#disk.range(effect.prefix, effect.page),
        });
      default:
        return this.#timer(effect);
    }
  }

  #timer(effect: Extract<ShardEffect, { kind: 'arm' | 'disarm' }>): void {
    const name = `${effect.timer.owner} ${effect.timer.name}`;
    const { monoMs } = this.around.now();
    if (effect.kind === 'arm') this.timers.set(name, { timer: effect.timer, atMs: monoMs + effect.afterMs });
    else this.timers.delete(name);
  }
}

function isMeant(
  { what, job, shard }: Extract<JobEffect, { kind: 'withdraw' }>['tag'],
  { owner, tag }: AskedTag,
): boolean {
  const asked = tag as { what: string; job: string; shard: number };
  return owner === 'jobs' && asked.what === what && asked.job === job && asked.shard === shard;
}
