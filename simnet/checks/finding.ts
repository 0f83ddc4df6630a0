import type { History } from '../history/history.js';

/** A promise that was broken. */
export interface Finding {
  readonly invariant: string;
  readonly message: string;
  /** Virtual ms. */
  readonly atMs: number;
}

/** Judges a whole history by one promise. */
export type Check = (history: History) => Finding[];
