import type { JobId } from '../kernel/ids.js';
import type { TimerBook } from '../kernel/timers.js';
import type { JobHomeConfig } from './job-home-config.js';
import type { JobEffect } from './job-events.js';
import type { Job } from './job.js';
import type { ShardAsking } from './shard-asking.js';

const POLL = 'poll';

/** What having shards made needs of the machine that coordinates their jobs. */
export interface ShardMakingPort {
  readonly timers: TimerBook;
  readonly shards: ShardAsking;
  readonly jobs: ReadonlyMap<JobId, Job>;
  readonly config: Pick<JobHomeConfig, 'creatingMax' | 'pollMs' | 'pollMax'>;
  readonly emit: (effect: JobEffect) => void;
}

/** Has the shards of jobs made, a few at a time, and asks after those that have not ended. */
export class ShardMaking {
  constructor(private readonly port: ShardMakingPort) {}

  /** Of a job of several shards: nothing holds it back. */
  begin(job: Job): void {
    const { timers, emit, config } = this.port;
    this.more(job);
    if (!timers.isArmed(POLL)) emit(timers.arm(POLL, config.pollMs));
  }

  /** There may be room for more. */
  more(job: Job): void {
    for (const shard of job.startCreating(this.port.config.creatingMax)) this.port.shards.ask('shard', job, shard);
  }

  ownsTimer(name: string): boolean {
    return name === POLL;
  }

  /**
   * The last word of a shard may be lost: said to a coordinator of the job that was deposed and did not know it yet, or never
   * said, because the shard's coordinator died once it was finished.
   */
  onTimer(): void {
    const { timers, shards, jobs, emit, config } = this.port;
    let isAny = false;
    for (const job of jobs.values()) {
      if (job.shards === 1 || job.isSettled) continue;
      isAny = true;
      for (const shard of job.startPolling(config.pollMax)) shards.ask('shard', job, shard);
    }
    if (isAny) emit(timers.arm(POLL, config.pollMs));
  }
}
