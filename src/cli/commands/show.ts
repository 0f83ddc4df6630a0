import { Option } from 'commander';
import type { Completeness, Flock, JobAnswer, TasksPage, TaskView } from '../../client/index.js';
import { TASK_STATES, type TaskState } from '../../kernel/states.js';
import { formatDuration } from '../../kernel/units.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { age, clean, formatBytes, formatCounts, formatExit, missingLine, paint, shortNode, took } from '../format.js';
import type { Out } from '../out.js';
import { chooseAll, PAGE, taskIdOf, tasksOf, type Chosen } from '../select.js';
import { table } from '../table.js';
import { progressLine, progressOf } from '../task-progress.js';
import { showFamily } from '../graph/show.js';

interface ShowOptions {
  readonly all?: boolean;
  readonly state?: TaskState;
  readonly full?: boolean;
  readonly graph?: boolean;
}

const command: CliCommand<ShowOptions> = {
  define(command) {
    command
      .argument('<id...>', 'JOB, its beginning, last, all, JOB/3 or JOB/1-5:2')
      .option('-a, --all', `every task, not only the first ${PAGE}`)
      .addOption(new Option('--state <state>', 'only tasks in this state').choices(TASK_STATES))
      .option('--full', 'whole node ids')
      .option('--graph', 'the jobs that wait for each other, drawn');
    examples(
      command,
      ['covey show last', 'the job submitted last, and its tasks'],
      ['covey show last --state failed', 'only tasks that failed'],
      ['covey show last/3', 'one task, with the end of its output'],
      ['covey show last --all --json', 'one object with every task'],
      ['covey show last --graph', 'the workflow that it is a part of'],
    );
  },

  async run({ out, flock }, args, options) {
    for (const chosen of await chooseAll(flock(), args)) {
      const task = taskIdOf(chosen);
      if (options.graph === true) {
        await showFamily(out, flock(), chosen.job);
        continue;
      }
      if (task !== undefined) await showTask(out, flock(), task);
      else await showJob(out, flock(), chosen, options);
    }
    return EXIT.ok;
  },
};
export default command;

type Pages = AsyncIterable<TasksPage> | Iterable<TasksPage>;

/** It may be taken back; `covey explain` says more. */
const PROVISIONAL = ' (degraded: provisional until a majority of its replicas is back)';

async function showJob(out: Out, flock: Flock, chosen: Chosen, options: ShowOptions): Promise<void> {
  const job = await flock.job(chosen.job);
  // What is not there is to be said before anything is printed.
  const pages =
    chosen.indexes === undefined ? pagesOf(flock, chosen, options) : [await chosenPage(flock, chosen, options)];
  if (out.json) return printObject(out, job, pages);
  if (out.quiet) {
    for await (const page of pages) for (const task of page.tasks) out.line(task.id);
    return;
  }
  printHead(out, job);
  let shown = 0;
  for await (const page of pages) {
    if (page.tasks.length > 0) out.line(`\n${await taskTable(out, flock, page.tasks, options.full === true)}`);
    shown += page.tasks.length;
    if (page.partial) out.note(missingLine(page, 'tasks'));
    if (page.next !== null && options.all !== true) out.note(`these are the first ${shown}; --all shows every one`);
  }
}

/** Chosen indexes come as one page, since they were asked for by name. */
async function chosenPage(flock: Flock, chosen: Chosen, { state }: ShowOptions): Promise<TasksPage> {
  const tasks: TaskView[] = [];
  for await (const task of tasksOf(flock, chosen, state)) tasks.push(task);
  return { tasks, next: null, partial: false, asked: 0, answered: 0 };
}

/** The first page, or each in turn with `all`. */
async function* pagesOf(flock: Flock, chosen: Chosen, { all, state }: ShowOptions): AsyncGenerator<TasksPage, void> {
  let after: number | undefined;
  for (;;) {
    const page = await flock.tasks(chosen.job, { limit: PAGE, after, state });
    yield page;
    if (page.next === null || all !== true) return;
    after = page.next;
  }
}

/** One object, written page by page: with a million tasks it is longer than a string can be. */
async function printObject(out: Out, view: JobAnswer, pages: Pages): Promise<void> {
  const { job, state, run, counts, schedule, limits, held, after, waits, reason, degraded } = view;
  let known: Completeness = view;
  let comma = '';
  out.raw(
    `${JSON.stringify({ job, state, run, counts, schedule, limits, held, after, waits, reason, degraded }).slice(0, -1)},"tasks":[`,
  );
  for await (const page of pages) {
    if (page.tasks.length > 0) out.raw(comma + page.tasks.map((task) => JSON.stringify(task)).join(','));
    if (page.tasks.length > 0) comma = ',';
    known = worse(known, page);
  }
  const { partial, asked, answered } = known;
  out.line(`],${JSON.stringify({ partial, asked, answered }).slice(1)}`);
}

/** Of two answers the less complete one; between equals, whose question went to more nodes. */
function worse(a: Completeness, b: Completeness): Completeness {
  if (a.partial !== b.partial) return a.partial ? a : b;
  return b.asked > a.asked ? b : a;
}

