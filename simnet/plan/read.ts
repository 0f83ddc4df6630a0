import { CoveyError } from '../../src/kernel/errors.js';
import { Section } from '../../src/toml/section.js';
import { Source, type Override } from '../../src/toml/source.js';
import { readTrace } from '../workload/csv-trace.js';
import type { Batch, Machine, PlannedTask } from './batch.js';
import { inOrder } from './order.js';
import { readTasks } from './read-tasks.js';

/** What the command line may say in place of the file. */
export interface Instead {
  readonly machines?: number | undefined;
  readonly cpus?: number | undefined;
}

const MACHINES_MAX = 10_000;
/** A CPU is a row of the chart, and each is looked at for each task. */
const CPUS_MAX = 10_000;
const TASKS_MAX = 100_000;
/** Where nobody says how many there are. */
const MACHINES = 4;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/**
 * Reads machines and tasks from TOML, or the tasks of a trace in CSV, which are then all there at the beginning.
 *
 * @param file - its name as errors give it; what ends in .csv is a trace
 * @throws CoveyError `usage`, naming line or flag
 */
export function readBatch(text: string, file: string, instead: Instead): Batch {
  return file.toLowerCase().endsWith('.csv') ? readCsv(text, file, instead) : readToml(text, file, instead);
}

function readCsv(text: string, file: string, { machines = MACHINES, cpus = 1 }: Instead): Batch {
  const trace = readTrace(text, file);
  if (trace.length > TASKS_MAX) throw tooMany(file, trace.length);
  const tasks = trace.map((task, i): PlannedTask => {
    const name = `t${i + 1}`;
    if (!Number.isInteger(task.cpus) || task.cpus > cpus) {
      const what = `${file}: ${name} takes ${task.cpus} cpus, and each machine has ${cpus}`;
      throw new CoveyError('usage', what, 'a plan deals in whole CPUs; say --cpus, or write whole ones');
    }
    const { durationMs } = task;
    return {
      name,
      durationMs,
      timesMs: [durationMs],
      cpus: task.cpus,
      after: [],
      deadlineMs: Infinity,
      periodMs: 0,
    };
  });
  return { machines: alike(machines, cpus), tasks, isUnrelated: false };
}

function readToml(text: string, file: string, { machines: count, cpus }: Instead): Batch {
  const section = new Section(Source.of(text, file, overrides(count, cpus)));
  section.text('description');
  const machines = readMachines(section);
  const tasks = readTasks(section, machines);
  section.end();
  if (tasks.length === 0) throw section.missing('tasks', 'write [tasks.NAME] with a duration');
  const n = tasks.reduce((sum, { count }) => sum + count, 0);
  if (n > TASKS_MAX) throw tooMany(file, n);
  return { machines, tasks: inOrder(tasks), isUnrelated: tasks.some(({ isListed }) => isListed) };
}

/** Machines that are all alike take the place of those in the file. */
function overrides(count: number | undefined, cpus: number | undefined): Override[] {
  if (count === undefined && cpus === undefined) return [];
  const flag = count === undefined ? '--cpus' : '--machines';
  return [{ path: ['machines'], value: [{ name: 'm', count: count ?? MACHINES, cpus: cpus ?? 1 }], flag }];
}

function readMachines(section: Section): Machine[] {
  const tables = section.sections('machines');
  if (!section.has('machines')) return alike(MACHINES, 1);
  const machines: Machine[] = [];
  const names = new Set<string>();
  tables.forEach((table, kind) => {
    const name = table.text('name') ?? `m${kind + 1}`;
    if (!NAME.test(name)) throw table.error('name', `'${name}' is no name`, 'write letters, digits, -, _ and .');
    if (names.has(name)) throw table.error('name', `there are two of '${name}'`, 'give each a name of its own');
    names.add(name);
    const count = table.number('count', { min: 1, max: MACHINES_MAX, isWhole: true, like: 4 }) ?? 1;
    const cpus = table.number('cpus', { min: 1, max: CPUS_MAX, isWhole: true, like: 2 }) ?? 1;
    const speed = table.number('speed', { min: 0.001, max: 1000, like: 2 }) ?? 1;
    table.end();
    for (let i = 1; i <= count; i++) machines.push({ name: count === 1 ? name : `${name}-${i}`, cpus, speed, kind });
    const all = machines.reduce((sum, machine) => sum + machine.cpus, 0);
    if (all > CPUS_MAX)
      throw table.error('count', `that makes ${all} CPUs, at most ${CPUS_MAX} are taken`, 'have fewer');
  });
  if (machines.length === 0) throw section.error('machines', 'there are none', 'write [[machines]], or leave it out');
  return machines;
}

function alike(count: number, cpus: number): Machine[] {
  if (count * cpus > CPUS_MAX) {
    throw new CoveyError(
      'usage',
      `--machines: that makes ${count * cpus} CPUs, at most ${CPUS_MAX} are taken`,
      'have fewer',
    );
  }
  return Array.from({ length: count }, (_, i) => ({ name: `m-${i + 1}`, cpus, speed: 1, kind: 0 }));
}

function tooMany(file: string, n: number): CoveyError {
  return new CoveyError(
    'usage',
    `${file}: there are ${n} tasks, at most ${TASKS_MAX} are taken`,
    'plan a part of them',
  );
}
