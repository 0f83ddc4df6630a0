import { closest } from '../../toml/suggest.js';
import { CoveyError } from '../../kernel/errors.js';
import { Section } from '../../toml/section.js';
import { Source } from '../../toml/source.js';
import { readTask, type FileTask } from './task-section.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const TASKS_MAX = 10_000;

/**
 * The tasks of a job file, TOML or JSON, each after all that it depends on.
 *
 * @param file - as errors name it
 * @throws CoveyError `usage`, with file and line, for whatever can be seen to be wrong: nothing has started by then
 */
export function readJobFile(text: string, file: string): readonly FileTask[] {
  const source = text.trimStart().startsWith('{') ? Source.ofJson(text, file) : Source.of(text, file);
  const section = new Section(source);
  const named = section.named('tasks');
  section.end();
  if (named.length === 0) throw section.missing('tasks', 'write [tasks.NAME] with a command');
  if (named.length > TASKS_MAX)
    throw section.error('tasks', `there are ${named.length}, at most ${TASKS_MAX} are taken`);
  const tasks = new Map<string, FileTask>();
  for (const [name, inner] of named) {
    if (!NAME.test(name)) {
      const what = `${JSON.stringify(name)} is no name of a task`;
      throw new CoveyError('usage', `${source.at(inner.path)}: ${what}`, 'write letters, digits, -, _ and .');
    }
    tasks.set(name, readTask(name, inner));
  }
  return inOrder(tasks);
}

/** Kahn's algorithm: what depends on nothing that is left goes first, in the order of the file. */
function inOrder(tasks: ReadonlyMap<string, FileTask>): FileTask[] {
  const open = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const task of tasks.values()) {
    const parents = new Set(task.after.map((dependency) => dependency.task));
    if (parents.size < task.after.length) throw task.section.error('after', 'it names a task twice');
    open.set(task.name, parents.size);
    for (const parent of parents) {
      if (!tasks.has(parent)) throw unknown(task, parent, [...tasks.keys()]);
      dependents.set(parent, [...(dependents.get(parent) ?? []), task.name]);
    }
  }
  const ready = [...tasks.values()].filter(({ name }) => open.get(name) === 0);
  for (const { name } of ready) {
    for (const dependent of dependents.get(name) ?? []) {
      const left = (open.get(dependent) ?? 0) - 1;
      open.set(dependent, left);
      const task = tasks.get(dependent);
      if (left === 0 && task) ready.push(task);
    }
  }
  if (ready.length < tasks.size) throw cycle(tasks, new Set(ready.map(({ name }) => name)));
  return ready;
}

function unknown({ section }: FileTask, parent: string, names: readonly string[]): CoveyError {
  const guess = closest(parent, names);
  return section.error(
    'after',
    `there is no task '${parent}'`,
    guess === undefined ? undefined : `did you mean ${guess}?`,
  );
}

/** Whoever follows its first dependency that never becomes ready comes to a task for the second time. */
function cycle(tasks: ReadonlyMap<string, FileTask>, ready: ReadonlySet<string>): CoveyError {
  const way: FileTask[] = [];
  let task = [...tasks.values()].find(({ name }) => !ready.has(name));
  while (task && !way.includes(task)) {
    way.push(task);
    const parent = task.after.find((dependency) => !ready.has(dependency.task));
    task = tasks.get(parent?.task ?? '');
  }
  const [first] = way;
  if (!task || !first) throw new Error('no task waits for another in vain');
  const names = [...way.slice(way.indexOf(task)), task].map(({ name }) => name);
  return task.section.error('after', `tasks wait for each other: ${names.join(' -> ')}`);
}
