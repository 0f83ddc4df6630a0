import { CoveyError } from '../kernel/errors.js';

/** Tasks a job may have; the daemon holds the same bound. */
export const TASKS_MAX = 1_000_000;
const INDEX_MAX = 2 ** 31;

/** Indexes first, first + step, … up to last. */
export interface IndexRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** What users write for jobs and tasks: an id or its beginning, `last`, `all`, `JOB/3`, `JOB/1-5:2`. */
export interface Selector {
  readonly job: { readonly kind: 'last' } | { readonly kind: 'all' } | { readonly kind: 'id'; readonly text: string };
  /** Absent: the whole job. */
  readonly indexes?: IndexRange;
}

/** @throws CoveyError `usage` */
export function parseSelector(text: string): Selector {
  const at = text.indexOf('/');
  const name = at < 0 ? text : text.slice(0, at);
  const indexes = at < 0 ? {} : { indexes: parseIndexes(text.slice(at + 1)) };
  if (name === 'last' || name === 'all') return { job: { kind: name }, ...indexes };
  if (!/^[0-9a-z]{1,40}$/.test(name)) {
    throw new CoveyError(
      'usage',
      `${JSON.stringify(text)} names no job`,
      'write an id or its beginning, last, all, JOB/3 or JOB/1-5:2',
    );
  }
  return { job: { kind: 'id', text: name }, ...indexes };
}

/**
 * Reads `3`, `1-5` or `1-5:2`.
 *
 * @throws CoveyError `usage`
 */
export function parseIndexes(text: string): IndexRange {
  const found = /^(\d{1,10})(?:-(\d{1,10})(?::(\d{1,10}))?)?$/.exec(text);
  const first = Number(found?.[1] ?? NaN);
  const last = Number(found?.[2] ?? first);
  const step = Number(found?.[3] ?? 1);
  if (!(first <= INDEX_MAX && last <= INDEX_MAX && step <= INDEX_MAX)) {
    throw new CoveyError('usage', `${JSON.stringify(text)} names no indexes`, 'write 3, 1-5 or 1-5:2');
  }
  if (last < first) throw new CoveyError('usage', `${text} runs backwards`, `write ${last}-${first}`);
  if (step === 0) throw new CoveyError('usage', `${text} has a step of 0`, 'a step is at least 1');
  return { first, last, step };
}

/**
 * Reads the value of `--array`: `A-B`, `A-B:STEP`, or N for 1-N.
 *
 * @throws CoveyError `usage`
 */
export function parseArray(text: string): IndexRange {
  const range = /^\d+$/.test(text) ? { first: 1, last: Number(text), step: 1 } : parseIndexes(text);
  const count = indexCount(range);
  if (count < 1)
    throw new CoveyError('usage', 'an array has at least one task', 'write 1-100, 1-100:2, or 100 for 1-100');
  if (count > TASKS_MAX) {
    throw new CoveyError('usage', `${text} makes ${count} tasks`, `a job has at most ${TASKS_MAX}`);
  }
  return range;
}

export function indexCount({ first, last, step }: IndexRange): number {
  return Math.floor((last - first) / step) + 1;
}

export function hasIndex({ first, last, step }: IndexRange, index: number): boolean {
  return index >= first && index <= last && (index - first) % step === 0;
}
