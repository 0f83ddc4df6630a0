import type { Batch, PlannedTask } from './batch.js';
import { keepsDemand } from './demand.js';
import { isLate, type Verdict } from './edf.js';
import { simulateEdf, type Job, type Stretch } from './preempt.js';

/** Of one hyperperiod; more are not simulated. */
const JOBS_MAX = 20_000;
const TOLERANCE = 1e-9;

/** Tasks that are released again and again, under earliest deadline first. */
export interface PeriodicPlan {
  /** What runs in the first hyperperiod, stretch by stretch; nothing where that has too many releases. */
  readonly stretches: readonly Stretch[];
  readonly jobs: readonly Job[];
  readonly verdict: Verdict;
}

/**
 * Earliest deadline first for tasks that are all released at the beginning and then at each period, with deadlines no later than the
 * next release. Running tasks are interrupted, and go on on another CPU, at no cost: covey does neither, so that this says what could be at best.
 *
 * On one CPU the processor demand decides (Baruah, Rosier and Howell 1990), and no other order does what this one does not. On several
 * the first hyperperiod is run through, which repeats itself where it misses no deadline; where it has too many releases, the density
 * test (Goossens, Funk and Baruah 2003; for unlike speeds Funk, Goossens and Baruah 2001) can say yes, and else it stays open.
 */
export function planPeriodic(batch: Batch): PeriodicPlan {
  const { tasks } = batch;
  const speeds = batch.machines.flatMap(({ cpus, speed }) => new Array<number>(cpus).fill(speed));
  const cycleMs = hyperperiodMs(tasks);
  const { stretches, jobs } = cycleMs === undefined ? { stretches: [], jobs: [] } : simulateEdf(batch, cycleMs);
  return { stretches, jobs, verdict: judge(tasks, speeds, jobs) };
}

function judge(tasks: readonly PlannedTask[], speeds: readonly number[], jobs: readonly Job[]): Verdict {
  const fastest = Math.max(...speeds);
  const power = speeds.reduce((sum, speed) => sum + speed, 0);
  const used = tasks.reduce((sum, { durationMs, periodMs }) => sum + durationMs / periodMs, 0);
  if (used > power * (1 + TOLERANCE)) {
    return { answer: 'infeasible', because: `utilisation ${used.toFixed(3)} of ${tidy(power)}` };
  }
  const hopeless = tasks.find(({ durationMs, deadlineMs }) => isLate(durationMs / fastest, deadlineMs));
  if (hopeless) return { answer: 'infeasible', because: `${hopeless.name} takes longer than until its deadline` };
  if (speeds.length === 1) {
    const keeps = keepsDemand(tasks, fastest);
    if (keeps !== undefined) {
      return {
        answer: keeps ? 'feasible' : 'infeasible',
        because: `processor demand test, utilisation ${used.toFixed(3)} of ${tidy(power)}`,
      };
    }
  }
  if (jobs.length > 0) {
    const late = jobs.filter(({ endMs, deadlineMs }) => isLate(endMs, deadlineMs)).length;
    const because = `${late} of ${jobs.length} releases of a hyperperiod are late`;
    if (late === 0) return { answer: 'feasible', because };
    return { answer: speeds.length === 1 ? 'infeasible' : 'undecided', because };
  }
  const density = tasks.map(({ durationMs, deadlineMs }) => durationMs / deadlineMs);
  const sum = density.reduce((a, b) => a + b, 0);
  const isThin = sum + lambdaOf(speeds) * Math.max(...density) <= power;
  return {
    answer: isThin ? 'feasible' : 'undecided',
    because: `density test, density ${sum.toFixed(3)} of ${tidy(power)}; the hyperperiod is too long to be run through`,
  };
}

/** How unlike the speeds are: the most that all slower CPUs have together, by the speed of the one before them. */
function lambdaOf(speeds: readonly number[]): number {
  let slower = 0;
  let most = 0;
  for (const speed of [...speeds].sort((a, b) => a - b)) {
    most = Math.max(most, slower / speed);
    slower += speed;
  }
  return most;
}

/** When all are released together again; undefined where that has too many releases. Periods are whole microseconds. */
function hyperperiodMs(tasks: readonly PlannedTask[]): number | undefined {
  let cycle = 1;
  for (const { periodMs } of tasks) {
    const period = Math.round(periodMs * 1000);
    cycle = (cycle / gcd(cycle, period)) * period;
    if (cycle > Number.MAX_SAFE_INTEGER) return undefined;
  }
  const cycleMs = cycle / 1000;
  const jobs = tasks.reduce((sum, { periodMs }) => sum + Math.round(cycleMs / periodMs), 0);
  return jobs <= JOBS_MAX ? cycleMs : undefined;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function tidy(n: number): string {
  return String(Math.round(n * 1000) / 1000);
}
