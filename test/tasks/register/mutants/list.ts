import { CLAIM_MUTANTS } from './list-claims.js';
import { MOVING_MUTANTS } from './list-moves.js';
import { WRITING_MUTANTS } from './list-writes.js';
import type { RegisterMutant } from './mutant.js';

export const REGISTER_MUTANTS: readonly RegisterMutant[] = [...WRITING_MUTANTS, ...CLAIM_MUTANTS, ...MOVING_MUTANTS];
