import type { Command } from 'commander';
import { CoveyError, type SubmitBody } from '../client/index.js';
import { PRIORITY_MAX } from '../kernel/priority.js';
import { parseDuration } from '../kernel/units.js';
import { defined, option, wholeNumber } from './options.js';
import { TASKS_MAX } from './selector.js';
import { parseWhen } from './start-options.js';

/** How urgent a job is, how long it may take, how much of it runs at a time, and what becomes of it when tasks fail. */
export interface LimitOptions {
  readonly priority?: number;
  readonly period?: number;
  readonly runtime?: number;
  readonly timeout?: number;
  readonly deadline?: Deadline;
  readonly retries?: number;
  readonly retryOn?: readonly number[];
  readonly maxParallel?: number;
  readonly maxFails?: number;
}

export type Deadline = Pick<SubmitBody, 'deadlineMs' | 'notAfter'>;

export function addLimitOptions(command: Command): void {
  option(
    command,
    '--priority <n>',
    'from -100 to 100 (default 0), where nodes queue by it: covey up --discipline',
    parsePriority,
  );
  option(command, '--period <time>', 'it comes again so often: for nodes that queue by rm or dm', parseDuration);
  option(command, '--runtime <time>', 'and takes at most so long; they take on what they keep up with', parseDuration);
  option(command, '--timeout <time>', 'end an attempt after 30s, 5m, 2h', parseDuration);
  option(
    command,
    '--deadline <when>',
    'what has not ended by then ends expired: 2h from now, or a time as --at',
    (text) => parseDeadline(text, new Date()),
  );
  option(command, '--retries <n>', 'start a failed task again so many times', wholeNumber(0, 1000));
  option(command, '--retry-on <code,…>', 'only after these exit codes; 124 stands for a timeout', parseCodes);
  option(command, '--max-parallel <n>', 'no more tasks of the job run at a time', wholeNumber(1, TASKS_MAX));
  option(command, '--max-fails <n>', 'cancel the rest once more than so many tasks failed', wholeNumber(0, TASKS_MAX));
}

export function limitsOf({
  priority,
  period,
  runtime,
  timeout,
  deadline,
  retries,
  retryOn,
  maxParallel,
  maxFails,
}: LimitOptions): Partial<SubmitBody> {
  if (retryOn !== undefined && (retries ?? 0) === 0) {
    throw new CoveyError('usage', '--retry-on means nothing without --retries', 'add --retries 3, say');
  }
  return {
    ...defined({
      priority,
      periodMs: period,
      runtimeMs: runtime,
      timeoutMs: timeout,
      retries,
      retryOn: retryOn && [...retryOn],
      maxParallel,
      maxFails,
    }),
    ...deadline,
  };
}

/** @throws CoveyError `usage` */
export function parsePriority(text: string): number {
  const n = /^-?\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (Math.abs(n) <= PRIORITY_MAX) return n;
  const what = `${JSON.stringify(text)} is not a whole number from ${-PRIORITY_MAX} to ${PRIORITY_MAX}`;
  throw new CoveyError('usage', what);
}

/**
 * Reads a span of time from now on, or a time.
 *
 * @throws CoveyError `usage`
 */
export function parseDeadline(text: string, now: Date): Deadline {
  if (/^\d+(\.\d+)?(ms|s|m|h|d)?$/.test(text)) return { deadlineMs: parseDuration(text) };
  return { notAfter: parseWhen(text, now) };
}

/**
 * Reads exit codes: `1,2,75`.
 *
 * @throws CoveyError `usage`
 */
export function parseCodes(text: string): number[] {
  const codes = text.split(',').map((word) => (/^ *\d{1,3} *$/.test(word) ? Number(word) : NaN));
  if (codes.every((code) => code >= 1 && code <= 255)) return codes;
  throw new CoveyError('usage', `${JSON.stringify(text)} are no exit codes`, 'write numbers from 1 to 255, as 75,124');
}
