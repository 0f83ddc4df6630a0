import { jobId } from '../../../src/kernel/ids.js';
import type { FairWeather } from '../fair-weather.js';

/** A cancel that was answered has reached whoever runs the task. */
const REACH_MS = 500;
/** By so much all slots together may be later than if none of them ever stood empty. */
const LATE_MS = 700;

/** One slot of several is taken for long: the others are free again whenever something ends in them, or is killed. */
export function freedSlots(fair: FairWeather): void {
  const { flock, slots } = fair;
  const long = fair.submit('sleep 40000');
  const stubborn = fair.submit('stubborn 600000', { tasks: slots - 1, timeoutMs: 500 });
  fair.finish(stubborn, 10_000);
  const tasks = 10 * slots;
  const short = fair.submit('sleep 100', { tasks });
  const mayMs = (2 * tasks * 100) / (slots - 1);
  fair.finish(short, mayMs);
  if (!flock.history.running().some(({ task }) => task.startsWith(`${long}/`))) fair.say(`${long} has ended before`);
  fair.finish(long, 40_000);
}

/** Jobs whose only task fails and is tried again are cancelled: what it failed of may be on its way to the disks. */
export function cancelMeetsFailure(fair: FairWeather): void {
  const { flock, prng } = fair;
  fair.withSlowDisks(() => {
    const jobs = Array.from({ length: 12 }, () => fair.submit('sleep 5 1', { retries: 500 }));
    for (const job of jobs) {
      flock.world.run(prng.below(60));
      const cancel = flock.ask(fair.any(), { op: 'cancel', job: jobId(job), index: undefined });
      fair.until(5_000, 'the cancel is answered', () => cancel.result !== undefined);
      const startsUntilMs = fair.nowMs + REACH_MS;
      fair.finish(job, 5_000);
      fair.expect({ job, tasks: 1, attempts: [0, 501], startsUntilMs });
    }
  });
}

/** Work comes in waves, all of it placed by one key: who is idle takes it off the busy ones' hands, each time. */
export function waves(fair: FairWeather): void {
  const { flock, slots } = fair;
  const tasks = 20 * slots;
  for (let wave = 0; wave < 3; wave++) {
    const fromMs = fair.nowMs;
    const job = fair.submit('sleep 1000', { tasks, key: 'hot' });
    fair.finish(job, 60_000);
    const tookMs = fair.nowMs - fromMs;
    const mayMs = (tasks * 1_000) / slots + LATE_MS;
    if (tookMs > mayMs) fair.say(`wave ${wave} took ${tookMs} ms, not ${mayMs}`);
    flock.world.run(5_000);
  }
}

/** All nodes have more to do than they can, for long: each tells how loaded all others are. */
export function loadsKnown(fair: FairWeather): void {
  const { flock, slots } = fair;
  const job = fair.submit('sleep 20000', { tasks: 3 * slots, key: 'hot' });
  flock.world.run(8_000);
  for (const at of flock.ids) {
    for (const { member, load } of flock.request(at, { op: 'nodes' })) {
      const { id } = member;
      const { running, queued } = flock.node(id).core.stats();
      const told = `${load?.running} and ${load?.queued}`;
      if (told === `${running} and ${queued}`) continue;
      fair.say(`${at} tells that ${told} tasks run and wait on ${id}, where ${running} and ${queued} do`);
    }
  }
  fair.finish(job, 120_000);
}
