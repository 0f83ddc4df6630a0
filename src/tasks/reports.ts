import type { JobId, NodeId } from '../kernel/ids.js';
import type { Counts } from '../kernel/states.js';
import type { TimerBook } from '../kernel/timers.js';
import type { ShardEffect } from './offering.js';

/** What a shard has to say to its job's home; the counts are taken when it is said. */
export interface Report {
  readonly job: JobId;
  readonly shard: number;
  readonly home: NodeId;
  readonly version: number;
  readonly counts: () => Counts;
}

/** Progress is told at most so often; the end of a shard is told at once. */
const REPORT_MS = 100;
const TIMER = 'report';

/** Tells the jobs' homes how their shards stand. */
export class Reports {
  readonly #dirty = new Map<string, Report>();

  constructor(
    private readonly timers: TimerBook,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  /** Progress, to be told with the next round. */
  note(shard: string, report: Report): void {
    this.#dirty.set(shard, report);
    if (!this.timers.isArmed(TIMER)) this.emit(this.timers.arm(TIMER, REPORT_MS));
  }

  /** The end of a shard: told now, and until it is heard, even by a home that is dead for the time being. */
  final(shard: string, report: Report): void {
    this.#dirty.delete(shard);
    this.#send(report, 'forever');
  }

  ownsTimer(name: string): boolean {
    return name === TIMER;
  }

  onTimer(): void {
    for (const report of this.#dirty.values()) this.#send(report, REPORT_MS * 10);
    this.#dirty.clear();
  }

  #send({ job, shard, home, version, counts }: Report, patience: 'forever' | number): void {
    const message = { kind: 'shard.report' as const, job, shard, version, counts: counts() };
    this.emit({ kind: 'ask', to: home, message, patience, tag: { what: 'report', job, shard } });
  }
}
