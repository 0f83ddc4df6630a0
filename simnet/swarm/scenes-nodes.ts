import { jobId, type NodeId } from '../../src/kernel/ids.js';
import { runsOnce, startsNothing } from '../checks/fair.js';
import { coreKey } from '../../src/tasks/register/stored.js';
import type { Pending } from '../world/flock.js';
import type { FairWeather } from './fair-weather.js';
import { shortOfReplicas } from './replicas.js';

/** Long enough for all to believe a node dead that is. */
const DEAD_MS = 40_000;
/** A write on a slow disk of fair weather is there: it waits for the sync under way, and then for its own. */
const WRITTEN_MS = 150;

/** From a death on: by then each register has as many replicas again as it should. */
const REPLICATED_MS = 60_000;

/** A node dies and stays dead: all come to know, what it ran runs elsewhere, and what it kept is kept by another. */
export function death(fair: FairWeather): void {
  const { flock } = fair;
  if (flock.ids.length < 2) return;
  const victim = fair.any();
  const at = other(fair, [victim]);
  const jobs = Array.from({ length: 20 }, (_, i) => fair.submit('sleep 4000', { key: `k${i}` }, at));
  const away = jobs.filter((job) => !isStored(fair, victim, job));
  flock.node(victim).die(false);
  const diedMs = fair.nowMs;
  flock.world.run(DEAD_MS);
  const others = flock.beliefsOf(victim).filter((belief) => belief !== 'dead');
  if (others.length > 0) fair.say(`${victim} is ${others.join(', ')} for some, ${DEAD_MS} ms after its death`);
  for (const job of away) fair.finish(job, 40_000);
  for (const job of away) fair.expect({ job, tasks: 1, attempts: [1, 2], state: 'succeeded' });
  flock.world.run(Math.max(0, diedMs + REPLICATED_MS - fair.nowMs));
  const short = shortOfReplicas(flock);
  if (short.length > 0)
    fair.say(`${REPLICATED_MS} ms after a death ${short.length} registers lack replicas: ${short[0]}`);
  flock.revive(victim);
  fair.allBack();
}

/** A coordinator is away for a while: nothing runs again that has ended elsewhere. */
export function coordinatorAway(fair: FairWeather): void {
  const { flock } = fair;
  if (flock.ids.length < 2) return;
  fair.withSlowDisks(() => {
    const tasks = fair.slots;
    const job = fair.submit('sleep 300-9000', { tasks });
    flock.world.run(400);
    const victim = flock.ids.find((id) => isStored(fair, id, job)) ?? fair.any();
    const diedMs = fair.nowMs;
    flock.node(victim).die(false);
    flock.world.run(fair.prng.pick([500, 12_000, 35_000]) ?? 500);
    flock.revive(victim);
    fair.allBack();
    fair.finish(job, 60_000);
    const seen = flock.history.attempts.filter(({ task }) => task.startsWith(`${job}/`));
    for (const first of seen) {
      const again = seen.find(({ task, startMs }) => task === first.task && startMs > first.startMs);
      // One that still ran then was called back: simnet/checks/pending.ts, `held-is-not-run-again`.
      const hadEnded = again !== undefined && (first.endMs ?? Infinity) < again.startMs;
      if (!again || first.how === 'died' || !hadEnded) continue;
      // What had just ended at the coordinator itself died with it: nobody else was told, and its record was on the way to the disk.
      const endMs = first.endMs ?? 0;
      if (first.node === victim && endMs <= diedMs && endMs >= diedMs - WRITTEN_MS) continue;
      fair.say(`${first.task} ran on ${first.node}, which lives, and again on ${again.node}`);
    }
  });
}

/** A node leaves in the middle of its work: it starts nothing more, and all know that it has left. */
export function leaving(fair: FairWeather): void {
  const { flock } = fair;
  if (flock.ids.length < 3) return;
  const leaver = fair.any();
  const tasks = 30 * fair.slots;
  const job = fair.submit('sleep 50', { tasks }, leaver);
  const long = fair.submit('sleep 3000', { tasks: fair.slots }, leaver);
  flock.world.run(300 + fair.prng.below(300));
  const fromMs = fair.nowMs;
  const node = flock.node(leaver);
  node.feed({ kind: 'leave' });
  fair.until(30_000, `${leaver} has left`, () => !node.isUp);
  flock.world.run(1_000);
  const others = flock.beliefsOf(leaver).filter((belief) => belief !== 'left');
  if (others.length > 0) fair.say(`${leaver} has left, and is ${others.join(', ')} for some`);
  const kept = flock.history.durables.sets.keptBy(leaver);
  if (kept.length > 0) fair.say(`${leaver} left as a replica of ${kept.join(', ')}`);
  fair.add(startsNothing(flock.history, leaver, fromMs, fair.nowMs, fair.invariant));
  flock.revive(leaver);
  fair.allBack();
  fair.finish(job, 60_000);
  fair.finish(long, 60_000);
}

