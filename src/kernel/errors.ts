/**
 * What went wrong, in words a script can test. HTTP status and exit code follow from it (src/api/problem.ts,
 * src/cli/exit.ts).
 */
export type ErrorCode =
  | 'usage'
  | 'not-found'
  | 'forbidden'
  | 'conflict'
  | 'too-large'
  | 'busy'
  | 'unavailable'
  | 'outcome-unknown'
  | 'timed-out'
  | 'no-daemon'
  | 'unplaceable'
  | 'held'
  | 'failed';

/** An error for people: what happened, and what to do about it. */
export class CoveyError extends Error {
  override readonly name = 'CoveyError';
  /** What a program needs to go on from here. */
  declare readonly details?: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint?: string,
    details?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    if (details) this.details = details;
  }
}
