import type { CoveyError } from '../../src/kernel/errors.js';
import type { Edge, PlannedTask } from './batch.js';
import type { ReadTask } from './read-tasks.js';

/** Of tables that count several tasks, each waits for each of the other's. */
const EDGES_MAX = 1_000_000;

/**
 * Tasks by places in place of names, each after all that it waits for (Kahn 1962); of a table that counts several, as many.
 *
 * @throws CoveyError `usage`, with file and line, where tasks wait for each other
 */
export function inOrder(tasks: readonly ReadTask[]): PlannedTask[] {
  const places = new Map<string, number[]>();
  const ordered: PlannedTask[] = [];
  let edges = 0;
  for (const task of sorted(tasks)) {
    const { name, count, durationMs, timesMs, cpus, deadlineMs, periodMs } = task;
    const after = task.after.flatMap((edge) =>
      (places.get(edge.task) ?? []).map((place): Edge => ({ task: place, transferMs: edge.transferMs })),
    );
    edges += after.length * count;
    if (edges > EDGES_MAX) {
      throw task.section.error(
        'after',
        `that makes ${edges} edges, at most ${EDGES_MAX} are taken`,
        'count fewer tasks',
      );
    }
    const own: number[] = [];
    for (let i = 1; i <= count; i++) {
      own.push(ordered.length);
      const called = count === 1 ? name : `${name}/${i}`;
      ordered.push({ name: called, durationMs, timesMs, cpus, after, deadlineMs, periodMs });
    }
    places.set(name, own);
  }
  return ordered;
}

function sorted(tasks: readonly ReadTask[]): ReadTask[] {
  const open = new Map(tasks.map(({ name, after }) => [name, after.length]));
  const dependents = new Map<string, ReadTask[]>();
  for (const task of tasks) {
    for (const { task: name } of task.after) {
      const there = dependents.get(name);
      if (there) there.push(task);
      else dependents.set(name, [task]);
    }
  }
  const ready = tasks.filter(({ after }) => after.length === 0);
  for (const { name } of ready) {
    for (const dependent of dependents.get(name) ?? []) {
      const left = (open.get(dependent.name) ?? 0) - 1;
      open.set(dependent.name, left);
      if (left === 0) ready.push(dependent);
    }
  }
  if (ready.length < tasks.length) throw cycle(tasks, new Set(ready.map(({ name }) => name)));
  return ready;
}

/** Whoever follows a dependency that never becomes ready, and so on, comes to a task for the second time. */
function cycle(tasks: readonly ReadTask[], ready: ReadonlySet<string>): CoveyError {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const way: ReadTask[] = [];
  let task = tasks.find(({ name }) => !ready.has(name));
  while (task && !way.includes(task)) {
    way.push(task);
    task = byName.get(task.after.find((edge) => !ready.has(edge.task))?.task ?? '');
  }
  if (!task) throw new Error('no task waits for another in vain');
  const names = [...way.slice(way.indexOf(task)), task].map(({ name }) => name);
  return task.section.error('after', `tasks wait for each other: ${names.join(' -> ')}`, 'take one of these out');
}
