import type { History } from '../history/history.js';

/** A promise that was broken. */
export interface Finding {
  readonly rule: string;
  readonly message: string;
  /** Whose story is to be told. */
  readonly task?: string;
}

/** Judges a whole history by one promise. */
export type Check = (history: History) => Finding[];
