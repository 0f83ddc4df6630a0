import type { TaskId } from '../../src/kernel/ids.js';
import { partsOf, type History } from '../history/history.js';
import type { JobPlan, Story } from './story.js';

/** From TERM to KILL, for what does not end when asked. */
const GRACE_MS = 5_000;
/** Before the first retry, at the most; before the next twice as long. */
const PAUSES_MS = 300;
/** What the budget of one coordinator lets through is one retry in so long, at the least. */
const RETRY_MS = 100;
/** What a task costs that brings its node down, until its user's cancel has got through. */
const POISON_MS = 60_000;

/**
 * How long a flock without faults needs at most for all that is left of a story. A scheduler that leaves no slot idle while
 * something waits ends within work / slots + the longest chain (Graham, Bounds for certain multiprocessing anomalies, 1966);
 * tasks of several CPUs can leave up to half of the slots empty, so the first part counts twice. A chain is a task with
 * all its retries; one that brings its node down costs that as well, for all.
 */
export function runTimeMs({ jobs, machines }: Story, { durables, clients }: History): number {
  const ended = new Map<string, Set<TaskId>>();
  for (const { task } of durables.records) {
    const { job } = partsOf(task);
    ended.set(job, (ended.get(job) ?? new Set()).add(task));
  }
  const submitted = new Set<string>(clients.submissions.map(({ job }) => job));
  const slots = machines.reduce((sum, { cpus }) => sum + cpus, 0);
  const open = new Map<string, JobPlan>();
  for (const job of jobs) if (submitted.has(job.id)) open.set(job.id, job);
  let [workMs, chainMs, poisonMs, retries] = [0, 0, 0, 0];
  for (const job of open.values()) {
    const left = Math.max(0, job.tasks - (ended.get(job.id)?.size ?? 0));
    if (left === 0) continue;
    const each = (1 + job.retries) * attemptMs(job) + PAUSES_MS * (2 ** job.retries - 1);
    retries += left * job.retries;
    // A queue may have only a part of each node.
    workMs += (left * each * job.cpus) / (job.queue?.settings.limit ?? 1);
    chainMs = Math.max(chainMs, each);
    if (job.command.startsWith('poison')) poisonMs += left * POISON_MS;
  }
  return (2 * workMs) / slots + chainMs + poisonMs + retries * RETRY_MS;
}

/** The longest that one attempt takes. */
function attemptMs({ command, timeoutMs = Infinity }: JobPlan): number {
  const [verb, first = '0', second = '0'] = command.split(' ');
  const ownMs =
    verb === 'hang' ? Infinity : verb === 'fail-first' ? Number(second) : Number(first.split('-').at(-1) ?? first);
  return ownMs <= timeoutMs ? ownMs : timeoutMs + GRACE_MS;
}
