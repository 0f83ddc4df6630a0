import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { CoveyError, type Flock, type SubmitBody, type Submitted } from '../../client/index.js';
import { withUpload } from '../file-options.js';
import type { Io } from '../io.js';
import { submission } from '../submission.js';
import { readJobFile } from './job-file.js';
import type { FileTask } from './task-section.js';

/** A task of a job file and what is submitted for it; `after` names tasks of the file. */
export interface FileSubmission {
  readonly task: string;
  readonly body: SubmitBody;
}

/** The same, accepted. */
export interface FileSubmitted extends Submitted {
  readonly task: string;
}

/**
 * What a job file has submitted, each task after those that it depends on. Directories and files that it names are meant from
 * where it is.
 *
 * @throws CoveyError `usage`
 */
export async function readSubmissions(io: Io, file: string): Promise<readonly FileSubmission[]> {
  const path = resolve(io.cwd, file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CoveyError('usage', `--file: ${file} cannot be read: ${(error as Error).message}`);
  });
  const tasks = readJobFile(text, basename(file));
  return Promise.all(tasks.map((task) => submissionOf({ ...io, cwd: dirname(path) }, task)));
}

async function submissionOf(io: Io, { name, argv, options, after, section }: FileTask): Promise<FileSubmission> {
  try {
    const body = await submission(io, argv, options);
    const parents = after.map(({ task, on }) => ({ job: task, on }));
    return { task: name, body: parents.length === 0 ? body : { ...body, after: parents } };
  } catch (error) {
    if (!(error instanceof CoveyError)) throw error;
    throw new CoveyError(error.code, `${section.source.at(section.path)}: ${error.message}`, error.hint);
  }
}

/**
 * Submits each in turn, so that whoever waits for another can name it.
 *
 * @param key - the idempotency key of all; each has its own below it
 * @throws CoveyError of the first that is not accepted; those before it are cancelled then
 */
export async function submitFile(
  flock: Flock,
  submissions: readonly FileSubmission[],
  key: string | undefined,
): Promise<readonly FileSubmitted[]> {
  const submitted = new Map<string, FileSubmitted>();
  const trees = new Map<string, Promise<string>>();
  for (const { task, body } of submissions) {
    const after = body.after?.map(({ job, on }) => ({ job: submitted.get(job)?.job ?? job, on }));
    try {
      const idempotencyKey = key === undefined ? undefined : `${key}/${task}`;
      const ready = await withUpload(flock, after ? { ...body, after } : body, trees);
      const accepted = await flock.submit(ready, { idempotencyKey });
      submitted.set(task, { task, ...accepted });
    } catch (error) {
      throw await withdrawn(flock, task, [...submitted.values()], error);
    }
  }
  return [...submitted.values()];
}

/** Nothing is left half submitted; what was known from before stays. */
async function withdrawn(
  flock: Flock,
  task: string,
  submitted: readonly FileSubmitted[],
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof CoveyError)) return error;
  const fresh = submitted.filter(({ existed }) => !existed);
  const left: string[] = [];
  for (const { job } of fresh) await flock.cancel(job).catch(() => left.push(job));
  const hint = left.length === 0 ? error.hint : `cancel ${left.join(' ')} yourself`;
  const before =
    fresh.length === 0
      ? ''
      : `; the ${fresh.length} before it ${left.length > 0 ? 'could not all be' : 'were'} cancelled`;
  return new CoveyError(error.code, `task ${task}: ${error.message}${before}`, hint);
}
