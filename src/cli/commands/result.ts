import { join, resolve } from 'node:path';
import { CoveyError, type Flock, type TaskResult } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { missingLine } from '../format.js';
import type { Out } from '../out.js';
import { chooseAll, taskIdOf, type Chosen } from '../select.js';
import { hasIndex } from '../selector.js';

interface Options {
  readonly into?: string;
}

const command: CliCommand<Options> = {
  define(command) {
    command.option(
      '--into <dir>',
      'fetch the files that tasks left: of one task, or a directory for each by its index',
    );
    command.argument('<id...>', 'JOB, its beginning, last, all, JOB/3 or JOB/1-5:2').addHelpText(
      'after',
      `
Prints what functions have returned, as JSON, a line for each task in the order of their indexes. Tasks that have no result
are passed over, and make the exit code 1; --json tells them too, with their state and reason. Of commands with --output the
files are listed, by their names, or fetched with --into.`,
    );
    examples(
      command,
      ['covey result last', 'of a job, a line for each task'],
      ['covey result last/3', 'of one task'],
      ['covey result last --into out', 'the files that its --output named'],
      ['covey result last --json', 'objects with task, state, reason and result'],
    );
  },

  async run({ io, out, flock }, args, { into }) {
    const files = into === undefined ? undefined : resolve(io.cwd, into);
    let isWhole = true;
    for (const chosen of await chooseAll(flock(), args)) {
      const task = taskIdOf(chosen);
      if (task === undefined) isWhole = (await printAll(out, flock(), chosen, files)) && isWhole;
      else await printOne(out, flock(), task, files);
    }
    return isWhole ? EXIT.ok : EXIT.failed;
  },
};
export default command;

async function printOne(out: Out, flock: Flock, task: string, into: string | undefined): Promise<void> {
  const { outputs } = await flock.task(task);
  const result = outputs === null ? await flock.result(task) : await withFiles(flock, await flock.result(task), into);
  print(out, result);
}

/** @returns whether each of the tasks has a result */
async function printAll(out: Out, flock: Flock, { job, indexes }: Chosen, into: string | undefined): Promise<boolean> {
  const { tasks } = await flock.job(job);
  let missing = 0;
  let printed = 0;
  for (let after: number | undefined; ;) {
    const page = await flock.results(job, { after });
    for (const one of page.results) {
      if (indexes !== undefined && !hasIndex(indexes, one.index)) continue;
      const has = one.hasResult || one.outputs !== null;
      if (has) printed += 1;
      else missing += 1;
      const place = into === undefined || tasks === 1 ? into : join(into, String(one.index));
      if (has || out.json) print(out, await withFiles(flock, one, place));
    }
    if (page.partial) throw new CoveyError('unavailable', missingLine(page, 'results'), 'try again');
    if (page.next === null || page.next === after) break;
    after = page.next;
  }
  if (missing > 0)
    out.note(`${missing} of ${missing + printed} tasks of ${job} have no result; see \`covey show ${job}\``);
  return missing === 0;
}

interface Shown extends TaskResult {
  /** Of what it left: as it is called there, or where it was written. */
  readonly files?: readonly string[];
}

/** @param into - where its files are written; absent: they are only named */
async function withFiles(flock: Flock, one: TaskResult, into: string | undefined): Promise<Shown> {
  if (one.outputs === null) return one;
  if (into !== undefined) {
    const paths = await flock.files.fetch(one.outputs, into);
    return { ...one, files: paths.map((path) => join(into, path)) };
  }
  const { files, links } = await flock.files.list(one.outputs);
  return { ...one, files: [...files, ...links].map(({ path }) => path) };
}

function print(out: Out, { task, state, reason, result, hasResult, files }: Shown): void {
  if (out.json) out.object({ task, state, reason, hasResult, result, ...(files ? { files } : {}) });
  else if (files) for (const path of files) out.line(path);
  else out.line(JSON.stringify(result));
}
