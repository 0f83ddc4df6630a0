import { QUEUE_MAX } from '../../kernel/load.js';
import { least, type Policy } from './policy.js';

/** The node that runs the fewest tasks, whatever its size; of equals the one with the shortest queue. */
export const LEAST_CONNECTIONS: Policy = {
  looksAtLoad: true,
  pick: (field) => least(field, ({ running, queued, offered }) => running + offered + queued / (2 * QUEUE_MAX)),
};
