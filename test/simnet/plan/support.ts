import { expect } from 'chai';
import {
  timeOn,
  type Batch,
  type Edge,
  type Machine,
  type Placement,
  type PlannedTask,
} from '../../../simnet/plan/batch.js';

export interface Wanted {
  readonly cpus?: number;
  readonly after?: readonly Edge[];
  readonly deadlineMs?: number;
  readonly periodMs?: number;
}

/** Machines of one CPU each, by their speeds. */
export function machinesOf(speeds: readonly number[], cpus = 1): Machine[] {
  const kinds = [...new Set(speeds)];
  return speeds.map((speed, i) => ({ name: `m${i}`, cpus, speed, kind: kinds.indexOf(speed) }));
}

/** @param durations - at speed 1, or one for each machine */
export function batchOf(
  machines: readonly Machine[],
  durations: readonly (number | readonly number[])[],
  wanted: readonly Wanted[] = [],
): Batch {
  const speeds: number[] = [];
  for (const { kind, speed } of machines) speeds[kind] = speed;
  const isUnrelated = durations.some((duration) => typeof duration !== 'number');
  const tasks = durations.map((duration, i): PlannedTask => {
    const timesMs = typeof duration === 'number' ? speeds.map((speed) => duration / speed) : duration;
    const durationMs = typeof duration === 'number' ? duration : Math.min(...duration);
    const { cpus = 1, after = [], deadlineMs = Infinity, periodMs = 0 } = wanted[i] ?? {};
    return { name: `t${i}`, durationMs, timesMs, cpus, after, deadlineMs, periodMs };
  });
  return { machines, tasks, isUnrelated };
}

/** What every plan keeps: nothing runs twice, too briefly, on a CPU that is taken, or before what it waits for. */
export function expectValid({ tasks, machines }: Batch, plan: readonly Placement[]): void {
  expect(plan.map(({ task }) => task).join()).to.equal([...tasks.keys()].join());
  const lanes = new Map<string, Placement[]>();
  for (const placement of plan) {
    const { task: place, machine, startMs, endMs } = placement;
    const task = tasks[place]!;
    const { cpus } = machines[machine]!;
    must(new Set(placement.lanes).size === task.cpus, `${task.name} takes ${task.cpus} CPUs`);
    must(Math.abs(endMs - startMs - timeOn(task, machines[machine]!)) < 1e-6, `${task.name} takes its time`);
    must(startMs >= 0, `${task.name} does not start before the beginning`);
    for (const lane of placement.lanes) {
      must(lane >= 0 && lane < cpus, `CPU ${lane} is one of ${cpus}`);
      const key = `${machine}/${lane}`;
      lanes.set(key, [...(lanes.get(key) ?? []), placement]);
    }
    for (const edge of task.after) {
      const before = plan[edge.task]!;
      const readyMs = before.endMs + (before.machine === machine ? 0 : edge.transferMs);
      must(startMs >= readyMs - 1e-6, `${task.name} is after ${tasks[edge.task]!.name} and its data`);
    }
  }
  for (const [lane, all] of lanes) {
    const inOrder = all.sort((a, b) => a.startMs - b.startMs);
    inOrder.slice(1).forEach(({ startMs }, i) => must(startMs >= inOrder[i]!.endMs - 1e-6, `one at a time on ${lane}`));
  }
}

function must(isSo: boolean, what: string): void {
  if (!isSo) expect.fail(`not so: ${what}`);
}

export function makespanOf(plan: readonly Placement[]): number {
  return Math.max(...plan.map(({ endMs }) => endMs));
}

/** The naive twin: the best over all ways to deal tasks of one CPU to machines of one CPU. @returns what `cost` makes least */
export function bestOf({ tasks, machines }: Batch, cost: (lanes: readonly (readonly number[])[]) => number): number {
  let best = Infinity;
  const lanes: number[][] = machines.map(() => []);
  const deal = (task: number): void => {
    if (task === tasks.length) {
      best = Math.min(best, cost(lanes));
      return;
    }
    for (const lane of lanes) {
      lane.push(task);
      deal(task + 1);
      lane.pop();
    }
  };
  deal(0);
  return best;
}

/** The least makespan that there is. */
export function optimalMs(batch: Batch): number {
  return bestOf(batch, (lanes) =>
    Math.max(
      ...lanes.map((lane, machine) =>
        lane.reduce((sum, task) => sum + timeOn(batch.tasks[task]!, batch.machines[machine]!), 0),
      ),
    ),
  );
}

/** The least mean flow time that there is. */
export function optimalFlowMs(batch: Batch): number {
  const total = bestOf(batch, (lanes) =>
    lanes.reduce((sum, lane, machine) => {
      let atMs = 0;
      let flowMs = 0;
      for (const ms of lane.map((task) => timeOn(batch.tasks[task]!, batch.machines[machine]!)).sort((a, b) => a - b)) {
        atMs += ms;
        flowMs += atMs;
      }
      return sum + flowMs;
    }, 0),
  );
  return total / batch.tasks.length;
}
