import { groupBy, type History } from '../history/history.js';
import type { Finding } from './finding.js';

const rule = 'unique-epochs';

/** No two attempts of a task share an epoch, so that what runs beside its own rerun can be told apart. */
export function uniqueEpochs({ marks }: History): Finding[] {
  const starts = marks.filter(({ what }) => what === 'start');
  return [...groupBy(starts, ({ task, epoch }) => `${task} ${epoch}`).values()].flatMap(([first, second]) => {
    if (!first || !second) return [];
    const { task, epoch } = first;
    return [{ rule, task, message: `${task} started under epoch ${epoch} on ${first.node} and on ${second.node}` }];
  });
}
