import { runsOnce } from '../../checks/fair.js';
import type { SimNode } from '../../world/sim-node.js';
import type { FairWeather } from '../fair-weather.js';
import { attemptsOf, dieUnsynced, setOf, submitApart } from './support.js';

/** A coordinator waits for the answer to an offer for less. */
const UNANSWERED_MS = 7_000;
/** An executor waits for a grant for less. */
const UNGRANTED_MS = 5_500;

/** What is offered is taken, and that alone is not heard: the offer is given up, and made to somebody else. */
export function lostAnswer(fair: FairWeather): void {
  const { flock } = fair;
  const end = flock.network.tamper({ kinds: ['task.offered', 'task.started'], fate: 'lost' });
  const jobs = submitApart(fair, 10, 'sleep 40000');
  flock.world.run(UNANSWERED_MS);
  end();
  flock.world.run(10_000);
  if (flock.history.reruns().length === 0) fair.say('no offer was given up that had been taken');
  fair.add(runsOnce(flock.history, fair.nowMs, fair.invariant));
  for (const job of jobs) fair.finish(job, 120_000);
}

/** Each offer comes again when there is room for what was refused, and is being done elsewhere. */
export function offerAgain(fair: FairWeather): void {
  const { flock, slots } = fair;
  const tasks = 6 * slots;
  const end = flock.network.tamper({ kinds: ['task.offer'], fate: 'copied', byMs: 2_500 });
  const job = fair.submit('sleep 2000', { tasks, key: 'hot' });
  fair.finish(job, 60_000);
  end();
  fair.expect({ job, tasks, attempts: [1, 1], state: 'succeeded' });
}

/**
 * Nobody hears that a task which may start once is asked for, and so it is handed back; that this was taken down is not heard
 * either, so that it is said again while the next attempt runs, on the same node: no other has room for it.
 */
export function handedBackTwice(fair: FairWeather): void {
  const { flock } = fair;
  const [small, large] = flock.ids;
  if (small === undefined || large === undefined) return;
  const ends = [
    flock.network.tamper({ kinds: ['task.ask'], from: large, fate: 'lost' }),
    flock.network.tamper({ kinds: ['task.takenback'], to: large, fate: 'lost' }),
  ];
  const needs = { cpus: 10, memBytes: 0, gpus: 0, custom: {} };
  const jobs = Array.from({ length: 6 }, () => fair.submit('sleep 3000', { contract: 'at-most-once', needs }, small));
  const isAway = (job: string) => setOf(fair, job)[0] === small;
  if (!jobs.some(isAway)) fair.say(`${small} coordinates none of them`);
  flock.world.run(UNGRANTED_MS);
  ends[0]?.();
  flock.world.run(10_000);
  ends[1]?.();
  for (const job of jobs) fair.finish(job, 90_000);
  for (const job of jobs) fair.expect({ job, tasks: 1, attempts: [1, 1], state: 'succeeded' });
}

/**
 * A coordinator is cut off for a while. Its successors are told late of what a node has queued, which meanwhile hands some of
 * it back to them, for a newcomer who is idle: what nobody holds by then is offered again.
 */
export function wordOvertaken(fair: FairWeather): void {
  const { flock } = fair;
  const long = submitApart(fair, fair.slots, 'sleep 60000');
  const jobs = Array.from({ length: 6 * fair.slots }, () => fair.submit('sleep 9000', { key: 'hot' }));
  flock.world.run(500);
  const queuedAt = ({ core }: SimNode) => core.stats()['queued'] ?? 0;
  const [victim] = flock.up.sort((a, b) => queuedAt(a) - queuedAt(b));
  if (!victim) return;
  const end = flock.network.tamper({ kinds: ['held.tell'], fate: 'late', byMs: 5_000 });
  const sinceMs = fair.nowMs;
  flock.network.split([victim.id]);
  flock.world.run(3_500);
  flock.start(`n${flock.size}`, 32);
  flock.world.run(2_500);
  flock.network.heal();
  flock.world.run(8_000);
  end();
  const steals = flock.history.messages.handbacks.filter(({ atMs, thief }) => atMs > sinceMs && thief !== undefined);
  if (steals.length === 0) fair.say('nothing was stolen meanwhile');
  for (const job of [...long, ...jobs]) fair.finish(job, 120_000);
}

/** A result comes to a coordinator that dies before anybody has it on disk: its executor has kept it. */
export function resultOnItsWay(fair: FairWeather): void {
  const { flock } = fair;
  const jobs = submitApart(fair, 12, 'sleep 4000');
  flock.world.run(1_000);
  const [victim] = flock.ids;
  if (victim === undefined) return;
  const isMeant = (job: string) => setOf(fair, job)[0] === victim && attemptsOf(fair, job)[0]?.node !== victim;
  const meant = jobs.filter(isMeant);
  if (meant.length === 0) fair.say(`${victim} coordinates nothing that runs elsewhere`);
  const end = flock.network.tamper({ kinds: ['register.ask'], from: victim, fate: 'lost' });
  dieUnsynced(fair, victim, 4_000);
  end();
  for (const job of meant) fair.finish(job, 60_000);
  for (const job of meant) fair.expect({ job, tasks: 1, attempts: [1, 1], state: 'succeeded' });
  fair.allBack();
}
