import { jobId, type NodeId } from '../../../src/kernel/ids.js';
import type { FairWeather } from '../fair-weather.js';
import { attemptsOf, setOf } from './support.js';

/** Long enough for whoever coordinates to be missed and replaced. */
const TAKEN_OVER_MS = 15_000;
/** What was on its way to a node when a hold was answered has begun by then. */
const REACH_MS = 1_000;

/** A job may run so much at a time, and no more while its coordinators die, one after the other. */
export function atATime(fair: FairWeather): void {
  const { flock } = fair;
  const maxParallel = 3;
  const tasks = 60;
  const job = fair.submit('sleep 1000', { tasks, maxParallel });
  for (const coordinator of setOf(fair, job).slice(0, 2)) {
    flock.world.run(4_000);
    flock.node(coordinator).die(false);
    flock.world.run(TAKEN_OVER_MS);
    fair.allBack();
  }
  fair.finish(job, 120_000);
  if (attemptsOf(fair, job).length < tasks) fair.say('not all of it ran');
  const widest = mostAtATime(fair, job);
  if (widest !== maxParallel) fair.say(`${widest} of its tasks ran at a time, not ${maxParallel}`);
}

/** A job is held back, and its coordinator dies before any shard has heard of it. */
export function heldBack(fair: FairWeather): void {
  const { flock } = fair;
  const job = fair.submit('sleep 2000', { tasks: 20 * fair.slots });
  const [coordinator, heir] = setOf(fair, job) as readonly [NodeId, NodeId];
  flock.world.run(3_000);
  const deaf = flock.network.tamper({ kinds: ['shard.hold'], fate: 'lost' });
  flock.request(heir, { op: 'hold', job: jobId(job), isHeld: true });
  flock.node(coordinator).die(false);
  deaf();
  flock.world.run(TAKEN_OVER_MS);
  fair.allBack();
  flock.world.run(REACH_MS);
  const heldMs = fair.nowMs;
  flock.world.run(30_000);
  const begun = attemptsOf(fair, job).filter(({ startMs }) => startMs > heldMs);
  if (begun.length > 0) fair.say(`${begun.length} of its tasks have begun while it was held`);
  if (attemptsOf(fair, job).length >= 20 * fair.slots) fair.say('nothing of it was left to be held');
  flock.request(heir, { op: 'hold', job: jobId(job), isHeld: false });
  fair.finish(job, 120_000);
}

/** A job is given more time, and its coordinator dies as soon as it has said so. */
export function deadlineMoved(fair: FairWeather): void {
  const { flock } = fair;
  const tasks = 10 * fair.slots;
  const job = fair.submit('sleep 2000', { tasks, deadlineMs: 12_000 });
  const [coordinator, heir] = setOf(fair, job) as readonly [NodeId, NodeId];
  flock.world.run(2_000);
  flock.request(heir, { op: 'update', job: jobId(job), limits: { deadlineMs: 600_000 } });
  flock.node(coordinator).die(false);
  flock.world.run(TAKEN_OVER_MS);
  fair.allBack();
  const { counts } = fair.finish(job, 120_000) ?? {};
  if (counts?.succeeded !== tasks) fair.say(`its old deadline has ended it: ${JSON.stringify(counts)}`);
}

/** A job whose tasks stand in queues is given less time for each, and goes by it from the next start on. */
export function timeoutMoved(fair: FairWeather): void {
  const { flock } = fair;
  const job = fair.submit('sleep 3000', { tasks: 10 * fair.slots, timeoutMs: 60_000 });
  flock.world.run(1_500);
  const [coordinator] = setOf(fair, job) as readonly [NodeId];
  flock.request(coordinator, { op: 'update', job: jobId(job), limits: { terms: { timeoutMs: 500 } } });
  flock.world.run(REACH_MS);
  const changedMs = fair.nowMs;
  fair.finish(job, 120_000);
  const begun = attemptsOf(fair, job).filter(({ startMs }) => startMs > changedMs);
  if (begun.length === 0) fair.say('nothing of it was left that the change could reach');
  const late = begun.filter(({ startMs, endMs = Infinity }) => endMs - startMs > 1_500);
  if (late.length > 0) fair.say(`${late.length} of its tasks have run on beyond their new timeout`);
}

function mostAtATime(fair: FairWeather, job: string): number {
  const moves = attemptsOf(fair, job).flatMap(({ startMs, endMs = Infinity }) => [
    { atMs: startMs, by: 1 },
    { atMs: endMs, by: -1 },
  ]);
  moves.sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of moves) most = Math.max(most, (now += by));
  return most;
}
