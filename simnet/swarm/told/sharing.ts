import type { NodeId } from '../../../src/kernel/ids.js';
import type { FairWeather } from '../fair-weather.js';
import { attemptsOf } from './support.js';

/** What starts, and is told of, takes no longer than that. */
const SLACK_MS = 300;

/**
 * A wide task waits at a node that backfills, behind narrow ones of known length and before many more: it starts as soon as the
 * first are over, and none of the others has passed it but those that do not delay it.
 */
export function headFirst(fair: FairWeather): void {
  const [at, slots] = [fair.any(), fair.slots];
  const lengths = Array.from({ length: slots }, (_, i) => 1_000 + 300 * i);
  // Each under a name of its own, and each known.
  const run = (ms: number) => fair.submit(`sleep ${ms}`, { name: `for ${ms}` }, at);
  for (const ms of [...lengths, 100]) fair.finish(run(ms), 10_000, at);
  const fromMs = fair.nowMs;
  for (const ms of lengths) run(ms);
  fair.flock.world.run(100);
  const wide = fair.submit('sleep 500', { needs: { cpus: slots, memBytes: 0, gpus: 0, custom: {} } }, at);
  const short = fair.submit('sleep 100', { name: 'for 100' }, at);
  const narrow = fair.submit('sleep 1000', { name: 'for 1000', tasks: 10 * slots }, at);
  for (const job of [wide, narrow, short]) fair.finish(job, 60_000, at);
  const [head] = attemptsOf(fair, wide);
  const mayMs = fromMs + (lengths.at(-1) ?? 0) + SLACK_MS;
  const startMs = head?.startMs ?? Infinity;
  if (startMs > mayMs) fair.say(`the first in line starts ${startMs - mayMs} ms after it had room`);
  const passed = attemptsOf(fair, short).filter((attempt) => attempt.startMs < startMs);
  if (passed.length === 0) fair.say('nothing short has passed the first in line');
}

/**
 * Two queues share a node: one has half of it at the most, and the other three times its weight. Each gets its part as long as
 * both have work, none holds more than it may, and what one leaves over is not lost.
 */
export function sharesKept(fair: FairWeather): void {
  const { flock, slots } = fair;
  const at = fair.any();
  for (const [name, settings] of Object.entries(SETTINGS)) flock.request(at, { op: 'queue-set', name, settings });
  const tasks = 10 * slots;
  const lightly = inQueue(fair, 'light', tasks, at);
  const heavily = inQueue(fair, 'heavy', tasks, at);
  const bounded = inQueue(fair, 'bounded', tasks, at);
  const fromMs = fair.nowMs;
  for (const job of [heavily, lightly, bounded]) fair.finish(job, 60_000, at);
  const begun = (job: string) => attemptsOf(fair, job).filter(({ startMs }) => startMs < fromMs + 5_000).length;
  const [light, heavy] = [begun(lightly), begun(heavily)];
  if (heavy < 2 * light) fair.say(`the heavy queue starts ${heavy} tasks where the light one starts ${light}`);
  const widest = mostAtATime(fair, bounded);
  if (widest > slots / 2) fair.say(`${widest} tasks of a queue ran at a time that may have ${slots / 2} CPUs`);
  if (widest < slots / 2) fair.say(`no more than ${widest} tasks of the bounded queue ran at a time`);
}

const SETTINGS = { heavy: { weight: 6 }, light: { weight: 2 }, bounded: { weight: 2, limit: 0.5 } };

function inQueue(fair: FairWeather, name: keyof typeof SETTINGS, tasks: number, at: NodeId): string {
  return fair.submit('sleep 500', { tasks, queue: { name } }, at);
}

function mostAtATime(fair: FairWeather, job: string): number {
  const attempts = attemptsOf(fair, job);
  const at = (ms: number) => attempts.filter(({ startMs, endMs = Infinity }) => startMs <= ms && endMs > ms).length;
  return Math.max(0, ...attempts.map(({ startMs }) => at(startMs)));
}
