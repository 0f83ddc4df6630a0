import { jobId } from '../../../src/kernel/ids.js';
import { terminalCount } from '../../../src/kernel/states.js';
import type { Message } from '../../../src/node/core/wire.js';
import type { JobInfo } from '../../../src/tasks/queries.js';
import type { Pending } from '../../world/flock.js';
import type { FairWeather } from '../fair-weather.js';
import { shortOfReplicas } from '../replicas.js';
import { attemptsOf, coreAt, dieUnsynced, drainUnheard, setOf } from './support.js';

/** So much later whoever asks is told of an outcome that is recorded. */
const FRESH_MS = 2_000;
/** Older than that. */
const STALE_MS = 8_000;
/** Looks at a job that go on meanwhile. */
const LOOK_MS = 500;
const LOOKS = 20;
/** Long enough to be held dead, not for its place to be given to another. */
const AWAY_MS = 2_000;
/** Beyond the last time that whoever let go of something asks a member that had not confirmed it. */
const OWED_MS = 70_000;
/** Who was away is asked with the next look, and what it lacks is taken over. */
const REPAIRED_MS = 10_000;
/** After a change of coordinators. */
const SETTLED_MS = 5_000;

/** Of three replicas the second never heard of a job, and the first dies: it is the third's to go on with it. */
export function heirKnowsNothing(fair: FairWeather): void {
  const { flock } = fair;
  const [first, heir, third] = setOf(fair, fair.submit('sleep 5'));
  if (first === undefined || heir === undefined || third === undefined) return;
  const end = flock.network.tamper({ kinds: ['register.ask'], from: first, to: heir, fate: 'lost' });
  const jobs = Array.from({ length: 18 }, () => fair.submit('sleep 3000', {}, third));
  const isMeant = (job: string) => setOf(fair, job).join() === [first, heir, third].join();
  if (!jobs.some(isMeant)) fair.say('none of the jobs has such a set');
  flock.node(first).die(false);
  end();
  for (const job of jobs) fair.finish(job, 40_000);
  flock.revive(first);
  fair.allBack();
}

/** A replica is cut off while jobs begin and end: once it is back it gets what it has missed, and is asked of no more. */
export function missedAll(fair: FairWeather): void {
  const { flock } = fair;
  const victim = fair.any();
  flock.network.split([victim]);
  flock.world.run(AWAY_MS);
  const at = flock.ids.find((id) => id !== victim);
  const jobs = Array.from({ length: 20 }, () => fair.submit('sleep 5', {}, at));
  for (const job of jobs) fair.finish(job, 60_000, at);
  const lacking = jobs.filter((job) => setOf(fair, job).includes(victim) && !coreAt(fair, victim, job)?.head);
  if (lacking.length === 0) fair.say(`${victim} has missed none of them`);
  flock.world.run(OWED_MS);
  flock.network.heal();
  fair.until(30_000, 'all agree', () => flock.isWhole());
  fair.until(REPAIRED_MS, `${victim} has what it missed`, () => shortOfReplicas(flock).length === 0);
}

/** The outcome of a task is on a minority's disks when its coordinator dies: no replica may answer by it. */
export function minorityWord(fair: FairWeather): void {
  const { flock } = fair;
  const job = fair.submit('sleep 3000');
  const [first, heir, third] = setOf(fair, job);
  if (first === undefined || heir === undefined || third === undefined) return;
  flock.world.run(1_000);
  const end = flock.network.tamper({ kinds: ['register.ask'], from: first, to: third, fate: 'lost' });
  dieUnsynced(fair, first, 5_000);
  end();
  flock.network.split([heir]);
  const asked = flock.ask(heir, { op: 'job', job: jobId(job), waitMs: 0 });
  flock.world.run(20_000);
  if (flock.history.durables.records.some(({ task }) => task.startsWith(`${job}/`))) {
    fair.say('a majority has recorded it all the same');
  }
  if (endedIn(asked) > 0) fair.say(`${heir} says that ${job} has ended, of which no majority has a record`);
  flock.network.heal();
  flock.revive(first);
  fair.allBack();
  fair.finish(job, 60_000);
}

/**
 * First a node restarts that coordinates some shards of a job, then who coordinates the job is cut off for a while, and deposed.
 * How the job stands is told as freshly as ever, though older words on it come late and again.
 */
