import { assert } from '../../kernel/assert.js';
import { REPLICAS_MAX } from './replica-set.js';

/** Attempts that one ballot can number, half of them in degraded mode. */
export const EPOCHS_PER_BALLOT = 2 ** 20;

/** Set in the counter of an epoch that was given out without a majority (register.md, rule 18). */
export const DEGRADED_BIT = 2 ** 19;

/** What a survivor counts in degraded mode; each replica has a range of its own, so that two of them never share an epoch. */
const DEGRADED_EPOCHS = 2 ** 17;

/** The counters that a coordinator may use beside its ballot's number: above `first`, below `first + size`. */
export interface EpochRange {
  readonly first: number;
  readonly size: number;
}

/** @param place - in the replica set, of a survivor that goes on alone; undefined for a coordinator with a majority */
export function epochRange(place: number | undefined): EpochRange {
  if (place === undefined) return { first: 0, size: DEGRADED_BIT };
  const first = DEGRADED_BIT + place * DEGRADED_EPOCHS;
  assert(
    place < REPLICAS_MAX && first + DEGRADED_EPOCHS <= EPOCHS_PER_BALLOT,
    () => `replica ${place} of ${REPLICAS_MAX} would count from ${first} on, of ${EPOCHS_PER_BALLOT}`,
  );
  return { first, size: DEGRADED_EPOCHS };
}

/** The fencing numbers of one ballot. No two attempts share one, and nothing needs to be written for it. */
export class Epochs {
  #counter = 0;

  constructor(readonly n: number) {}

  /** Undefined once they are used up: then a new ballot must be prepared (register.md, rule 1). */
  next(): number | undefined {
    if (this.#counter + 1 >= DEGRADED_BIT) return undefined;
    this.#counter += 1;
    return this.n * EPOCHS_PER_BALLOT + this.#counter;
  }
}

export function ballotOf(epoch: number): number {
  return Math.floor(epoch / EPOCHS_PER_BALLOT);
}

export function isDegraded(epoch: number): boolean {
  return epoch % EPOCHS_PER_BALLOT >= DEGRADED_BIT;
}
