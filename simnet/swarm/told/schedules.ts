import { jobId } from '../../../src/kernel/ids.js';
import type { FairWeather } from '../fair-weather.js';
import { setOf } from './support.js';

const EVERY_S = 10;
const TIMES = 12;

/**
 * A schedule comes every ten seconds, while whoever coordinates it dies again and again, just when it has had a job made and nobody
 * else knows: each of the times has one job, and all of them run once.
 */
export function eachTimeOnce(fair: FairWeather): void {
  const { flock } = fair;
  const cron = `*/${EVERY_S} * * * * *`;
  const schedule = { cron, zone: 'UTC', overlap: 'allow', missed: 'run' } as const;
  const begunMs = fair.nowMs;
  const job = fair.submit('sleep 100', { schedule });
  const set = setOf(fair, job);
  for (let i = 0; i < 4; i++) {
    const coordinator = set[i % set.length];
    if (coordinator === undefined) return fair.say('nobody holds the schedule');
    toJustBefore(fair, EVERY_S * 1000);
    // What it records from now on, the others do not hear.
    const end = flock.network.tamper({ kinds: ['register.ask'], from: coordinator, fate: 'lost' });
    flock.world.run(700);
    flock.node(coordinator).die(false);
    end();
    flock.world.run(2 * EVERY_S * 1000);
    fair.allBack();
  }
  flock.world.run(TIMES * EVERY_S * 1000 - (fair.nowMs - begunMs));
  const cancelled = flock.request(fair.any(), { op: 'cancel', job: jobId(job), index: undefined });
  if (cancelled.tasks !== 1) fair.say('the schedule had ended before');
  const atMs = fair.nowMs;
  flock.world.run(3 * EVERY_S * 1000);
  const runs = flock.history.attempts.filter(({ task }) => task.startsWith(job));
  const tasks = new Set(runs.map(({ task }) => task));
  if (tasks.size !== runs.length) fair.say(`${runs.length} attempts at ${tasks.size} tasks`);
  if (runs.some(({ task }) => task.startsWith(`${job}/`))) fair.say('the schedule itself has run');
  const times = Math.floor((atMs - begunMs) / (EVERY_S * 1000));
  // The last may have been missed, and made up for after the cancel's answer was on its way.
  if (tasks.size < times - 1 || tasks.size > times + 1) fair.say(`${tasks.size} jobs were made at ${times} times`);
  const late = runs.filter(({ startMs }) => startMs > atMs + EVERY_S * 1000);
  if (late.length > 0) fair.say(`${late.length} jobs were made after the schedule was cancelled`);
}

/** To half a second before the next time; the wall clocks of a simulated flock begin at a full hour. */
function toJustBefore({ flock, nowMs }: FairWeather, everyMs: number): void {
  flock.world.run((2 * everyMs - (nowMs % everyMs) - 500) % everyMs);
}
