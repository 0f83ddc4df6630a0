import { runsOnce } from '../../checks/fair.js';
import type { NodeId } from '../../../src/kernel/ids.js';
import type { FairWeather } from '../fair-weather.js';
import { coreAt, drainUnheard, submitApart } from './support.js';

/** What ends in the cut, and its rerun too. */
const SHORT = 'sleep 30000';
/** What outlasts it. */
const LONG = 'sleep 120000';
const CUT_MS = 75_000;
/** A node that leaves waits for longer where it is not rid of something. */
const RID_MS = 10_000;
/** No connection outlasts a cut of so long. */
const UNPLUGGED_MS = 40_000;

/**
 * A node is cut off from all others, and runs what these run again: of what ends meanwhile nobody asks it any more, what runs on
 * is called back as soon as it is heard of. Then it leaves, which it does when it is rid of every result.
 */
export function longCut(fair: FairWeather): void {
  const { flock } = fair;
  const [short, long] = [submitApart(fair, 8, SHORT), submitApart(fair, 8, LONG)];
  flock.world.run(1_000);
  const lone = flock.ids.find((id) => runsForOthers(fair, id, short) && runsForOthers(fair, id, long));
  if (lone === undefined) return fair.say('nobody runs for others what ends in the cut, and what does not');
  flock.network.split([lone]);
  flock.world.run(CUT_MS);
  flock.network.heal();
  fair.until(30_000, `${lone} and the others find each other`, () => flock.isWhole());
  flock.world.run(5_000);
  fair.add(runsOnce(flock.history, fair.nowMs, fair.invariant));
  flock.node(lone).feed({ kind: 'leave' });
  fair.until(RID_MS, `${lone} has left`, () => !flock.node(lone).isUp);
  for (const job of long) fair.finish(job, 240_000);
}

/** It runs one of these jobs, and is no replica of it: it will not try to take it over either. */
function runsForOthers(fair: FairWeather, node: NodeId, jobs: readonly string[]): boolean {
  return fair.flock.history.running().some(({ task, node: at }) => {
    const job = jobs.find((one) => task.startsWith(`${one}/`));
    return job !== undefined && at === node && coreAt(fair, node, job)?.head === undefined;
  });
}

/** All but two nodes leave, none of whom was told to join the other: after a cut these two have only their memory of the dead. */
export function strangers(fair: FairWeather): void {
  const { flock } = fair;
  const isStrangerTo = (a: NodeId, b: NodeId) => a !== b && !flock.machine(a).seeds.includes(b);
  const pairs = flock.ids.flatMap((a) => flock.ids.map((b) => [a, b] as const));
  const pair = pairs.find(([a, b]) => isStrangerTo(a, b) && isStrangerTo(b, a));
  if (!pair) return fair.say('each was told to join each other');
  for (const id of flock.ids.filter((one) => !pair.includes(one))) {
    flock.node(id).feed({ kind: 'leave' });
    fair.until(30_000, `${id} has left`, () => !flock.node(id).isUp);
  }
  const [a, b] = pair;
  flock.network.split([a], [b]);
  fair.until(
    90_000,
    'both believe the other dead',
    () => flock.beliefsOf(a).concat(flock.beliefsOf(b)).join() === 'dead,dead',
  );
  flock.world.run(UNPLUGGED_MS);
  flock.network.heal();
  fair.until(60_000, `${a} and ${b} find each other`, () => flock.isWhole());
}

/** Every word of a node's draining that is under way to one other is lost: it learns of it when the two views are compared. */
export function unheardRumour(fair: FairWeather): void {
  const { flock } = fair;
  const [drained, deaf] = flock.ids;
  if (drained === undefined || deaf === undefined) return;
  const end = drainUnheard(fair, drained, deaf);
  flock.world.run(15_000);
  end();
  const isKnown = () => flock.node(deaf).core.membership.get(drained)?.draining === true;
  if (isKnown()) fair.say(`${deaf} has heard of it all the same`);
  fair.until(40_000, `${deaf} knows that ${drained} drains`, isKnown);
}
