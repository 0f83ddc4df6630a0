import { JOB } from './fixtures.js';
import type { World } from './world.js';

/** Something happens, by chance. */
export function happen(world: World): void {
  const { prng, pool } = world;
  world.pass(prng.below(40));
  const any = prng.below(1000);
  if (any < 560) {
    const envelope = pool.any(0.1);
    if (envelope && prng.chance(0.93)) world.deliver(envelope);
  } else if (any < 730) prng.pick(world.up)?.sync();
  else if (any < 780) prng.pick(world.executors)?.endAny(prng, false, world.now);
  else if (any < 850) world.fireAny();
  else if (any < 880) pool.resend(() => prng.chance(0.3));
  else if (any < 910) world.tellNews();
  else if (any < 925) world.giveUp(0.2);
  else if (any < 950) world.steal();
  else if (any < 960) world.reopen();
  else if (any < 967) world.killExecutor();
  else if (any < 972) world.suspect();
  else if (any < 976) world.killReplica();
  else if (any < 981) world.revive();
  else if (any < 984) world.restartReplica();
  else if (any < 987) world.cancel();
}

/** Nothing is lost any more, and everybody is back, or a majority is: all under way gets to its end. */
export function settle(world: World, isMinorityAway: boolean): void {
  if (isMinorityAway) world.killReplica();
  else world.revive();
  for (let round = 0; round < 400 && !world.isOver; round++) {
    world.tellTruth();
    world.giveUp(round % 10 === 0 ? 1 : 0);
    calm(world);
    for (const executor of world.executors) executor.endAny(world.prng, true, world.now);
    for (const untilMs = world.now.monoMs + 300; world.fireNext(untilMs);) calm(world);
    world.pass(100);
    world.pool.resend(() => round % 5 === 0);
  }
}

/** Every message arrives, every write is synced, and what comes of them. */
function calm(world: World): void {
  for (let isQuiet = false; !isQuiet;) {
    isQuiet = true;
    for (let envelope = world.pool.first(); envelope; envelope = world.pool.first()) world.deliver(envelope);
    for (const replica of world.up) {
      if (replica.isQuiet) continue;
      replica.sync();
      isQuiet = false;
    }
  }
}

/** What must hold at the end: all is over, and every node's word on the job agrees with the outcomes committed. */
export function check(world: World): void {
  if (!world.isOver) throw new Error(`no end: ${world.story()}`);
  if (!world.witness.isAccepted) throw new Error('the job was not accepted');
  const ends = world.witness.ends(world.tasks);
  for (const { id, places } of world.up) {
    const place = places.placeOf(JOB);
    if (place.kind === 'unknown') continue;
    const told = place.kind === 'final' ? place.summary.job?.finished?.counts : undefined;
    if (JSON.stringify(told) !== JSON.stringify(ends)) {
      throw new Error(`${id} says of the job ${JSON.stringify(told)}, its outcomes are ${JSON.stringify(ends)}`);
    }
  }
  if (ends.cancelled > 0 && !world.isCancelAsked) throw new Error('nobody cancelled anything');
}
