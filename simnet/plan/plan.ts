import { assertNever } from '../../src/kernel/assert.js';
import { taskAt, type Batch, type Placement } from './batch.js';
import { isLate, judgeEdf, planEdf, type Verdict } from './edf.js';
import { planHeft } from './heft.js';
import { planLpt } from './lpt.js';
import { planMultifit } from './multifit.js';
import { planPeriodic } from './periodic.js';

export const ALGORITHMS = ['lpt', 'multifit', 'heft', 'edf'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** A batch, placed. */
export interface Plan {
  readonly algorithm: Algorithm;
  /** When the last task ends; of periodic ones those of the first hyperperiod. */
  readonly makespanMs: number;
  /** From the beginning to the end of a task; of a periodic one since its release. NaN where nothing was run through. */
  readonly meanFlowMs: number;
  /** Tasks that end after their deadlines, or releases of periodic ones. */
  readonly late: number;
  /** Of the placements, those that end after a deadline. */
  readonly latePlaces: ReadonlySet<number>;
  /** Whether all deadlines can be kept, where that was asked. */
  readonly verdict: Verdict | undefined;
  /** One a task, in the order of the batch; of periodic ones all that they run in the first hyperperiod. */
  readonly placements: readonly Placement[];
}

/** Why an algorithm is not for a batch; undefined where it is. */
export function unfit(algorithm: Algorithm, batch: Batch): string | undefined {
  const { tasks, isUnrelated } = batch;
  if (isPeriodic(batch)) return algorithm === 'edf' ? undefined : 'tasks are released again and again';
  const areDependent = tasks.some(({ after }) => after.length > 0);
  switch (algorithm) {
    case 'lpt':
    case 'multifit':
      if (areDependent) return 'tasks wait for others';
      return isUnrelated ? 'tasks have a time of their own on each machine' : undefined;
    case 'heft':
      return undefined;
    case 'edf':
      if (areDependent) return 'tasks wait for others';
      return tasks.every(({ deadlineMs }) => deadlineMs === Infinity) ? 'no task has a deadline' : undefined;
    default:
      return assertNever(algorithm);
  }
}

/** Either all tasks of a batch are, or none is. */
export function isPeriodic({ tasks }: Batch): boolean {
  return tasks.some(({ periodMs }) => periodMs > 0);
}

/** @param algorithm - one that is fit for the batch */
export function planBy(algorithm: Algorithm, batch: Batch): Plan {
  if (isPeriodic(batch)) return periodicPlan(batch);
  const placements = placed(algorithm, batch);
  const latePlaces = placesOf(placements, ({ task, endMs }) => isLate(endMs, taskAt(batch.tasks, task).deadlineMs));
  const ends = placements.map(({ endMs }) => endMs);
  return {
    algorithm,
    makespanMs: ends.reduce((last, endMs) => Math.max(last, endMs), 0),
    meanFlowMs: ends.reduce((sum, endMs) => sum + endMs, 0) / ends.length,
    late: latePlaces.size,
    latePlaces,
    verdict: algorithm === 'edf' ? judgeEdf(batch, placements) : undefined,
    placements,
  };
}

function periodicPlan(batch: Batch): Plan {
  const { stretches, jobs, verdict } = planPeriodic(batch);
  return {
    algorithm: 'edf',
    makespanMs: jobs.reduce((last, { endMs }) => Math.max(last, endMs), 0),
    meanFlowMs: jobs.reduce((sum, { releaseMs, endMs }) => sum + endMs - releaseMs, 0) / jobs.length,
    late: jobs.filter(({ endMs, deadlineMs }) => isLate(endMs, deadlineMs)).length,
    latePlaces: placesOf(stretches, ({ endMs, deadlineMs }) => isLate(endMs, deadlineMs)),
    verdict,
    placements: stretches,
  };
}

function placesOf<T>(list: readonly T[], is: (one: T) => boolean): ReadonlySet<number> {
  return new Set(list.flatMap((one, place) => (is(one) ? [place] : [])));
}

function placed(algorithm: Algorithm, batch: Batch): readonly Placement[] {
  switch (algorithm) {
    case 'lpt':
      return planLpt(batch);
    case 'multifit':
      return planMultifit(batch);
    case 'heft':
      return planHeft(batch);
    case 'edf':
      return planEdf(batch);
    default:
      return assertNever(algorithm);
  }
}
