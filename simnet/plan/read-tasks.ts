import { readDuration, shown, wrong, type Section } from '../../src/toml/section.js';
import { closest } from '../../src/toml/suggest.js';
import { isTable } from '../../src/toml/source.js';
import type { Machine } from './batch.js';

/** A dependency, by the name that the file gives. */
export interface NamedEdge {
  readonly task: string;
  readonly transferMs: number;
}

/** One table of tasks; `count` of them are alike. */
export interface ReadTask {
  readonly name: string;
  readonly count: number;
  readonly durationMs: number;
  readonly timesMs: readonly number[];
  /** Its times on the machines were listed. */
  readonly isListed: boolean;
  readonly cpus: number;
  readonly after: readonly NamedEdge[];
  readonly deadlineMs: number;
  /** 0 for a task that runs once. */
  readonly periodMs: number;
  /** Says where something about it is wrong. */
  readonly section: Section;
}

const COUNT_MAX = 100_000;
// oxlint-disable-next-line no-control-regex -- control characters are what it is after
const NAME = /^[^\u0000-\u001f\u007f-\u009f\ufffe\uffff]{1,100}$/u;
const LIKE = 'write duration = "30s", or a list with one for each [[machines]]';

/**
 * `[tasks.NAME]` with duration, count, cpus, after, deadline and period.
 *
 * @throws CoveyError `usage`, with file and line
 */
export function readTasks(outer: Section, machines: readonly Machine[]): ReadTask[] {
  const kinds = [...new Map(machines.map((machine) => [machine.kind, machine])).values()];
  const mostCpus = machines.reduce((most, { cpus }) => Math.max(most, cpus), 0);
  const named = outer.named('tasks');
  const names = named.map(([name]) => name);
  const tasks = named.map(([name, section]): ReadTask => {
    if (!NAME.test(name)) throw section.missing('a name', 'up to 100 characters, none of them invisible');
    const times = section.read('duration', (value) => readTimes(value, kinds));
    if (times === undefined) throw section.missing('duration', LIKE);
    const count = section.number('count', { min: 1, max: COUNT_MAX, isWhole: true, like: 10 }) ?? 1;
    const cpus = section.number('cpus', { min: 1, max: 1e6, isWhole: true, like: 2 }) ?? 1;
    if (cpus > mostCpus) {
      throw section.error('cpus', `${cpus}, and no machine has more than ${mostCpus}`, 'raise cpus of [[machines]]');
    }
    const after = section.several('after', (value) => readEdge(value, name, names));
    if (new Set(after.map(({ task }) => task)).size < after.length) {
      throw section.error('after', 'it names a task twice', 'name each once');
    }
    const periodMs = section.duration('period') ?? 0;
    const deadlineMs = section.duration('deadline') ?? (periodMs > 0 ? periodMs : Infinity);
    section.end();
    const task = { name, count, ...times, cpus, after, deadlineMs, periodMs, section };
    if (periodMs > 0) checkPeriodic(task);
    return task;
  });
  const once = tasks.find(({ periodMs }) => periodMs === 0);
  if (once && tasks.some(({ periodMs }) => periodMs > 0)) {
    throw once.section.missing('period', 'either all tasks of a batch have one, or none');
  }
  return tasks;
}

/** What is released again and again is the plainest of tasks. */
function checkPeriodic({ cpus, after, deadlineMs, periodMs, isListed, section }: ReadTask): void {
  if (deadlineMs > periodMs) throw section.error('deadline', 'it is after the next release', 'at most the period');
  if (cpus > 1) throw section.error('cpus', 'a task with a period takes one', 'leave it out');
  if (after.length > 0) throw section.error('after', 'a task with a period waits for none', 'leave out one of them');
  if (isListed) throw section.error('duration', 'a task with a period has one', 'give machines speeds');
}

type Times = Pick<ReadTask, 'durationMs' | 'timesMs' | 'isListed'>;

function readTimes(value: unknown, kinds: readonly Machine[]): Times {
  if (!Array.isArray(value)) {
    const durationMs = readDuration(value);
    return { durationMs, timesMs: kinds.map(({ speed }) => durationMs / speed), isListed: false };
  }
  if (value.length !== kinds.length) {
    throw wrong(`${value.length} times for ${kinds.length} kinds of machines`, 'one for each [[machines]]');
  }
  if (kinds.some(({ speed }) => speed !== 1)) {
    throw wrong('a list, and machines have speeds', 'keep one: a list says how long it takes on each');
  }
  const timesMs = value.map((one) => readDuration(one));
  return { durationMs: Math.min(...timesMs), timesMs, isListed: true };
}

/** `"fetch"`, or `{ task = "fetch", transfer = "2s" }`. */
function readEdge(value: unknown, own: string, names: readonly string[]): NamedEdge {
  const table: Readonly<Record<string, unknown>> = isTable(value) ? value : { task: value };
  const { task, transfer = 0, ...rest } = table;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw wrong(`unknown key '${unknown}'`, 'there is task, transfer');
  if (typeof task !== 'string') {
    throw wrong(`${shown(value)} names no task`, 'write "NAME" or { task = "NAME", transfer = "2s" }');
  }
  if (task === own) throw wrong('it waits for itself', 'name another task');
  if (names.includes(task)) return { task, transferMs: readDuration(transfer, true) };
  const guess = closest(task, names);
  throw wrong(
    `there is no task '${task}'`,
    guess === undefined ? 'name one of [tasks.NAME]' : `did you mean ${guess}?`,
  );
}