/** Cut in two for so long that the halves believe each other dead; then they must find each other. */
export function split(fair: FairWeather): void {
  const { flock } = fair;
  if (flock.ids.length < 2) return;
  halve(fair);
  flock.world.run(90_000);
  flock.network.heal();
  fair.until(30_000, 'the halves find each other', () => flock.isWhole());
}

/** Cut in two for less than a death takes, with work under way: offers that were given up do not run on. */
export function shortCut(fair: FairWeather): void {
  const { flock } = fair;
  if (flock.ids.length < 2) return;
  const jobs = Array.from({ length: 4 }, () => fair.submit('sleep 25000', { tasks: Math.ceil(fair.slots / 4) }));
  const busy = fair.submit('sleep 50', { tasks: 10 * fair.slots, key: 'hot' });
  halve(fair);
  flock.world.run(fair.prng.pick([3_000, 6_000, 9_000]) ?? 6_000);
  flock.network.heal();
  flock.world.run(15_000);
  fair.add(runsOnce(flock.history, fair.nowMs, fair.invariant));
  for (const job of [...jobs, busy]) fair.finish(job, 120_000);
}

/** One key is one job, though another node would be its home by now, or its home is away. */
export function keys(fair: FairWeather): void {
  const { flock } = fair;
  if (flock.ids.length < 3) return;
  const victim = fair.any();
  const node = flock.node(victim);
  node.feed({ kind: 'leave' });
  fair.until(30_000, `${victim} has left`, () => !node.isUp);
  flock.world.run(2_000);
  const submissions = Array.from({ length: 10 }, () => fair.submission('sleep 5', { isKeyed: true }));
  const asked = submissions.map((submission) => flock.ask(other(fair, [victim]), submission));
  fair.until(60_000, 'all are answered', () => asked.every(({ result }) => result !== undefined));
  const taken = submissions.filter((_submission, i) => isAccepted(asked[i]?.result));
  flock.revive(victim);
  fair.allBack();
  for (const submission of taken) again(fair, submission);
  flock.node(victim).die(false);
  flock.world.run(DEAD_MS);
  for (const submission of taken) again(fair, submission);
  flock.revive(victim);
  fair.allBack();
}

/** Where the key's home has left, nodes refuse what they cannot know to be new. */
function isAccepted(result: Pending['result']): boolean {
  return result !== undefined && result !== 'node-died' && result.isOk;
}

export function again(fair: FairWeather, submission: ReturnType<FairWeather['submission']>): void {
  const { flock } = fair;
  for (const request of [submission, { ...submission, digest: 'another' }]) {
    const pending = flock.ask(fair.any(), request);
    fair.until(60_000, `${submission.job} is answered`, () => pending.result !== undefined);
    const { result } = pending;
    if (result === undefined || result === 'node-died' || !result.isOk) continue;
    const { existed } = result.value as { readonly existed: boolean };
    if (request !== submission) fair.say(`${submission.job} is the key of another job, which was accepted`);
    else if (!existed) fair.say(`${submission.job} was accepted twice`);
  }
}

function halve({ flock, prng }: FairWeather): void {
  const half = prng.sample(flock.ids, Math.ceil(flock.ids.length / 2));
  flock.network.split(
    half,
    flock.ids.filter((id) => !half.includes(id)),
  );
}

function other({ flock, prng }: FairWeather, not: readonly NodeId[]): NodeId {
  return prng.pick(flock.up.filter(({ id }) => !not.includes(id)))?.id ?? ('n0' as NodeId);
}

function isStored({ flock }: FairWeather, node: string, job: string): boolean {
  return flock.disk(node).range(coreKey(jobId(job))).length > 0;
}
