import { jobId, type NodeId } from '../../../src/kernel/ids.js';
import type { Message } from '../../../src/node/core/wire.js';
import { TASK_PREFIX } from '../../../src/tasks/replication/names.js';
import type { FairWeather } from '../fair-weather.js';
import { attemptsOf, setOf, submitApart } from './support.js';

/** A coordinator waits for the answer to an offer for less. */
const UNANSWERED_MS = 6_000;
/** How long the tasks run that outlive two takeovers. */
const RUN_MS = 12_000;
/** Long enough to be held dead, and for what ran there to be started elsewhere. */
const CUT_MS = 45_000;
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

/**
 * A coordinator is cut off and held dead, with a task that it runs itself. Its successor starts the task again, which only its own
 * disk has when it is cut off in its turn. The first, heard of again, coordinates once more: its own attempt has ended, and
 * is void all the same.
 */
export function outlivesTwoTakeovers(fair: FairWeather): void {
  const { flock } = fair;
  const jobs = submitApart(fair, 12, `sleep ${RUN_MS}`);
  flock.world.run(1_000);
  const first = flock.ids.find((id) => jobs.some((job) => runsAtHome(fair, job) === id));
  if (first === undefined) return fair.say('nobody runs a task that it coordinates');
  const isUnheard = flock.network.tamper({ kinds: ['register.ask'], fate: 'lost', when: isOfTasks });
  flock.network.split([first]);
  const own = jobs.filter((job) => runsAtHome(fair, job) === first);
  fair.until(CUT_MS, 'what ran there is started again', () => own.some((job) => restartedAt(fair, job) !== undefined));
  const second = own.map((job) => restartedAt(fair, job)).find((id) => id !== undefined);
  if (second === undefined) return;
  flock.world.run(RUN_MS);
  flock.network.heal();
  flock.network.split([second]);
  isUnheard();
  flock.world.run(CUT_MS);
  flock.network.heal();
  for (const job of jobs) fair.finish(job, 90_000);
}

/** The node that runs it and was the first to coordinate it, where that is one. */
function runsAtHome(fair: FairWeather, job: string): NodeId | undefined {
  const [home] = setOf(fair, job);
  return attemptsOf(fair, job)[0]?.node === home ? home : undefined;
}

/** The second of its set, where that takes over and runs it itself. */
function restartedAt(fair: FairWeather, job: string): NodeId | undefined {
  const [, heir] = setOf(fair, job);
  return attemptsOf(fair, job)[1]?.node === heir ? heir : undefined;
}

/** A coordinator has something of a task stored. */
function isOfTasks(message: Message): boolean {
  if (message.kind !== 'register.ask') return false;
  return message.items.some(
    (item) => item.kind === 'accept' && item.entries.some(({ key }) => key.startsWith(TASK_PREFIX)),
  );
}
