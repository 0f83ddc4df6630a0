import type { TimerToken } from '../../../src/kernel/timers.js';
import {
  JobHome,
  type JobEffect,
  type JobEvent,
  type JobHomeConfig,
  type JobTag,
} from '../../../src/tasks/job-home.js';
import { noCounts, type Counts } from '../../../src/kernel/states.js';
import { counted } from './brief.js';
import { Disk } from './disk.js';
import { JOB, node, specOf } from './fixtures.js';

/** One job's home fed by hand: events in, effects out in short. */
export class Jobs {
  nowMs = 0;
  readonly home: JobHome;
  readonly disk = new Disk<JobTag>();
  #asked: Extract<JobEffect, { kind: 'ask' }>[] = [];
  readonly #armed = new Map<string, TimerToken>();
  #asks = 0;

  constructor(config?: JobHomeConfig) {
    this.home = new JobHome(node('me'), config);
  }

  step(event: JobEvent): string[] {
    const effects = this.home.step(event, { monoMs: this.nowMs, wallMs: 1000 + this.nowMs });
    return effects.flatMap((effect) => this.#take(effect));
  }

  hear(message: object, from = 'gate'): string[] {
    return this.step({ kind: 'message', from: node(from), message: { ask: ++this.#asks, ...message } as never });
  }

  /** A create of `tasks` tasks in shards of `shardSize`, one after the other at each of `homes`. */
  create(tasks: number, shardSize: number, homes: readonly string[], changes: object = {}): string[] {
    const homeOf = Array.from({ length: Math.ceil(tasks / shardSize) }, (_, shard) => shard % homes.length);
    const plan = { shardSize, homes: homes.map(node), homeOf };
    const range = { first: 0, step: 1, count: tasks };
    const fixed = {
      kind: 'job.create',
      job: JOB,
      spec: specOf(),
      range,
      plan,
      itemised: false,
      digest: 'd',
      createdAtMs: 1,
    };
    return this.hear({ ...fixed, ...changes });
  }

  sync(): string[] {
    const shown: string[] = [];
    for (let tag = this.disk.sync(); tag; tag = this.disk.sync()) shown.push(...this.step({ kind: 'committed', tag }));
    return shown;
  }

  /** The home of a shard answers the oldest request about it. */
  answer(shard: number, version: number, counts: Partial<Counts>): string[] {
    const i = this.#asked.findIndex(({ tag }) => 'shard' in tag && tag.shard === shard);
    const [asked] = this.#asked.splice(i, 1);
    if (i < 0 || !asked) throw new Error(`nothing was asked about shard ${shard}`);
    const message = { kind: 'shard.state' as const, version, counts: { ...noCounts(), ...counts } };
    return this.step({ kind: 'reply', from: asked.to, tag: asked.tag, message });
  }

  report(shard: number, version: number, counts: Partial<Counts>): string[] {
    return this.hear({ kind: 'shard.report', job: JOB, shard, version, counts: { ...noCounts(), ...counts } }, 'a');
  }

  query(waitMs: number): string[] {
    return this.hear({ kind: 'query.job', job: JOB, waitMs });
  }

  fire(name: string, afterMs: number): string[] {
    const timer = this.#armed.get(name);
    if (!timer) throw new Error(`${name} is not armed`);
    this.nowMs += afterMs;
    return this.step({ kind: 'timer', timer });
  }

  #take(effect: JobEffect): string[] {
    switch (effect.kind) {
      case 'commit':
        this.disk.write(effect.puts, effect.tag);
        return [`commit ${effect.puts.map(({ key }) => key.replace(`/${JOB}`, '')).join(' ')}`];
      case 'ask': {
        this.#asked.push(effect);
        const { message, to } = effect;
        const more =
          message.kind === 'shard.create'
            ? `${message.cancelled ? ' cancelled' : ''} ${message.items?.join() ?? ''}`
            : '';
        return [`${message.kind} ${'shard' in message ? message.shard : ''} to ${to}${more}`.trim()];
      }
      case 'reply': {
        const { message } = effect;
        if (message.kind === 'job.created') return [`${message.outcome} to ${effect.to}`];
        if (message.kind !== 'query.job-told') return [`${message.kind} to ${effect.to}`];
        return [message.found ? `${message.found.info.state}: ${counted(message.found.info.counts)}` : 'unknown'];
      }
      case 'arm':
        this.#armed.set(effect.timer.name, effect.timer);
        return [];
      default:
        return [];
    }
  }
}