function scheduleText({ cron, zone, lastAt, lastJob }: NonNullable<JobAnswer['schedule']>): string {
  const last = lastAt === null ? 'no time has come yet' : `last time ${lastAt}`;
  return `${cron} (${zone}), ${last}${lastJob === null ? '' : `, last job ${lastJob}`}`;
}

function limitsText(of: NonNullable<JobAnswer['limits']>): string {
  const parts = [
    of.timeoutMs === null ? '' : `timeout ${formatDuration(of.timeoutMs)}`,
    of.maxParallel === null ? '' : `max-parallel ${of.maxParallel}`,
    of.maxFails === null ? '' : `max-fails ${of.maxFails}`,
    of.retries === 0 ? '' : `retries ${of.retries}`,
    of.retryOn === null ? '' : `retry-on ${of.retryOn.join()}`,
    of.priority === 0 ? '' : `priority ${of.priority}`,
    of.deadline === null ? '' : `deadline ${of.deadline}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function printHead(out: Out, job: JobAnswer): void {
  const ago = age(job.submittedAt, Date.now());
  out.line(`job        ${job.job}`);
  if (job.name !== '') out.line(`name       ${clean(job.name)}`);
  out.line(`state      ${paint(job.state, out.color)}${job.degraded ? PROVISIONAL : ''}`);
  if (job.reason !== null) out.line(`reason     ${clean(job.reason)}`);
  if (job.schedule !== null) out.line(`schedule   ${clean(scheduleText(job.schedule))}`);
  if (job.limits !== null) out.line(`limits     ${limitsText(job.limits)}`);
  if (job.run > 1) out.line(`run        ${job.run}`);
  if (job.hindrance !== null) out.line(`hindrance  nothing of it can be recorded now: ${clean(job.hindrance)}`);
  out.line(`tasks      ${job.tasks}: ${formatCounts(job.counts)}`);
  out.line(`submitted  ${job.submittedAt} (${ago} ago)`);
  if (job.finishedAt !== null) out.line(`finished   ${job.finishedAt}`);
}

async function taskTable(out: Out, flock: Flock, tasks: readonly TaskView[], full: boolean): Promise<string> {
  const progress = await progressOf(flock, tasks);
  const now = Date.now();
  const wasRetried = tasks.some(({ run }) => run > 1);
  return table(
    [
      'TASK',
      'STATE',
      ...(wasRetried ? ['RUN'] : []),
      'NODE',
      'ATTEMPTS',
      'EXIT',
      'TIME',
      ...(progress.size > 0 ? ['PROGRESS'] : []),
      'REASON',
    ],
    tasks.map((task) => [
      String(task.index),
      { painted: paint(task.state, out.color) },
      ...(wasRetried ? [String(task.run)] : []),
      shortNode(task.executor, full),
      String(task.attempts),
      formatExit(task),
      took(task, now),
      ...(progress.size > 0 ? [progress.get(task.id) ?? ''] : []),
      task.reason ?? '',
    ]),
  );
}

async function showTask(out: Out, flock: Flock, id: string): Promise<void> {
  const task = await flock.task(id);
  if (out.json) return out.object(task);
  if (out.quiet) return out.line(task.id);
  const fields: readonly (readonly [name: string, value: string | null])[] = [
    ['task', task.id],
    ['state', `${paint(task.state, out.color)}${task.degraded ? PROVISIONAL : ''}`],
    ['reason', task.reason === null ? null : clean(task.reason)],
    ['exit', task.exitCode === null && task.signal === null ? null : formatExit(task)],
    ['node', task.executor],
    ['run', task.run > 1 ? `${task.run}, after ${task.runs.map(runLine).join(', ')}` : null],
    ['attempts', `${task.attempts}${task.epoch === null ? '' : `, epoch ${task.epoch}`}`],
    ['progress', progressLine(task.progress)],
    ['submitted', task.submittedAt],
    ['started', task.startedAt],
    ['finished', task.finishedAt],
    ['time', task.startedAt === null ? null : took(task, Date.now())],
    ['cpu', task.cpuMs === null ? null : formatDuration(task.cpuMs)],
    ['memory', task.peakBytes === null ? null : `${formatBytes(task.peakBytes)} at most`],
  ];
  for (const [name, value] of fields) if (value !== null) out.line(`${name.padEnd(10)} ${value}`);
  printTail(out, 'stdout', task.stdoutTail, task.stdoutBytes);
  printTail(out, 'stderr', task.stderrTail, task.stderrBytes);
}

function runLine({ run, state, exitCode }: TaskView['runs'][number]): string {
  return `run ${run} ${state}${exitCode === null ? '' : ` with ${exitCode}`}`;
}

function printTail(out: Out, name: string, tail: string, bytesInAll: number): void {
  if (tail === '') return;
  const bytes = Buffer.from(tail, 'base64');
  const cut = bytes.length < bytesInAll ? `the last ${formatBytes(bytes.length)} of ` : '';
  const lines = bytes.toString('utf8').replace(/\n$/, '').split('\n');
  out.line(`\n${name} (${cut}${formatBytes(bytesInAll)} bytes)\n${lines.map((line) => `  ${clean(line)}`).join('\n')}`);
}
