import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SubmitBody, Submitted } from '../api/schema.js';
import { REPEAT_HEADER } from '../kernel/repeat.js';
import { CoveyError } from '../kernel/errors.js';
import type { Answer, Outcome } from './http.js';
import type { Peers } from './peers.js';
import { bodyOf, problemOf, unanswered } from './problems.js';

/** Longer than a daemon takes to say 504 itself. */
const ANSWER_MS = 30_000;
const TRIES = 5;
const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 3_000;

/** Tells the daemon that nobody can know the key from before, so that it need not ask around; the time follows. */
const FRESH_KEY = 'fresh-';

/**
 * Submits under an idempotency key, again where that is safe: after 429 and 503 nothing was taken, and after 504 or a
 * lost connection the key makes a repeat the same job, through whichever daemon.
 *
 * @param given - the user's key; without it one is made up, and another where nothing was taken: other nodes would hold that job
 * @param signal - ends the wait for an answer; the daemon may have taken the job all the same
 * @throws CoveyError `outcome-unknown` where the daemon may have taken the job; the hint names the key to retry with
 */
export async function submitSafely(
  peers: Peers,
  body: SubmitBody,
  given: string | undefined,
  signal?: AbortSignal,
): Promise<Submitted> {
  let key = given ?? freshKey();
  let doubtful = false;
  let repeat: string | undefined;
  for (let tries = 1; ; tries += 1) {
    const outcome = await peers.exchange({
      method: 'POST',
      path: '/v1/jobs',
      headers: { 'idempotency-key': key, ...(repeat === undefined ? {} : { [REPEAT_HEADER]: repeat }) },
      body,
      timeoutMs: ANSWER_MS,
      elsewhere: 'unsent',
      signal,
    });
    const { where } = outcome;
    if (outcome.kind === 'answer' && outcome.answer.status < 300) {
      return bodyOf(outcome.answer.status, outcome.answer.text, where);
    }
    const [error, mayBeTaken] = failure(outcome, where);
    doubtful ||= mayBeTaken;
    const told = error.details?.['repeat'];
    if (typeof told === 'string') repeat = told;
    else if (mayBeTaken) repeat ??= 'unknown';
    if (tries === TRIES || !isWorthARepeat(outcome, doubtful, peers.count))
      throw doubtful ? unknownOutcome(error, key) : error;
    if (!doubtful) key = given ?? freshKey();
    await pause(pauseMs(outcome, tries), undefined, { signal });
  }
}

function freshKey(): string {
  return `${FRESH_KEY}${Date.now()}-${randomUUID()}`;
}

function failure(outcome: Outcome<Answer>, where: string): [error: CoveyError, mayBeTaken: boolean] {
  if (outcome.kind !== 'answer') return [unanswered(outcome, where), outcome.kind !== 'refused'];
  const error = problemOf(outcome.answer.status, outcome.answer.text, where);
  return [error, error.code === 'outcome-unknown' || outcome.answer.status === 504];
}

/** A daemon that was never there is not waited for; one that went away in the middle may be starting again. */
function isWorthARepeat(outcome: Outcome<Answer>, doubtful: boolean, peers: number): boolean {
  switch (outcome.kind) {
    case 'answer':
      return [429, 503, 504].includes(outcome.answer.status);
    case 'lost':
      return true;
    case 'refused':
      return doubtful;
    case 'silent':
      return peers > 1;
  }
}

function pauseMs(outcome: Outcome<Answer>, tries: number): number {
  const asked = outcome.kind === 'answer' ? Number(outcome.answer.headers['retry-after'] ?? 0) * 1000 : 0;
  const own = FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.75 + Math.random() / 2);
  return Math.min(PAUSE_MS_MAX, Math.max(own, Number.isFinite(asked) ? asked : 0));
}

/** A daemon that answers plainly in the end (a refusal, say) still leaves what an earlier try did unknown. */
function unknownOutcome(error: CoveyError, key: string): CoveyError {
  return new CoveyError(
    'outcome-unknown',
    `it is not known whether the job was accepted: ${error.message}`,
    `submit it again with --id ${key}: that cannot make it twice`,
  );
}