export function staysInformed(fair: FairWeather): void {
  const { flock } = fair;
  const job = fair.submit('sleep 400-1200', { tasks: 80 * fair.slots });
  const end = flock.network.tamper({ kinds: ['shard.report'], fate: 'copied', byMs: STALE_MS });
  const [first, second] = setOf(fair, job);
  if (first === undefined || second === undefined) return;
  flock.world.run(5_000);
  flock.node(second).die(false);
  flock.world.run(500);
  fair.allBack();
  if (!staysFresh(fair, job)) return;
  flock.network.split([first]);
  flock.world.run(12_000);
  flock.network.heal();
  fair.until(20_000, 'all agree', () => flock.isWhole());
  if (!staysFresh(fair, job)) return;
  if (coreAt(fair, first, job)?.promised?.node === first) fair.say(`${first} coordinates ${job} still`);
  end();
  fair.finish(job, 120_000);
}

/** Whether for a while whoever looks at a job finds it as it is on record. */
function staysFresh(fair: FairWeather, job: string): boolean {
  const { flock } = fair;
  flock.world.run(SETTLED_MS);
  for (let i = 0; i < LOOKS; i++) {
    const recorded = recordedBy(fair, job, fair.nowMs - FRESH_MS);
    const asked = flock.ask(fair.any(), { op: 'job', job: jobId(job), waitMs: 0 });
    flock.world.run(LOOK_MS);
    const told = endedIn(asked);
    if (told >= recorded) continue;
    fair.say(`${job} has ${recorded} tasks on record for ${FRESH_MS} ms, and tells of ${told}`);
    return false;
  }
  return true;
}

/** A job is cancelled while the home of some of its shards has not heard of these: they are made as cancelled ones. */
export function lateCreate(fair: FairWeather): void {
  const { flock } = fair;
  const [home] = flock.ids;
  if (home === undefined) return;
  const end = flock.network.tamper({ kinds: ['shard.create'], to: home, fate: 'lost' });
  const tasks = 8 * fair.slots;
  const jobs = Array.from({ length: 3 }, () => fair.submit('sleep 20000', { tasks }));
  flock.world.run(500);
  const answers = jobs.map((job) => flock.ask(fair.any(), { op: 'cancel', job: jobId(job), index: undefined }));
  fair.until(1_000, 'the cancels are answered', () => answers.every(({ result }) => result !== undefined));
  const startsUntilMs = fair.nowMs + 500;
  flock.world.run(1_500);
  end();
  for (const job of jobs) fair.finish(job, 30_000);
  for (const job of jobs) fair.expect({ job, tasks, attempts: [0, 1], state: 'cancelled', startsUntilMs });
}

/** Who has taken a job says nothing, and the next of its replicas, which does not know that a node drains, would not take it. */
export function silenceThenRefusal(fair: FairWeather): void {
  const { flock } = fair;
  const [drained, gateway, deaf] = flock.ids;
  if (drained === undefined || gateway === undefined || deaf === undefined) return;
  const ends = [
    drainUnheard(fair, drained, deaf),
    flock.network.tamper({ kinds: ['register.ask'], to: deaf, fate: 'lost' }),
    flock.network.tamper({ kinds: ['job.created'], to: gateway, fate: 'lost', when: isAcceptance }),
  ];
  flock.world.run(2_000);
  const submissions = Array.from({ length: 24 }, () => fair.submission('sleep 100', { isKeyed: true }));
  const asked = submissions.map((submission) => flock.ask(gateway, submission));
  flock.world.run(6_000);
  for (const end of ends) end();
  fair.until(60_000, 'all are answered', () => asked.every(({ result }) => result !== undefined));
  flock.world.run(10_000);
  let meant = 0;
  submissions.forEach(({ job }, i) => {
    const [first, second] = setOf(fair, job);
    if (first !== gateway && second === deaf) meant += 1;
    const code = refusalOf(asked[i]);
    if (code === undefined || code === 'outcome-unknown') return;
    if (attemptsOf(fair, job).length > 0) fair.say(`${job} was refused (${code}), and ran`);
  });
  if (meant === 0) fair.say('none of the jobs has such a set');
}

function recordedBy({ flock }: FairWeather, job: string, atMs: number): number {
  return flock.history.durables.records.filter((one) => one.task.startsWith(`${job}/`) && one.atMs <= atMs).length;
}

function endedIn({ result }: Pending): number {
  if (result === undefined || result === 'node-died' || !result.isOk) return 0;
  return terminalCount((result.value as JobInfo).counts);
}

function isAcceptance(message: Message): boolean {
  return message.kind === 'job.created' && ['created', 'exists'].includes(message.outcome);
}

function refusalOf(pending: Pending | undefined): string | undefined {
  const result = pending?.result;
  return result === undefined || result === 'node-died' || result.isOk ? undefined : result.error.code;
}
