import { assertNever } from '../../src/kernel/assert.js';
import { taskAt, type Batch, type Placement } from './batch.js';
import { isLate, judgeEdf, planEdf, type Verdict } from './edf.js';
import { planHeft } from './heft.js';
import { planLpt } from './lpt.js';
import { planMultifit } from './multifit.js';

export const ALGORITHMS = ['lpt', 'multifit', 'heft', 'edf'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** A batch, placed. */
export interface Plan {
  readonly algorithm: Algorithm;
  /** When the last task ends. */
  readonly makespanMs: number;
  /** From the beginning to the end of a task. */
  readonly meanFlowMs: number;
  /** Tasks that end after their deadlines. */
  readonly late: number;
  /** Whether all deadlines can be kept, where that was asked. */
  readonly verdict: Verdict | undefined;
  /** One a task, in the order of the batch. */
  readonly placements: readonly Placement[];
}

/** Why an algorithm is not for a batch; undefined where it is. */
export function unfit(algorithm: Algorithm, { tasks, isUnrelated }: Batch): string | undefined {
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

/** @param algorithm - one that is fit for the batch */
export function planBy(algorithm: Algorithm, batch: Batch): Plan {
  const placements = placed(algorithm, batch);
  const ends = placements.map(({ endMs }) => endMs);
  return {
    algorithm,
    makespanMs: ends.reduce((last, endMs) => Math.max(last, endMs), 0),
    meanFlowMs: ends.reduce((sum, endMs) => sum + endMs, 0) / ends.length,
    late: placements.filter(({ task, endMs }) => isLate(endMs, taskAt(batch.tasks, task).deadlineMs)).length,
    verdict: algorithm === 'edf' ? judgeEdf(batch, placements) : undefined,
    placements,
  };
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
