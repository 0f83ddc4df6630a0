import { noCounts, type Counts } from '../../../src/kernel/states.js';
import type { TimerToken } from '../../../src/kernel/timers.js';
import type { JobHomeConfig } from '../../../src/tasks/job-home-config.js';
import { JobHome } from '../../../src/tasks/job-home.js';
import type { NextTime } from '../../../src/tasks/schedule.js';
import type { JobEffect, JobEvent, JobWriteTag } from '../../../src/tasks/job-events.js';
import type { JobInfo } from '../../../src/tasks/queries.js';
import type { TaskMessage } from '../../../src/tasks/messages.js';
import { counted } from './brief.js';
import { JOB, node, specOf } from './fixtures.js';
import { HandRegisters } from './registers.js';

/** The replicas of the jobs that a test makes. */
const SET = [node('me'), node('second'), node('third')];

/** A schedule says every how many seconds; nothing means ten. */
const everySeconds: NextTime = ({ cron }, afterMs) => {
  const everyMs = 1000 * (Number(cron) || 10);
  return (Math.floor(afterMs / everyMs) + 1) * everyMs;
};

/** One coordinator of jobs fed by hand: events in, effects out in short. */
export class Jobs {
  nowMs = 0;
  readonly registers = new HandRegisters<JobWriteTag>((news) => this.step(news));
  readonly home: JobHome;
  #asked: Extract<JobEffect, { kind: 'ask' }>[] = [];
  readonly #armed = new Map<string, TimerToken>();
  #asks = 0;

  constructor(config: Partial<JobHomeConfig> = {}) {
    const all = { openJobsMax: 9, creatingMax: 16, shardMs: 5_000, pollMs: 5_000, pollMax: 64, ...config };
    this.home = new JobHome(node('me'), this.registers.places, everySeconds, all);
  }

  step(event: JobEvent): string[] {
    const effects = this.home.step(event, { monoMs: this.nowMs, wallMs: 1000 + this.nowMs });
    return effects.flatMap((effect) => this.#take(effect));
  }

  hear(message: object, from = 'gate'): string[] {
    return this.step({ kind: 'message', from: node(from), message: { ask: ++this.#asks, ...message } as never });
  }

  /** A create of `tasks` tasks in shards of `shardSize`, one after the other first at each of `firsts`. */
  create(tasks: number, shardSize: number, firsts: readonly string[], changes: object = {}): string[] {
    const range = { first: 0, step: 1, count: tasks };
    const fixed = { kind: 'job.create', job: JOB, spec: specOf(), range, plan: planOf(tasks, shardSize, firsts) };
    const more = { itemised: false, digest: 'd', createdAtMs: 1, set: SET, isKeyed: false };
    return this.hear({ ...fixed, ...more, ...changes });
  }

  sync(): string[] {
    const shown: string[] = [];
    for (let next = this.registers.grant(); next; next = this.registers.grant()) shown.push(...next);
    return shown;
  }

  /** The coordinator of a shard answers the oldest request about it. */
  answer(shard: number, version: number, counts: Partial<Counts>): string[] {
    return this.reply(shard, {
      ...{ kind: 'shard.state', version, endedAtMs: 1, counts: { ...noCounts(), ...counts } },
    });
  }

  /** @param message - undefined where no answer comes */
  reply(shard: number, message: object | undefined): string[] {
    const i = this.#asked.findIndex(({ tag }) => tag.shard === shard);
    const [asked] = this.#asked.splice(i, 1);
    if (i < 0 || !asked) throw new Error(`nothing was asked about shard ${shard}`);
    const { to: from, tag } = asked;
    return this.step(
      message ? { kind: 'reply', from, tag, message: message as never } : { kind: 'no-reply', from, tag },
    );
  }

  report(shard: number, version: number, counts: Partial<Counts>): string[] {
    const said = { version, endedAtMs: 1, counts: { ...noCounts(), ...counts } };
    return this.hear({ kind: 'shard.report', job: JOB, shard, ...said }, 'a');
  }

  query(waitMs: number): string[] {
    return this.hear({ kind: 'query.job', job: JOB, waitMs });
  }

  fire(name: string, afterMs: number): string[] {
    const timer = this.#armed.get(name);
    if (!timer) throw new Error(`${name} is not armed`);
    this.#armed.delete(name);
    this.nowMs += afterMs;
    return this.step({ kind: 'timer', timer });
  }

  #take(effect: JobEffect): string[] {
    switch (effect.kind) {
      case 'create':
      case 'write':
        this.registers.wish(effect);
        return [`${effect.kind} ${effect.register}: ${effect.entries.map(({ key }) => key).join(' ')}`];
      case 'claim':
      case 'claimed-again':
        return [`${effect.kind} ${effect.register}, rank ${effect.rank}`];
      case 'watch':
      case 'cancel-job':
        return [`${effect.kind} ${effect.job}`];
      case 'submit-job':
        return [`submit ${effect.submission.job}`];
      case 'withdraw': {
        const { shard } = effect.tag;
        this.#asked = this.#asked.filter(({ tag }) => tag.what !== 'shard' || tag.shard !== shard);
        return [`withdraw ${shard}`];
      }
      case 'ask': {
        this.#asked.push(effect);
        const { message, to, delayMs } = effect;
        return [`${message.kind} ${tailOf(message)} to ${to}${delayMs ? ` in ${delayMs} ms` : ''}`];
      }
      case 'reply': {
        const { message } = effect;
        if (message.kind === 'job.created') return [`${message.outcome} to ${effect.to}`];
        if (message.kind === 'job.abandoned') return [`${message.kind} ${message.outcome} to ${effect.to}`];
        if (message.kind === 'elsewhere') return [`elsewhere (${message.nodes.join()}) to ${effect.to}`];
        if (message.kind !== 'query.job-told') return [`${message.kind} to ${effect.to}`];
        return [message.found ? toldOf(message.found.info) : 'unknown'];
      }
      case 'arm':
        this.#armed.set(effect.timer.name, effect.timer);
        return [];
      default:
        return [];
    }
  }
}

function toldOf({ state, counts, waits, reason }: JobInfo): string {
  const parents = waits?.after.map(({ job, on }) => ` for ${job} (${on})`).join('') ?? '';
  const time = waits?.untilMs === undefined ? '' : ` until ${waits.untilMs}`;
  return `${state}: ${counted(counts)}${waits ? `, waits${parents}${time}` : ''}${reason === undefined ? '' : `, ${reason}`}`;
}

export function planOf(tasks: number, shardSize: number, firsts: readonly string[]) {
  const shards = Math.ceil(tasks / shardSize);
  if (shards === 1) return { shardSize, width: 0, nodes: [], members: [] };
  const members = Array.from({ length: shards }, (_, shard) => [shard % firsts.length, firsts.length]).flat();
  return { shardSize, width: 2, nodes: [...firsts, 'spare'].map(node), members };
}

function tailOf(
  message: Pick<TaskMessage, 'kind'> & {
    readonly shard?: number;
    readonly cancelled?: boolean;
    readonly expired?: boolean;
    readonly abandoned?: boolean;
    readonly held?: boolean;
    readonly isHeld?: boolean;
    readonly share?: number;
    readonly items?: readonly string[];
  },
) {
  const items = message.items ? ` (${message.items.join()})` : '';
  const share = message.share === undefined ? '' : ` share ${message.share}`;
  const word = `${message.cancelled ? ' cancelled' : ''}${message.expired ? ' expired' : ''}${message.abandoned ? ' abandoned' : ''}${(message.held ?? message.isHeld) ? ' held' : ''}`;
  return `${message.shard ?? ''}${share}${word}${items}`;
}
