import { known } from '../../src/kernel/assert.js';

/** One machine: so many CPUs, of which each runs one task, or a part of a task that takes several. */
export interface Machine {
  readonly name: string;
  /** Whole. */
  readonly cpus: number;
  /** Run time is duration divided by it. */
  readonly speed: number;
  /** Machines of a kind are alike: the place of `timesMs` that counts for them. */
  readonly kind: number;
}

/** What has to end before a task starts, and how long its data take from there to another machine. */
export interface Edge {
  /** The other's place in the batch. */
  readonly task: number;
  readonly transferMs: number;
}

export interface PlannedTask {
  readonly name: string;
  /** At speed 1; of a task whose times on each kind of machine are given, the shortest of them. */
  readonly durationMs: number;
  /** Run time on a machine of each kind. */
  readonly timesMs: readonly number[];
  /** So many CPUs of one machine, all at the same time. Whole. */
  readonly cpus: number;
  readonly after: readonly Edge[];
  /** Since the beginning; of a periodic task since it is released. Infinity where there is none. */
  readonly deadlineMs: number;
  /** It is released again and again, the first time at the beginning; 0 for a task that runs once. */
  readonly periodMs: number;
}

/** What is to be placed. All of it is known, and there at the beginning. */
export interface Batch {
  readonly machines: readonly Machine[];
  /** Each after all that it waits for. */
  readonly tasks: readonly PlannedTask[];
  /** Some task has a time of its own on each kind of machine, which no speed explains. */
  readonly isUnrelated: boolean;
}

/** A task's place. It is never moved. */
export interface Placement {
  readonly task: number;
  readonly machine: number;
  /** CPUs of that machine, from 0. */
  readonly lanes: readonly number[];
  readonly startMs: number;
  readonly endMs: number;
}

/** Infinity where the machine has too few CPUs. */
export function timeOn({ cpus, timesMs }: PlannedTask, machine: Machine): number {
  return cpus > machine.cpus ? Infinity : known(timesMs[machine.kind], `the time on kind ${machine.kind}`);
}

/** The least time that a task takes, anywhere. */
export function shortestMs(task: PlannedTask, machines: readonly Machine[]): number {
  return machines.reduce((least, machine) => Math.min(least, timeOn(task, machine)), Infinity);
}

/** Places of the tasks, the longest first; of equals the one that takes more CPUs, then the earlier. */
export function longestFirst(tasks: readonly PlannedTask[]): number[] {
  return [...tasks.keys()].sort((a, b) => {
    const [one, other] = [taskAt(tasks, a), taskAt(tasks, b)];
    return other.durationMs - one.durationMs || other.cpus - one.cpus || a - b;
  });
}

export function taskAt(tasks: readonly PlannedTask[], place: number): PlannedTask {
  return known(tasks[place], `task ${place} of ${tasks.length}`);
}

/** One machine of a kind stands for all of them, and how many there are. */
export function kindsOf(machines: readonly Machine[]): { readonly machine: Machine; readonly count: number }[] {
  const kinds = new Map<number, { machine: Machine; count: number }>();
  for (const machine of machines) {
    const found = kinds.get(machine.kind);
    if (found) found.count += 1;
    else kinds.set(machine.kind, { machine, count: 1 });
  }
  return [...kinds.values()];
}
