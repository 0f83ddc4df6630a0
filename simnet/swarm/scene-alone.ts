import type { Entry } from '../../src/kernel/effects.js';
import { jobId, type JobId, type NodeId } from '../../src/kernel/ids.js';
import { isTerminal } from '../../src/kernel/states.js';
import type { TaskPage } from '../../src/node/core/gateway/requests.js';
import type { TaskRecord } from '../../src/tasks/record.js';
import { coreKey, ENTRY_PREFIX, type StoredCore } from '../../src/tasks/register/stored.js';
import { TASK_PREFIX } from '../../src/tasks/replication/names.js';
import { jobOf } from '../history/durables.js';
import { entryIn } from '../history/register-writes.js';
import type { FairWeather } from './fair-weather.js';

/** Long enough for a small flock to believe the dead dead, and for a survivor of a hasty one to go on alone for a while. */
const ALONE_MS = 60_000;
/** A node that hears nobody takes itself for the sick one, and probes one other in so long: the larger the flock, the later it knows. */
const PROBED_MS = 8_000;
/** Who is to say how a job stands waits for so long for somebody who can. */
const READ_MS = 20_000;

/**
 * All replicas of a job die but for one, which goes on alone, perhaps over a restart of its own; then the others return. What had
 * ended by then stays as it was and runs no more, unless they had an end of it before; what had not goes on under higher epochs.
 */
export function alone(fair: FairWeather): void {
  const { flock, prng } = fair;
  if (flock.options.lostAfterMs === undefined || flock.ids.length < 3) return;
  const tasks = 12 * fair.slots;
  const job = jobId(fair.submit('sleep 2000', { tasks }));
  flock.world.run(4_000);
  const holders = flock.ids.filter((id) => isHeld(flock.disk(id).range(coreKey(job)), job));
  const [survivor, ...victims] = prng.sample(holders, holders.length);
  if (survivor === undefined || victims.length === 0) return;
  for (const id of victims) flock.node(id).die(false);
  const onDead = new Set(victims.flatMap((id) => endsOn(flock.disk(id).range(ENTRY_PREFIX), job)));
  flock.world.run(ALONE_MS);
  if (flock.ids.length === holders.length) {
    fair.until(PROBED_MS * flock.ids.length, `${survivor} goes on alone`, () => flock.total('degraded') > 0);
  }
  const ended = new Map<number, { readonly epoch: number; readonly knownMs: number }>();
  const noteEnded = () => {
    for (const [index, epoch] of endedTasks(fair, survivor, job)) {
      if (!ended.has(index)) ended.set(index, { epoch, knownMs: fair.nowMs });
    }
  };
  noteEnded();
  if (prng.chance(0.5)) {
    flock.node(survivor).die(false);
    flock.revive(survivor);
    flock.world.run(ALONE_MS);
    // One that is to join others is nobody before it has: it waits for them.
    noteEnded();
  }
  for (const id of victims) flock.revive(id);
  fair.allBack();
  fair.finish(job, 240_000);
  fair.until(30_000, 'nobody is alone', () => flock.total('degraded') === 0);
  let after = endedTasks(fair, survivor, job);
  // A coordinator that was deposed a moment ago may have been asked, and not know it yet.
  if (after.size > 0 && after.size < tasks) after = endedTasks(fair, survivor, job);
  for (const [index, { epoch }] of ended) {
    const is = after.get(index);
    // What one of those who died had on disk, and the survivor had not heard of, may be at a majority for all that is known, and stays.
    const isOlder = is !== undefined && onDead.has(nameOf(index, is));
    if (after.size > 0 && is !== epoch && !isOlder)
      fair.say(`${job}/${index} had ended under epoch ${epoch}, and under ${is ?? 'none'} when healed`);
  }
  for (const { task, startMs, node } of flock.history.attempts) {
    if (!task.startsWith(`${job}/`)) continue;
    const { knownMs = Infinity } = ended.get(Number(task.slice(job.length + 1))) ?? {};
    if (startMs >= knownMs) fair.say(`${task} had ended, and ran again on ${node}`);
  }
  for (const task of flock.history.reruns().filter((one) => one.startsWith(`${job}/`))) {
    const epochs = flock.history.of(task).map(({ epoch }) => epoch);
    if (epochs.some((epoch, i) => epoch <= (epochs[i - 1] ?? 0)))
      fair.say(`${task} ran under epochs ${epochs.join(', ')}`);
  }
}

/** Others may only have promised something about it. */
function isHeld(entries: readonly Entry[], job: JobId): boolean {
  return entries.some(
    ({ key, value }) => key === coreKey(job) && (value as StoredCore | undefined)?.head !== undefined,
  );
}

/** Tasks of the job that have ended as a disk has it, each with its epoch. */
function endsOn(entries: readonly Entry[], job: JobId): string[] {
  return entries.flatMap((put) => {
    const entry = put.isBad === true ? undefined : entryIn(put);
    if (!entry?.key.startsWith(TASK_PREFIX) || jobOf(entry.register) !== job) return [];
    const { index, state, epoch } = entry.value as TaskRecord;
    return isTerminal(state) ? [nameOf(index, epoch)] : [];
  });
}

function nameOf(index: number, epoch: number): string {
  return `${index} under ${epoch}`;
}

/** Of the tasks that have ended, as a node says, the epochs that they ended under. Where nobody can say, none. */
function endedTasks({ flock }: FairWeather, at: NodeId, job: JobId): ReadonlyMap<number, number> {
  const pending = flock.ask(at, { op: 'tasks', job, after: -1, limit: 1_000 });
  flock.world.run(READ_MS);
  const { result } = pending;
  if (result === undefined || result === 'node-died' || !result.isOk) return new Map();
  const { tasks } = result.value as TaskPage;
  return new Map(tasks.filter(({ state }) => isTerminal(state)).map(({ index, epoch }) => [index, epoch]));
}
