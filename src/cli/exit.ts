import { CoveyError, type ErrorCode } from '../kernel/errors.js';

/** Exit codes other than those of the task that `run` ran. Scripts depend on them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  noDaemon: 4,
  timedOut: 5,
  unplaceable: 6,
  taskTimedOut: 124,
  coveyFailed: 125,
  interrupted: 130,
} as const;

export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'usage':
      return EXIT.usage;
    case 'not-found':
      return EXIT.notFound;
    case 'no-daemon':
      return EXIT.noDaemon;
    case 'timed-out':
      return EXIT.timedOut;
    case 'unplaceable':
      return EXIT.unplaceable;
    case 'forbidden':
    case 'conflict':
    case 'too-large':
    case 'busy':
    case 'unavailable':
    case 'outcome-unknown':
    case 'held':
    case 'failed':
      return EXIT.failed;
  }
}

/** What an error is to a user: a CoveyError as it is, everything else a failure. */
export function asCoveyError(error: unknown): CoveyError {
  if (error instanceof CoveyError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CoveyError('failed', message, 'try again with --debug for the whole story');
}

/** `covey: what happened (hint: what to do)`, or the same as an object. One line, whatever the message holds. */
export function errorLine(error: CoveyError, json: boolean): string {
  const { code, message, hint } = error;
  if (json) return JSON.stringify({ code, message, hint: hint ?? null });
  return `covey: ${message}${hint === undefined ? '' : ` (hint: ${hint})`}`.replace(/\s*\n\s*/g, ' ');
}
