import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError, type JobAnswer } from '../client/index.js';
import { VERSION } from '../install.js';
import type { Io } from './io.js';

/** Between tries, in ms: what is being restarted is back by then. */
const PAUSES_MS = [500, 2_000, 5_000, 15_000];
const ANSWER_MS_MAX = 10_000;

/** What those who are told of the end of a job get to know of it. */
function noticeOf({ job, name, state, reason, tasks, counts, run, submittedAt, finishedAt }: JobAnswer) {
  return { job, name, state, reason, tasks, counts, run, submittedAt, finishedAt };
}

/** The same as variables: `COVEY_SUCCEEDED`, `COVEY_TIMED_OUT`, … say how many tasks ended so. */
function variablesOf({ job, name, state, reason, tasks, counts }: JobAnswer): Record<string, string> {
  const numbers = Object.entries({ tasks, ...counts }).map(([what, n]) => {
    return [`COVEY_${what.toUpperCase().replaceAll('-', '_')}`, String(n)] as const;
  });
  return {
    COVEY_JOB: job,
    COVEY_NAME: name,
    COVEY_STATE: state,
    COVEY_REASON: reason ?? '',
    ...Object.fromEntries(numbers),
  };
}

/** @returns the exit code of the command, 128 + n for a signal */
export async function runNotice(job: JobAnswer, command: string, io: Io): Promise<number> {
  const env = { ...io.env, ...variablesOf(job) };
  const child = spawn('/bin/sh', ['-c', command], { cwd: io.cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
}

/**
 * Sends how a job has ended until somebody takes it, a few times; every try has the same Idempotency-Key.
 *
 * @param key - of this notice
 * @param pausesMs - so many tries but one
 * @returns the status of the answer
 * @throws CoveyError `failed` where it is refused, or nobody has taken it
 */
export async function postNotice(
  job: JobAnswer,
  url: string,
  key: string,
  pausesMs: readonly number[] = PAUSES_MS,
): Promise<number> {
  const body = JSON.stringify(noticeOf(job));
  const headers = { 'content-type': 'application/json', 'user-agent': `covey/${VERSION}`, 'idempotency-key': key };
  for (let tries = 0; ; tries++) {
    const answer = await post(url, headers, body);
    if (typeof answer === 'number' && answer >= 200 && answer < 300) return answer;
    const said = typeof answer === 'number' ? `it answered ${answer}` : answer;
    const pauseMs = isWorthARepeat(answer) ? pausesMs[tries] : undefined;
    if (pauseMs === undefined)
      throw new CoveyError('failed', `${url} was not told: ${said}`, 'covey retry sends again');
    await pause(pauseMs);
  }
}

/** @returns a status, or why there is none */
async function post(url: string, headers: Record<string, string>, body: string): Promise<number | string> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error && cause.message !== '' ? cause.message : message;
  }
}

/** Another answer may come of the same request; a redirect is none that a POST could follow. */
function isWorthARepeat(answer: number | string): boolean {
  return typeof answer === 'string' || answer >= 500 || answer === 408 || answer === 429;
}
