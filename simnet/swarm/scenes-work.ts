import { jobId } from '../../src/kernel/ids.js';
import type { FairWeather } from './fair-weather.js';
import { isCancelStored } from './stored-cancel.js';

const GRACE_MS = 5_000;
/** A cancel that was answered has reached whoever runs the tasks. */
const REACH_MS = 1_000;

/** Much for one node to do: the others take it off its hands. */
export function busy(fair: FairWeather): void {
  const { slots } = fair;
  const tasks = 20 * slots;
  const fromMs = fair.nowMs;
  const job = fair.submit('sleep 200', { tasks, key: 'hot' });
  fair.finish(job, 60_000);
  fair.expect({ job, tasks, attempts: [1, 1], state: 'succeeded' });
  const tookMs = fair.nowMs - fromMs;
  const mayMs = (1.5 * tasks * 200) / slots + 2_500;
  if (tookMs > mayMs) fair.say(`${tasks} tasks of 200 ms took ${tookMs} ms on ${slots} CPUs, not ${mayMs}`);
}

/** Failures and time-outs are retried as often as they may be. */
export function retries(fair: FairWeather): void {
  const failing = fair.submit('sleep 5 1', { tasks: 5, retries: 2 });
  const late = fair.submit('sleep 60000', { tasks: 3, retries: 1, timeoutMs: 500 });
  const stubborn = fair.submit('stubborn 600000', { tasks: 1, timeoutMs: 500 });
  const patient = fair.submit('fail-first 2 20', { tasks: 5, retries: 2 });
  for (const job of [failing, late, stubborn, patient]) fair.finish(job, 60_000);
  fair.expect({ job: failing, tasks: 5, attempts: [3, 3], state: 'failed' });
  fair.expect({ job: late, tasks: 3, attempts: [2, 2], state: 'timed-out', attemptMaxMs: 700 });
  fair.expect({ job: stubborn, tasks: 1, attempts: [1, 1], state: 'timed-out', attemptMaxMs: 700 + GRACE_MS });
  fair.expect({ job: patient, tasks: 5, attempts: [3, 3], state: 'succeeded' });
}

/** Cancels of jobs and of tasks, that run and that wait. */
export function cancels(fair: FairWeather): void {
  const { flock } = fair;
  const tasks = 4 * fair.slots;
  for (const isWhole of [true, false]) {
    const job = fair.submit('sleep 20000', { tasks, retries: 1 });
    flock.world.run(1_000);
    cancel(fair, job, isWhole ? [undefined] : Array.from({ length: tasks }, (_, i) => i));
    fair.finish(job, 10_000);
    fair.expect({ job, tasks, attempts: [0, 1], state: 'cancelled', startsUntilMs: fair.nowMs, attemptMaxMs: 6_000 });
  }
}

/** A job is cancelled as soon as it is there, and tasks while their failures are being stored. */
export function earlyCancels(fair: FairWeather): void {
  const { flock } = fair;
  fair.withSlowDisks(() => {
    for (const waitMs of [1, 40, 90]) {
      const tasks = 100;
      const submission = fair.submission('sleep 3000', { tasks });
      const accepted = flock.ask(fair.any(), submission);
      fair.until(20_000, 'a job is accepted', () => accepted.result !== undefined);
      flock.world.run(fair.prng.below(waitMs));
      const untilMs = cancel(fair, submission.job, [undefined]);
      fair.finish(submission.job, 20_000);
      fair.expect({ job: submission.job, tasks, attempts: [0, 1], startsUntilMs: untilMs + REACH_MS });
    }
    const job = fair.submit('sleep 5 1', { tasks: 12, retries: 60 });
    flock.world.run(500);
    const untilMs = cancel(fair, job, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    fair.finish(job, 10_000);
    fair.expect({ job, tasks: 12, attempts: [0, 61], startsUntilMs: untilMs + REACH_MS });
  });
}

/** Returns when the last answer came. */
function cancel(fair: FairWeather, job: string, indexes: readonly (number | undefined)[]): number {
  const { flock } = fair;
  let left = indexes.length;
  const id = jobId(job);
  for (const index of indexes) {
    flock.node(fair.any()).request({ op: 'cancel', job: id, index }, (result) => {
      left -= 1;
      if (!result?.isOk) return fair.say(`the cancel of ${job} came to nothing`);
      const { tasks } = result.value as { readonly tasks: number };
      if (tasks > 0 && !isCancelStored(flock, id, index)) {
        fair.say(`the cancel of ${job}${index === undefined ? '' : `/${index}`} was answered, but it is on no disk`);
      }
    });
  }
  fair.until(20_000, `the cancels of ${job} are answered`, () => left === 0);
  return fair.nowMs;
}

/** A task that brings its node down is given up after five times, its coordinator's too. */
export function poison(fair: FairWeather): void {
  const { flock } = fair;
  const job = fair.submit('poison 50', { tasks: 1 });
  flock.world.run(1);
  flock.world.run(90_000);
  fair.finish(job, 60_000);
  // Not counted is a first loss with a coordinator that had not restarted before (src/tasks/task-round.ts), nor one of a task whose
  // start nobody heard of: its coordinator had been deposed since the offer, by a node that came back just then.
  fair.expect({ job, tasks: 1, attempts: [5, 7], state: 'failed' });
  flock.world.run(20_000);
  fair.allBack();
}
