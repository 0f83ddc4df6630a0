import type { IncomingMessage } from 'node:http';
import type { Problem } from '../api/schema.js';
import { CoveyError, type ErrorCode } from '../kernel/errors.js';
import type { Outcome } from './http.js';

const CODES: Readonly<Record<ErrorCode, true>> = {
  usage: true,
  'not-found': true,
  forbidden: true,
  conflict: true,
  'too-large': true,
  busy: true,
  unavailable: true,
  'outcome-unknown': true,
  'timed-out': true,
  'no-daemon': true,
  unplaceable: true,
  held: true,
  failed: true,
};

/** The error that a daemon's answer stands for: its problem+json, or what can be said where there is none. */
export function problemOf(status: number, text: string, where: string): CoveyError {
  const problem = readProblem(text);
  if (problem?.detail === undefined) {
    return new CoveyError('failed', `${where} answered ${status}`, 'is it a covey daemon? see --addr');
  }
  const code = problem.code !== undefined && problem.code in CODES ? (problem.code as ErrorCode) : 'failed';
  const details = problem.repeat === undefined ? undefined : { repeat: problem.repeat };
  return new CoveyError(code, problem.detail, problem.hint, details);
}

/** @throws CoveyError unless the request was granted */
export async function answered(response: IncomingMessage, where: string): Promise<void> {
  const status = response.statusCode ?? 0;
  if (status < 300) return;
  let text = '';
  for await (const chunk of response) text += String(chunk);
  throw problemOf(status, text, where);
}

/** @throws CoveyError where `text` is not JSON: something else than covey answers there */
export function bodyOf<T>(status: number, text: string, where: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw problemOf(status, '', where);
  }
}

/** The error of a request that got no answer. */
export function unanswered(outcome: Exclude<Outcome<never>, { kind: 'answer' }>, where: string): CoveyError {
  switch (outcome.kind) {
    case 'refused': {
      const why = outcome.why === 'ENOENT' || outcome.why === 'ECONNREFUSED' ? '' : ` (${outcome.why})`;
      const hint = 'start one with `covey up`, or name another with --addr';
      return new CoveyError('no-daemon', `no daemon answers at ${where}${why}`, hint);
    }
    case 'lost':
      return new CoveyError('unavailable', `the connection to ${where} was lost (${outcome.why})`, 'ask again');
    case 'silent':
      return new CoveyError(
        'unavailable',
        `the daemon at ${where} does not answer in time`,
        'see whether its process is stopped or overloaded, or ask another daemon with --addr',
      );
  }
}

function readProblem(text: string): Partial<Problem> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
