import type { Command, Runnable } from '../../src/executor/runner.js';

/** What a command does on the virtual clock. */
export interface Program {
  /** On a machine of speed 1; Infinity: it never ends of itself. */
  readonly ms: number;
  readonly exitCode: number;
  /** It does not end when asked to; only a kill ends it. */
  readonly isStubborn: boolean;
  /** Its end is that of the node. */
  readonly isPoison: boolean;
  /** Of a function, as JSON. */
  readonly result?: string;
}

const PLAIN: Program = { ms: 1, exitCode: 0, isStubborn: false, isPoison: false };
/** What becomes of any command where its machine is not well. */
export const FAILING: Program = { ...PLAIN, exitCode: 1 };

/**
 * Commands are programs of this little language; what is drawn from a distribution comes as its number.
 *
 * - `sleep MS [CODE]` ends after MS milliseconds (a fraction too) on a machine of speed 1, with CODE, else 0
 * - `sleep A-B [CODE]` ends after some whole number of milliseconds from A to B, ever the same for one task
 * - `fail-first N MS` fails with 1 in its first N attempts
 * - `stubborn MS` does not end when asked to (TERM), only when killed
 * - `hang` never ends of itself
 * - `poison MS [N]` takes its whole node with it after MS, in its first N attempts, else in all
 *
 * Anything else is not found: 127. A function takes a millisecond and returns its input.
 */
export function programOf(what: Runnable, hash: (text: string) => number): Program {
  return what.kind === 'function' ? { ...PLAIN, result: what.input } : commandProgram(what, hash);
}

function commandProgram({ argv, env }: Command, hash: (text: string) => number): Program {
  const [verb, first = '0', second] = argv;
  const attempt = Number(env['COVEY_ATTEMPT']);
  switch (verb) {
    case 'sleep':
      return { ...PLAIN, ms: duration(first, env['COVEY_TASK'] ?? '', hash), exitCode: Number(second ?? 0) };
    case 'fail-first':
      return { ...PLAIN, ms: Number(second ?? 0), exitCode: attempt <= Number(first) ? 1 : 0 };
    case 'stubborn':
      return { ...PLAIN, ms: Number(first), isStubborn: true };
    case 'hang':
      return { ...PLAIN, ms: Infinity };
    case 'poison':
      return { ...PLAIN, ms: Number(first), isPoison: attempt <= Number(second ?? Infinity) };
    default:
      return { ...PLAIN, exitCode: 127 };
  }
}

function duration(text: string, task: string, hash: (text: string) => number): number {
  const [low = 0, high] = text.split('-').map(Number);
  return high === undefined ? low : low + (hash(task) % (high - low + 1));
}
