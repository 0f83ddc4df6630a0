import { parseArgs } from 'node:util';
import { TOLD_NAMES, type ToldName } from '../swarm/story.js';
import { isTold } from '../swarm/told/list.js';

/** Which stories are to be run. */
export type What =
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'story'; readonly file: string }
  | { readonly kind: 'told'; readonly name: ToldName }
  /** Up to `last`, or for `forMs` where that is Infinity. */
  | { readonly kind: 'range'; readonly first: number; readonly last: number; readonly forMs: number };

export interface Options {
  readonly what: What;
  /** Processes at one time. */
  readonly jobs: number;
  /** Where the shortest story that fails is written. */
  readonly write: string | undefined;
}

/** Seeds of one day. */
const PER_DAY = 50_000;
const DAY_MS = 86_400_000;
const SEED_MAX = 2 ** 31 - 2 ** 21;

const HINT = 'npm run swarm -- --seeds 1-1000, --seed 17, --story FILE, --told NAME, or --minutes 3 --from-date';

/** @throws Error that says in one line what is wrong, with a hint */
export function readOptions(args: readonly string[], nowMs: number, cpus: number): Options {
  const { values } = parse(args);
  const jobs = values.jobs === undefined ? cpus : wholeNumber('--jobs', values.jobs, 256);
  return { what: whatOf(values, nowMs), jobs, write: values.write };
}

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        story: { type: 'string' },
        told: { type: 'string' },
        minutes: { type: 'string' },
        'from-date': { type: 'boolean', default: false },
        jobs: { type: 'string' },
        write: { type: 'string' },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function whatOf({ seed, seeds, story, told, minutes, 'from-date': fromDate }: Values, nowMs: number): What {
  if ([seed, seeds, story, told].filter((given) => given !== undefined).length > 1) {
    throw wrong('--seed, --seeds, --story and --told exclude each other');
  }
  if (story !== undefined) return { kind: 'story', file: story };
  if (told !== undefined) return { kind: 'told', name: toldName(told) };
  if (seed !== undefined) return { kind: 'seed', seed: wholeNumber('--seed', seed) };
  const forMs = minutes === undefined ? Infinity : 60_000 * positive('--minutes', minutes);
  const [from = '1', to, ...more] = (seeds ?? '1').split('-');
  if (more.length > 0) throw wrong(`--seeds ${seeds} is no range`);
  const first = fromDate ? PER_DAY * Math.floor(nowMs / DAY_MS) : wholeNumber('--seeds', from);
  if (to === undefined && forMs === Infinity) return { kind: 'range', first, last: first + 999, forMs };
  const last = to === undefined ? SEED_MAX : wholeNumber('--seeds', to);
  if (last < first) throw wrong(`--seeds ${seeds} ends before it begins`);
  return { kind: 'range', first, last, forMs };
}

function toldName(text: string): ToldName {
  if (isTold(text)) return text;
  throw wrong(`no story ${text} is told, but ${TOLD_NAMES.join(', ')}`);
}

function wholeNumber(name: string, text: string, max = SEED_MAX): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max) throw wrong(`${name} ${text} is no whole number of 1 to ${max}`);
  return value;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0) || value === Infinity) throw wrong(`${name} ${text} is no time`);
  return value;
}

function wrong(what: string): Error {
  return new Error(`covey: ${what} (hint: ${HINT})`);
}
