import { noCounts } from '../../../src/kernel/states.js';
import type { TaskRecord } from '../../../src/tasks/record.js';
import type { ShardRecord } from '../../../src/tasks/shard.js';
import { JOB } from './fixtures.js';
import type { World } from './world.js';

/** Something happens, by chance. */
export function happen(world: World): void {
  const { prng, pool } = world;
  world.pass(prng.below(40));
  const any = prng.below(1000);
  if (any < 500) {
    const envelope = pool.any(0.1);
    if (envelope && prng.chance(0.9)) world.deliver(envelope);
  } else if (any < 650) world.sync();
  else if (any < 750) prng.pick(world.executors)?.endAny(prng, false, world.now);
  else if (any < 800) world.fireAny();
  else if (any < 850) pool.resend(() => prng.chance(0.3));
  else if (any < 880) world.tellNews();
  else if (any < 900) world.giveUpOffers();
  else if (any < 940) world.steal();
  else if (any < 950) world.reopen();
  else if (any < 960) world.killExecutor();
  else if (any < 964) world.restartHome();
  else if (any < 967) world.restartJobs();
  else if (any < 970) world.cancel();
}

/** Nothing is lost any more: everything under way gets to its end. */
export function settle(world: World): void {
  for (let round = 0; round < 400 && !world.isOver; round++) {
    world.pass(300);
    for (let envelope = world.pool.first(); envelope; envelope = world.pool.first()) world.deliver(envelope);
    while (!world.disk.isQuiet || !world.jobDisk.isQuiet) world.sync();
    for (const executor of world.executors) executor.endAny(world.prng, true, world.now);
    while (world.news.length > 0) world.tellNews();
    for (const token of [...world.timers.values()]) world.fire(token);
    world.pool.resend(() => round % 5 === 0);
  }
}

/** What must hold at the end: all is over, nothing is left, and the job's word agrees with its tasks' records. */
export function check(world: World): void {
  if (!world.isOver)
    throw new Error(`no end: ${JSON.stringify({ asked: world.pool.asked, unplaced: world.unplaced })}`);
  const records = world.disk.range(`task/${JOB}/`).map(({ value }) => value as TaskRecord);
  const ends = noCounts();
  for (const { value } of world.disk.range('shard/')) {
    const { range } = value as ShardRecord;
    for (let index = range.first; index < range.first + range.count; index++) {
      ends[records.find((record) => record.index === index)?.state ?? 'cancelled'] += 1;
    }
  }
  const told = JSON.stringify(world.jobInfo()?.finished?.counts);
  if (told !== JSON.stringify(ends)) throw new Error(`the job says ${told}, its records ${JSON.stringify(ends)}`);
  if (ends.cancelled > 0 && !world.isCancelAsked) throw new Error('nobody cancelled anything');
}
