/** Taken after so many milliseconds, mostly 0; or refused, and not worth a try before `retryMs` have passed. */
export type Verdict = { readonly afterMs: number } | { readonly retryMs: number };

/** Of one submitter. */
export interface Limiter {
  /** Counts a submission that it takes; one that it refuses costs nothing. */
  ask(nowMs: number): Verdict;
}
