import { statSync } from 'node:fs';
import { assertNever } from '../../kernel/assert.js';
import type { Outcome } from './slot.js';

/** How an attempt ended, in the words of AttemptEnd. */
export interface Verdict {
  readonly exitCode?: number;
  readonly failure?: string;
  readonly lost?: boolean;
}

/** What an attempt that is killed ends with: 128 + SIGKILL. */
const KILLED = 137;

/**
 * @param cwd - the directory the command was to run in
 * @param spoolDir - a shell that cannot open an output file names its path and makes the status 1 or 2
 * @param lost - why the slot's shell died where nobody asked for it; undefined where it was asked for
 */
export function verdict(outcome: Outcome, cwd: string, spoolDir: string, lost: string | undefined): Verdict {
  switch (outcome.kind) {
    case 'exited':
      if (outcome.status > 2 || !outcome.diagnostics.includes(spoolDir)) return { exitCode: outcome.status };
      return { failure: `input or output cannot be opened: ${outcome.diagnostics}` };
    case 'no-cwd':
      return { failure: cwdProblem(cwd) };
    case 'died':
      return lost === undefined ? { exitCode: KILLED } : { exitCode: KILLED, failure: lost, lost: true };
    default:
      return assertNever(outcome);
  }
}

function cwdProblem(cwd: string): string {
  try {
    if (!statSync(cwd).isDirectory()) return `cwd ${cwd} is not a directory`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return `cwd ${cwd} does not exist on this node (hint: use --upload .)`;
  }
  return `cwd ${cwd} is not permitted on this node`;
}
