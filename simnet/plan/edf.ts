import { shortestMs, taskAt, type Batch, type Placement } from './batch.js';
import { placeInOrder } from './list.js';

/** `undecided`: this order misses a deadline, and nothing shows that every other does. */
export interface Verdict {
  readonly answer: 'feasible' | 'infeasible' | 'undecided';
  /** Which test says so, and why. */
  readonly because: string;
}

/** Sums of times may be off by so much of themselves. */
const TOLERANCE = 1e-9;

/** Earliest deadline first (Jackson 1955): tasks that run once, to their end, in the order of their deadlines, those without one last. */
export function planEdf(batch: Batch): readonly Placement[] {
  return placeInOrder(batch, byDeadline(batch));
}

export function isLate(endMs: number, deadlineMs: number): boolean {
  return endMs > deadlineMs * (1 + TOLERANCE);
}

/**
 * Whether all tasks can keep their deadlines, none of them interrupted.
 *
 * The plan is a proof where it keeps them all. On one CPU it is one too where it does not (Jackson 1955). On several CPUs the question
 * is NP-hard, so that there is only what no plan can do: end a task sooner than it takes, and more work by a deadline than all CPUs can
 * do by then.
 *
 * @param plan - of `planEdf`
 */
export function judgeEdf(batch: Batch, plan: readonly Placement[]): Verdict {
  const { tasks, machines } = batch;
  const late = plan.filter(({ task, endMs }) => isLate(endMs, taskAt(tasks, task).deadlineMs));
  const [first] = late;
  if (!first) return { answer: 'feasible', because: 'the plan keeps all deadlines' };
  const hopeless = tasks.find((task) => isLate(shortestMs(task, machines), task.deadlineMs));
  if (hopeless) return { answer: 'infeasible', because: `${hopeless.name} takes longer than until its deadline` };
  const over = overloaded(batch);
  if (over !== undefined) {
    return { answer: 'infeasible', because: `more is due by the deadline of ${over} than all CPUs can do by then` };
  }
  const missed = `${taskAt(tasks, first.task).name} is late`;
  const [machine] = machines;
  if (machines.length === 1 && machine?.cpus === 1) {
    return { answer: 'infeasible', because: `${missed}, and on one CPU no order does better` };
  }
  return { answer: 'undecided', because: `${missed} in this order; on several CPUs another one may do` };
}

/** The first task by whose deadline more work is due than can be done. */
function overloaded(batch: Batch): string | undefined {
  const power = batch.machines.reduce((sum, { cpus, speed }) => sum + cpus * speed, 0);
  let work = 0;
  for (const place of byDeadline(batch)) {
    const { durationMs, cpus, deadlineMs, name } = taskAt(batch.tasks, place);
    work += durationMs * cpus;
    if (isLate(work / power, deadlineMs)) return name;
  }
  return undefined;
}

function byDeadline({ tasks }: Batch): number[] {
  return [...tasks.keys()].sort((a, b) => {
    const [one, other] = [taskAt(tasks, a), taskAt(tasks, b)];
    // Two of Infinity have no difference.
    return one.deadlineMs === other.deadlineMs ? a - b : one.deadlineMs - other.deadlineMs;
  });
}
