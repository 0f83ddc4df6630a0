import { assert, known } from '../../src/kernel/assert.js';
import { taskAt, timeOn, type Batch, type Placement } from './batch.js';
import { Timetable } from './timetable.js';

/**
 * Places tasks one after the other, each on the machine where it ends first, of equals on the first one. A task may take a gap that
 * was left before it.
 *
 * @param order - places of all tasks, each after what it waits for
 * @returns in the order of the batch
 */
export function placeInOrder({ tasks, machines }: Batch, order: readonly number[]): readonly Placement[] {
  const tables = machines.map((machine, place) => new Timetable(place, machine));
  const placed = new Array<Placement | undefined>(tasks.length);
  for (const place of order) {
    const task = taskAt(tasks, place);
    let best = -1;
    let bestStartMs = 0;
    let bestEndMs = Infinity;
    machines.forEach((machine, i) => {
      const lengthMs = timeOn(task, machine);
      if (lengthMs === Infinity) return;
      let readyMs = 0;
      for (const edge of task.after) {
        const before = known(placed[edge.task], `what task ${place} waits for`);
        readyMs = Math.max(readyMs, before.endMs + (before.machine === i ? 0 : edge.transferMs));
      }
      if (readyMs + lengthMs >= bestEndMs) return;
      const startMs = known(tables[i], `machine ${i}`).earliest(readyMs, lengthMs, task.cpus);
      if (startMs + lengthMs >= bestEndMs) return;
      [best, bestStartMs, bestEndMs] = [i, startMs, startMs + lengthMs];
    });
    assert(best >= 0, () => `task ${place} takes ${task.cpus} CPUs, and no machine has them`);
    const lengthMs = timeOn(task, known(machines[best], `machine ${best}`));
    placed[place] = known(tables[best], `machine ${best}`).take(place, bestStartMs, lengthMs, task.cpus);
  }
  return placed.map((placement, i) => known(placement, `the place of task ${i}`));
}
