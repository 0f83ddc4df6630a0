import { Ranked } from './ranked.js';
import { Shares } from './shares.js';

/**
 * Equal parts for all who submit, and of each part equal parts for the jobs of one, counted in CPU time as it is known
 * from their names; tasks of a job as they came (hierarchical: Goyal, Guo, Vin, OSDI 1996).
 */
export function fairShare(): Shares {
  const asTheyCame = () => new Ranked(() => 0);
  const jobs = () => new Shares({ flowOf: ({ job }) => job, weightOf: () => 1, within: asTheyCame });
  return new Shares({ flowOf: ({ work }) => work.submitter, weightOf: () => 1, within: jobs });
}
