import { parseArgs } from 'node:util';
import type { ChaosOptions } from './verdict.js';

const MINUTES_MAX = 240;
const SEED_MAX = 2 ** 31 - 1;

const HINT = 'npm run chaos -- --minutes 10 [--nodes 5] [--seed 7] [--rate 3] [--at-most-once]';

/**
 * @param freshSeed - taken where none is given
 * @throws Error that says in one line what is wrong, with a hint
 */
export function readOptions(args: readonly string[], freshSeed: number): ChaosOptions {
  const { minutes, nodes, seed, rate, 'at-most-once': isAtMostOnce } = parse(args);
  return {
    seed: seed === undefined ? freshSeed : number('--seed', seed, 1, SEED_MAX, true),
    forMs: 60_000 * number('--minutes', minutes, 0.1, MINUTES_MAX),
    daemons: number('--nodes', nodes, 3, 9, true),
    rate: number('--rate', rate, 0.1, 50),
    isAtMostOnce,
    isRetriedElsewhere: true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '1' },
        nodes: { type: 'string', default: '5' },
        seed: { type: 'string' },
        rate: { type: 'string', default: '3' },
        'at-most-once': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function number(name: string, text: string, least: number, most: number, isWhole = false): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  throw wrong(`${name} is ${isWhole ? 'a whole number' : 'a number'} from ${least} to ${most}, not ${text}`);
}

function wrong(what: string): Error {
  return new Error(`chaos: ${what} (hint: ${HINT})`);
}
