import { known } from '../../src/kernel/assert.js';
import { kindsOf, timeOn, type Batch, type Placement } from './batch.js';
import { placeInOrder } from './list.js';

/**
 * Heterogeneous earliest finish time (Topcuoglu, Hariri and Wu 2002): tasks go by their upward rank, the length of the longest way from
 * them to the end in mean times, each where it ends first, into gaps too. It has no bound, but is seldom far off. Data between two
 * tasks on one machine take no time.
 */
export function planHeft(batch: Batch): readonly Placement[] {
  const ranks = upwardRanks(batch);
  const rank = (place: number): number => known(ranks[place], `the rank of task ${place}`);
  // Of equals the earlier: the batch has each after what it waits for.
  return placeInOrder(
    batch,
    [...ranks.keys()].sort((a, b) => rank(b) - rank(a) || a - b),
  );
}

/** The mean time of each task on the machines that can run it, and the longest way of such times and transfers from its start on. */
export function upwardRanks({ tasks, machines }: Batch): readonly number[] {
  const kinds = kindsOf(machines);
  const afterwards = new Float64Array(tasks.length);
  const ranks = new Array<number>(tasks.length);
  for (let place = tasks.length - 1; place >= 0; place--) {
    const task = known(tasks[place], `task ${place}`);
    let sumMs = 0;
    let able = 0;
    for (const { machine, count } of kinds) {
      const ms = timeOn(task, machine);
      if (ms === Infinity) continue;
      sumMs += count * ms;
      able += count;
    }
    const rank = sumMs / able + (afterwards[place] ?? 0);
    ranks[place] = rank;
    for (const edge of task.after) {
      afterwards[edge.task] = Math.max(afterwards[edge.task] ?? 0, edge.transferMs + rank);
    }
  }
  return ranks;
}
