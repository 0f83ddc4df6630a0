import type { NodeId } from '../kernel/ids.js';
import type { TimerBook } from '../kernel/timers.js';
import { nextAsked } from './asking.js';
import type { TaskMessages } from './messages.js';
import type { ShardEffect } from './shard-events.js';
import type { Progress } from './progress.js';
import type { Shard } from './shard.js';
import type { ShardTag } from './shard-tags.js';

/** Progress is told at most so often; the end of a shard is told at once. */
const REPORT_MS = 100;
/** A node that does not take down the last word for so long is passed over. */
const FINAL_MS = 5_000;
const TIMER = 'report';

type ReportTag = Extract<ShardTag, { readonly what: 'report' }>;

/** Tells the coordinators of jobs how their shards stand. */
export class Reports {
  readonly #dirty = new Map<string, Shard>();
  /** Where a job's coordinator was last found. */
  readonly #found = new Map<string, NodeId>();

  constructor(
    private readonly self: NodeId,
    private readonly timers: TimerBook,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  /** Progress, to be told with the next round. */
  note(shard: Shard): void {
    this.#dirty.set(shard.name, shard);
    if (!this.timers.isArmed(TIMER)) this.emit(this.timers.arm(TIMER, REPORT_MS));
  }

  /** The end of a shard: told now, and until somebody has taken it down. */
  final(shard: Shard): void {
    this.#dirty.delete(shard.name);
    const { job, jobSet } = shard.record;
    this.#send(tagOf(shard, this.#coordinatorOf(shard), { jobSet, progress: shard.progress() }), shard.progress(), 0);
    this.#found.delete(job);
  }

  ownsTimer(name: string): boolean {
    return name === TIMER;
  }

  onTimer(): void {
    for (const shard of this.#dirty.values()) {
      if (shard.mode !== 'closed') this.#send(tagOf(shard, this.#coordinatorOf(shard), undefined), shard.progress(), 0);
    }
    this.#dirty.clear();
  }

  /** @param answer - undefined where none came */
  answered(tag: ReportTag, answer: { readonly kind: string } | undefined): void {
    if (answer?.kind === 'shard.noted') return;
    const hints = answer?.kind === 'elsewhere' ? (answer as TaskMessages['elsewhere']).nodes : [];
    const [hint] = hints;
    if (hint !== undefined) this.#found.set(tag.job, hint);
    else this.#found.delete(tag.job);
    if (!tag.final) return;
    const { to, delayMs } = nextAsked([...tag.final.jobSet, this.self], tag.asked, hints, tag.hops);
    this.#send({ ...tag, asked: to, hops: tag.hops + 1 }, tag.final.progress, delayMs);
  }

  /** A shard that is in its job's register has the job's coordinator. */
  #coordinatorOf({ record, place }: Shard): NodeId {
    if (place.register === record.job) return this.self;
    return this.#found.get(record.job) ?? record.jobSet[0] ?? this.self;
  }

  #send(tag: ReportTag, progress: Progress, delayMs: number): void {
    const { job, shard, asked: to } = tag;
    const message = { kind: 'shard.report' as const, job, shard, ...progress };
    const patience = tag.final ? FINAL_MS + delayMs : REPORT_MS * 10;
    this.emit({ kind: 'ask', to, message, patience, delayMs, tag });
  }
}

function tagOf({ record }: Shard, asked: NodeId, final: ReportTag['final']): ReportTag {
  return { what: 'report', job: record.job, shard: record.shard, asked, hops: 0, final };
}
