import { CoveyError } from '../../../kernel/errors.js';
import type { JobId } from '../../../kernel/ids.js';
import { isTerminal } from '../../../kernel/states.js';
import { pause, type Conversation } from './conversation.js';
import { askCoordinator } from './coordinator.js';
import { find } from './find.js';
import { readTask } from './read.js';
import type { Requests } from './requests.js';
import type { Scene } from './scene.js';

/** Below what a client waits for; a coordinator that dies in the middle is replaced sooner. */
const DEADLINE_MS = 25_000;
/** How long one coordinator may take to have all shards carry it out; asked again, it says how far it is. */
const ONE_MS = 10_000;
const PAUSE_MS = 100;

/** Opens the next run of a job's tasks that have ended, or of one; answered once that is durable. */
export function* retry(
  scene: Scene,
  { job, index, failedOnly, token }: Requests['retry']['asks'],
): Conversation<Requests['retry']['gets']> {
  let isEnded = true;
  if (index !== undefined) {
    const { task } = yield* readTask(scene, { job, index });
    isEnded = isTerminal(task.state);
    if (failedOnly && task.state === 'succeeded') return { tasks: 0 };
  }
  const untilMs = scene.now().monoMs + DEADLINE_MS;
  for (;;) {
    const { found } = yield* find(scene, job);
    const selection = { failedOnly, ...(index === undefined ? {} : { index }) };
    // What has not ended may be what an earlier try of this request has started again.
    const message = { kind: 'job.retry' as const, job, token, ...selection, isRepeat: !isEnded };
    const how = { patienceMs: ONE_MS, deadlineMs: Math.max(0, untilMs - scene.now().monoMs) };
    const answer = yield* askCoordinator(scene, { register: job, set: found.set }, message, 'job.retried', how);
    if (answer?.outcome === 'done' && (answer.tasks > 0 || index === undefined)) return { tasks: answer.tasks };
    if (answer?.outcome === 'done' || (answer && !isEnded)) throw notEnded(job, index ?? 0);
    if (scene.now().monoMs >= untilMs) throw answer ? underWay(job) : unconfirmed(job);
    yield* pause(PAUSE_MS);
  }
}

function notEnded(job: JobId, index: number): CoveyError {
  const hint = `cancel it first (\`covey cancel ${job}/${index}\`), or wait for its end`;
  return new CoveyError('conflict', `task ${job}/${index} has not ended: there is nothing to retry`, hint);
}

function underWay(job: JobId): CoveyError {
  const hint = 'try again in a moment; see `covey nodes` if that does not help';
  return new CoveyError('conflict', `another retry of job ${job}, or its cancel, is still being carried out`, hint);
}

function unconfirmed(job: JobId): CoveyError {
  const hint = `see \`covey show ${job}\` before you try again`;
  return new CoveyError('outcome-unknown', `nobody has confirmed the retry of ${job} yet`, hint);
}
