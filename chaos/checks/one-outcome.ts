import { groupBy, isTerminal, type History, type Read } from '../history/history.js';
import type { Finding } from './finding.js';

const rule = 'one-outcome';

/**
 * What was once read as a task's outcome is its outcome for ever and for all readers: no answer differs from it, and none
 * that was asked for after it takes it back.
 */
export function oneOutcome({ reads }: History): Finding[] {
  return [...groupBy(reads, ({ task }) => task)].flatMap(([task, all]) => {
    const inOrder = all.toSorted((a, b) => a.answeredMs - b.answeredMs);
    const first = inOrder.find(({ state }) => isTerminal(state));
    const other = first && inOrder.find((read) => contradicts(first, read));
    if (!first || !other) return [];
    return [{ rule, task, message: `${task} was ${told(first)}, and then ${told(other)}` }];
  });
}

function contradicts(first: Read, read: Read): boolean {
  if (!isTerminal(read.state)) return read.askedMs >= first.answeredMs;
  return read.state !== first.state || read.epoch !== first.epoch || read.exitCode !== first.exitCode;
}

function told({ state, epoch, exitCode, through }: Read): string {
  return `${state} (epoch ${epoch}, exit code ${exitCode}) by daemon ${through}`;
}
