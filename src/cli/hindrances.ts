import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError, type Flock } from '../client/index.js';
import { isTerminal } from '../kernel/states.js';
import type { Context } from './command.js';

const LOOK_MS = 3_000;

/**
 * Says on stderr what keeps jobs that are waited for from coming to their ends, whenever that changes: else whoever waits sees
 * nothing at all.
 *
 * @param onSay - called before anything is printed
 * @returns ends it
 */
export function sayHindrances(
  { out }: Context,
  flock: Flock,
  jobs: readonly string[],
  onSay: () => void = () => undefined,
): () => void {
  const ended = new AbortController();
  const say = (job: string, why: string | undefined) => {
    if (ended.signal.aborted) return;
    onSay();
    out.note(why === undefined ? `job ${job} goes on` : `job ${job} cannot come to its end now: ${why}; waiting`);
  };
  watch(flock, new Set(jobs), ended.signal, say).catch(() => undefined);
  return () => ended.abort();
}

/** Ends with `signal`, or when all have ended. */
async function watch(
  flock: Flock,
  open: Set<string>,
  signal: AbortSignal,
  say: (job: string, why: string | undefined) => void,
): Promise<void> {
  const said = new Map<string, string>();
  while (open.size > 0) {
    await pause(LOOK_MS, undefined, { signal, ref: false });
    for (const job of open) {
      const { isEnded, why } = await look(flock, job, signal);
      if (isEnded) open.delete(job);
      else if (why !== said.get(job)) say(job, why);
      if (why === undefined) said.delete(job);
      else said.set(job, why);
    }
  }
}

async function look(
  flock: Flock,
  job: string,
  signal: AbortSignal,
): Promise<{ readonly isEnded: boolean; readonly why?: string | undefined }> {
  try {
    const { state, hindrance } = await flock.job(job, { signal });
    return { isEnded: isTerminal(state), why: hindrance ?? undefined };
  } catch (error) {
    signal.throwIfAborted();
    const isAway = error instanceof CoveyError && error.code === 'unavailable';
    return { isEnded: false, why: isAway ? error.message : undefined };
  }
}
