import type { Batch, Placement } from './batch.js';

/**
 * Has every CPU run its shortest task first, which leaves the makespan as it is and makes the mean flow time the least that these CPUs
 * can have (Smith 1956). Where tasks take several CPUs, nothing is changed.
 *
 * @param plan - of tasks that wait for nothing, without gaps
 */
export function shortestFirst({ tasks }: Batch, plan: readonly Placement[]): readonly Placement[] {
  if (tasks.some(({ cpus }) => cpus > 1)) return plan;
  const lanes = new Map<string, Placement[]>();
  for (const placement of plan) {
    const lane = `${placement.machine}/${placement.lanes.join()}`;
    const there = lanes.get(lane);
    if (there) there.push(placement);
    else lanes.set(lane, [placement]);
  }
  const moved = new Array<Placement>(plan.length);
  for (const lane of lanes.values()) {
    let atMs = 0;
    for (const placement of lane.sort((a, b) => lengthOf(a) - lengthOf(b) || a.task - b.task)) {
      const endMs = atMs + lengthOf(placement);
      const { task, machine, lanes } = placement;
      moved[task] = { task, machine, lanes, startMs: atMs, endMs };
      atMs = endMs;
    }
  }
  return moved;
}

function lengthOf({ startMs, endMs }: Placement): number {
  return endMs - startMs;
}
