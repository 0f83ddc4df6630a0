import { jobId } from '../../../src/kernel/ids.js';
import type { FairWeather } from '../fair-weather.js';
import { attemptsOf, setOf, submitApart } from './support.js';

/** A coordinator waits for the answer to an offer for less. */
const UNANSWERED_MS = 6_000;
/** So late an offer may come. */
const LATE_MS = 12_000;

/**
 * The only node with room for a task hears late of its offer, which is given up meanwhile, and the task held back and cancelled: that is no end
 * before the node has said that it does not start it.
 */
export function cancelMeetsLateOffer(fair: FairWeather): void {
  const { flock } = fair;
  const [gateway, , large] = flock.ids;
  if (!gateway || !large) return;
  const ends = [
    flock.network.tamper({ kinds: ['task.offer'], to: large, fate: 'late', byMs: LATE_MS }),
    flock.network.tamper({ kinds: ['task.revoke', 'task.recall'], to: large, fate: 'lost' }),
  ];
  const needs = { cpus: 10, memBytes: 0, gpus: 0, custom: {} };
  const jobs = Array.from({ length: 6 }, () => fair.submit('sleep 60000', { needs }, gateway));
  if (!jobs.some((job) => setOf(fair, job)[0] !== large)) fair.say(`${large} coordinates all of them`);
  // It is offered no second time.
  for (const job of jobs) flock.ask(gateway, { op: 'hold', job: jobId(job), isHeld: true });
  flock.world.run(UNANSWERED_MS);
  const cancels = jobs.map((job) => flock.ask(gateway, { op: 'cancel', job: jobId(job), index: undefined }));
  fair.until(5_000, 'the cancels are answered', () => cancels.every(({ result }) => result !== undefined));
  flock.world.run(LATE_MS);
  for (const end of ends) end();
  for (const job of jobs) fair.finish(job, 60_000);
  for (const { task, atMs } of flock.history.durables.records) {
    const late = flock.history.attempts.find((attempt) => attempt.task === task && attempt.startMs > atMs);
    if (late) fair.say(`${task} started on ${late.node} after it was cancelled`);
  }
}

/**
 * An offer is taken, which nobody hears, and made again to somebody else. He and the coordinator die: whoever takes over hears of
 * the earlier attempt alone, and must not take it for the latest.
 */
export function laterAttemptDies(fair: FairWeather): void {
  const { flock } = fair;
  const isUnheard = flock.network.tamper({ kinds: ['task.offered', 'task.started'], fate: 'lost' });
  const isUnstoppable = flock.network.tamper({ kinds: ['task.revoke'], fate: 'lost' });
  const jobs = submitApart(fair, 12, 'sleep 30000');
  flock.world.run(UNANSWERED_MS);
  isUnheard();
  flock.world.run(4_000);
  const victims = jobs.flatMap((job) => {
    const set = setOf(fair, job);
    const [first, later] = attemptsOf(fair, job).map(({ node }) => node);
    const isMeant = first !== later && first !== set[0] && later !== undefined && !set.includes(later);
    return isMeant && set[0] !== undefined ? [[set[0], later]] : [];
  })[0];
  if (!victims) fair.say('no attempt was followed by another one on a third node');
  for (const id of victims ?? []) flock.node(id).die(false);
  isUnstoppable();
  for (const job of jobs) fair.finish(job, 150_000);
  fair.allBack();
}
