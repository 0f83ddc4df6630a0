import { isTerminal, noCounts } from '../../kernel/states.js';
import { parentsOf, type Parent } from '../gate.js';
import type { JobRecord } from '../job-record.js';
import type { TaskRecord } from '../record.js';
import type { ShardRecord } from '../shard-record.js';
import type { JobSpec } from '../spec.js';
import { weigh } from './values.js';
import { JOB, SHARD, SPEC, TASK_PREFIX } from './names.js';

/** What memory keeps of a finished register. */
export interface FinalSummary {
  /** With `finished`. */
  readonly job?: JobRecord;
  readonly name?: string;
  /** The jobs that it has waited for. */
  readonly after?: Parent[];
  /** With `done`, without items. */
  readonly shard?: ShardRecord;
  /** About what all of it takes on disk. */
  readonly bytes?: number;
}

/** The entries of a register as a replica holds them. */
export interface HeldEntries extends Iterable<readonly [string, { readonly value: unknown }]> {
  readonly size: number;
  get(key: string): { readonly value: unknown } | undefined;
}

/** What is to be kept of a register that is finished; undefined while it is not. */
export function summaryOf(entries: HeldEntries): FinalSummary | undefined {
  const job = entries.get(JOB)?.value as JobRecord | undefined;
  const shard = entries.get(SHARD)?.value as ShardRecord | undefined;
  let bytes = 0;
  for (const [, { value }] of entries) bytes += weigh(value);
  const spec = entries.get(SPEC)?.value as JobSpec | undefined;
  const of = { name: spec?.name ?? '', ...parentsOf(spec) };
  if (!shard) return job?.finished ? { job, ...of, bytes } : undefined;
  const done = shard.done ?? doneOf(shard, entries);
  if (!done) return undefined;
  const kept = { done, ...withoutItems(shard) };
  if (!job) return { shard: kept, bytes };
  return { shard: kept, bytes, job: job.finished ? { ...job, finished: done } : { finished: done, ...job }, ...of };
}

function withoutItems(shard: ShardRecord): ShardRecord {
  if (shard.items === undefined) return shard;
  return Object.fromEntries(Object.entries(shard).filter(([name]) => name !== 'items')) as ShardRecord;
}

/** A shard is done when each of its tasks has an outcome on record; only where it was cancelled must it say so itself. */
function doneOf({ range }: ShardRecord, entries: HeldEntries): NonNullable<ShardRecord['done']> | undefined {
  if (entries.size < range.count) return undefined;
  const counts = noCounts();
  let atMs = 0;
  let ended = 0;
  for (const [key, { value }] of entries) {
    if (!key.startsWith(TASK_PREFIX)) continue;
    const { state, outcome } = value as TaskRecord;
    if (!isTerminal(state)) return undefined;
    counts[state] += 1;
    ended += 1;
    atMs = Math.max(atMs, outcome?.finishedAtMs ?? 0);
  }
  return ended === range.count ? { atMs, counts } : undefined;
}
