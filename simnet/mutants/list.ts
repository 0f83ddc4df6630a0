import { DEGRADED_MUTANTS } from './degraded.js';
import { EXECUTOR_MUTANTS } from './executor.js';
import { MEMBERSHIP_MUTANTS } from './membership.js';
import type { Mutant } from './mutant.js';
import { NODE_MUTANTS } from './node.js';
import { PLACEMENT_MUTANTS } from './placement.js';
import { REPLICATION_MUTANTS } from './replication.js';
import { TASK_MUTANTS } from './tasks.js';

/** The planted bugs that the swarm must catch, by its seeds or by the story that a bug names. */
export const MUTANTS: readonly Mutant[] = [
  ...TASK_MUTANTS,
  ...REPLICATION_MUTANTS,
  ...DEGRADED_MUTANTS,
  ...EXECUTOR_MUTANTS,
  ...MEMBERSHIP_MUTANTS,
  ...PLACEMENT_MUTANTS,
  ...NODE_MUTANTS,
];
