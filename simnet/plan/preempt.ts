import { known } from '../../src/kernel/assert.js';
import type { Batch, Placement } from './batch.js';

/** One release of a periodic task. */
export interface Job {
  readonly task: number;
  readonly releaseMs: number;
  readonly deadlineMs: number;
  /** When it had run to its end. */
  readonly endMs: number;
}

/** A stretch of a job. */
export interface Stretch extends Placement {
  /** Of the job. */
  readonly deadlineMs: number;
}

interface Active {
  readonly task: number;
  readonly releaseMs: number;
  readonly deadlineMs: number;
  /** At speed 1. */
  leftMs: number;
  lane: Lane | undefined;
}

interface Lane {
  readonly machine: number;
  readonly cpu: number;
  readonly speed: number;
}

/** What sums of times may be off by. */
const TOLERANCE_MS = 1e-6;

/**
 * Runs one hyperperiod under global earliest deadline first: at each moment the earliest deadlines run, the earliest on the fastest
 * CPU. A job stays on its CPU where an equal one would do.
 *
 * @param batch - of tasks with periods, of one CPU each
 * @param cycleMs - after that nothing is released; what is left is run to its end
 */
export function simulateEdf({ tasks, machines }: Batch, cycleMs: number): { stretches: Stretch[]; jobs: Job[] } {
  const lanes = machines
    .flatMap(({ cpus, speed }, machine) => Array.from({ length: cpus }, (_, cpu): Lane => ({ machine, cpu, speed })))
    .sort((a, b) => b.speed - a.speed);
  const releases = tasks
    .flatMap(({ durationMs, deadlineMs, periodMs }, task) =>
      Array.from({ length: Math.round(cycleMs / periodMs) }, (_, i): Active => {
        const releaseMs = i * periodMs;
        return { task, releaseMs, deadlineMs: releaseMs + deadlineMs, leftMs: durationMs, lane: undefined };
      }),
    )
    .sort((a, b) => a.releaseMs - b.releaseMs || a.task - b.task);
  const stretches: Stretch[] = [];
  const jobs: Job[] = [];
  let active: Active[] = [];
  let next = 0;
  for (let nowMs = 0; next < releases.length || active.length > 0;) {
    for (let job = releases[next]; job && job.releaseMs <= nowMs + TOLERANCE_MS; job = releases[++next])
      active.push(job);
    active.sort((a, b) => a.deadlineMs - b.deadlineMs || a.task - b.task);
    assignLanes(active, lanes);
    const releaseMs = releases[next]?.releaseMs ?? Infinity;
    const endMs = active.reduce(
      (least, { lane, leftMs }) => (lane ? Math.min(least, nowMs + leftMs / lane.speed) : least),
      releaseMs,
    );
    for (const job of active) {
      if (!job.lane) continue;
      job.leftMs -= (endMs - nowMs) * job.lane.speed;
      note(stretches, job, job.lane, nowMs, endMs);
      if (job.leftMs > TOLERANCE_MS) continue;
      const { task, releaseMs, deadlineMs } = job;
      jobs.push({ task, releaseMs, deadlineMs, endMs });
    }
    active = active.filter(({ leftMs }) => leftMs > TOLERANCE_MS);
    nowMs = endMs;
  }
  return { stretches, jobs };
}

/** @param active - the earliest deadline first */
function assignLanes(active: readonly Active[], lanes: readonly Lane[]): void {
  const running = active.slice(0, lanes.length);
  const held = new Set(running.map(({ lane }) => lane));
  const free = [...lanes];
  active.forEach((job, i) => {
    if (i >= lanes.length) {
      job.lane = undefined;
      return;
    }
    const alike = free.filter(({ speed }) => speed === free[0]?.speed);
    const lane =
      alike.find((one) => one === job.lane) ?? alike.find((one) => !held.has(one)) ?? known(alike[0], 'a CPU');
    free.splice(free.indexOf(lane), 1);
    job.lane = lane;
  });
}

/** A stretch that goes on where the last one of its task ended is the same one. */
function note(stretches: Stretch[], job: Active, { machine, cpu }: Lane, startMs: number, endMs: number): void {
  const { task, deadlineMs } = job;
  const at = stretches.findLastIndex((one) => one.task === task);
  const last = stretches[at];
  const goesOn =
    last?.endMs === startMs && last.machine === machine && last.lanes[0] === cpu && last.deadlineMs === deadlineMs;
  const stretch = { task, machine, lanes: [cpu], startMs: goesOn ? last.startMs : startMs, endMs, deadlineMs };
  if (goesOn) stretches[at] = stretch;
  else stretches.push(stretch);
}
