import { acceptedJobs, groupBy, isTerminal, jobOf, type History, type Mark, type Read } from '../history/history.js';
import type { Finding } from './finding.js';

const rule = 'true-outcome';

/**
 * An outcome is what happened: the attempt that it names wrote its last line and ended with that exit code, and a task is
 * `cancelled` only where somebody asked for that. A task that was lost too often has no such attempt and says so.
 */
export function trueOutcome(history: History): Finding[] {
  const marks = groupBy(history.marks, ({ task }) => task);
  const exitCodes = new Map([...acceptedJobs(history)].map(([job, { exitCode }]) => [job, exitCode]));
  const cancels = new Set(history.cancels.map(({ job, index }) => (index === undefined ? job : `${job}/${index}`)));
  const outcomes = groupBy(
    history.reads.filter(({ state }) => isTerminal(state)),
    ({ task }) => task,
  );
  return [...outcomes].flatMap(([task, [read]]) => {
    if (!read) return [];
    const isToEnd = cancels.has(task) || cancels.has(jobOf(task));
    const wrong = wrongWith(read, marks.get(task) ?? [], exitCodes.get(jobOf(task)), isToEnd);
    return wrong === undefined ? [] : [{ rule, task, message: `${task} ${wrong}` }];
  });
}

function wrongWith(read: Read, marks: readonly Mark[], wanted: number | undefined, isToEnd: boolean) {
  const { state, epoch, exitCode } = read;
  const hasEnded = marks.some((mark) => mark.what === 'end' && mark.epoch === epoch);
  switch (state) {
    case 'succeeded':
      if (!hasEnded) return `succeeded under epoch ${epoch}, but no such attempt came to its end`;
      return wanted === undefined || wanted === 0 ? undefined : `succeeded, but its command ends with ${wanted}`;
    case 'failed':
      if (exitCode === null) return read.reason === null ? 'failed, and nobody says why' : undefined;
      if (isToEnd) return undefined;
      if (!hasEnded) return `failed under epoch ${epoch}, but no such attempt came to its end`;
      return exitCode === wanted ? undefined : `failed with ${exitCode}, but its command ends with ${wanted}`;
    case 'cancelled':
      return isToEnd ? undefined : 'is cancelled, and nobody asked for that';
    default:
      return undefined;
  }
}
