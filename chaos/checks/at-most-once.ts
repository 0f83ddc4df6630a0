import { acceptedJobs, groupBy, jobOf, type History } from '../history/history.js';
import type { Finding } from './finding.js';

const rule = 'at-most-once';

/** Under `at-most-once` a task starts at most once. */
export function atMostOnce(history: History): Finding[] {
  const jobs = acceptedJobs(history);
  const starts = history.marks.filter(
    ({ what, task }) => what === 'start' && jobs.get(jobOf(task))?.contract === 'at-most-once',
  );
  return [...groupBy(starts, ({ task }) => task)].flatMap(([task, those]) => {
    const epochs = those.map(({ epoch }) => epoch).join(', ');
    return those.length < 2 ? [] : [{ rule, task, message: `${task} started ${those.length} times: epochs ${epochs}` }];
  });
}
