import { QUEUE_MAX } from '../../kernel/load.js';
import { leastBy } from './policy.js';

/** The node that runs the fewest tasks, whatever its size; of equals the one with the shortest queue. */
export const LEAST_CONNECTIONS = leastBy(
  `tasks that run, and ${2 * QUEUE_MAX}ths for those queued`,
  () =>
    ({ running, queued, offered }) =>
      running + offered + queued / (2 * QUEUE_MAX),
);
