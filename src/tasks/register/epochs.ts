/** Attempts that one ballot can number, half of them in degraded mode. */
export const EPOCHS_PER_BALLOT = 2 ** 20;

/** Set in the counter of an epoch that was given out without a majority (register.md, rule 18). */
export const DEGRADED_BIT = 2 ** 19;

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
