import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CoveyError, type Flock, type SubmitBody } from '../client/index.js';
import { globProblem, pathProblem } from '../files/manifest.js';
import type { Io } from './io.js';
import { option, repeated, textUpTo } from './options.js';

/** Files that tasks begin with, and files that are kept of them. */
export interface FileOptions {
  readonly upload?: string;
  readonly output?: readonly string[];
  readonly cwd?: string;
}

export function addFileOptions(command: Command): void {
  option(
    command,
    '--upload <dir>',
    'each task begins in a copy of this directory, but for what .coveyignore and .git hold; --cwd and --module are meant in there',
    textUpTo(4096),
  );
  repeated(
    command,
    '--output <glob>',
    'files to keep of a task that ends well, within its directory; `covey result --into` fetches them',
    (text) => {
      const problem = globProblem(text);
      if (problem !== undefined) throw new CoveyError('usage', `${JSON.stringify(text)} ${problem}`);
      return text;
    },
  );
}

/**
 * Where a job runs and with which files. `upload` is a directory here, until `withUpload` has sent it.
 *
 * @throws CoveyError `usage`
 */
export function filesOf(io: Io, { upload, output, cwd }: FileOptions): Pick<SubmitBody, 'upload' | 'outputs' | 'cwd'> {
  const outputs = output === undefined ? {} : { outputs: [...output] };
  if (cwd === '') throw new CoveyError('usage', '--cwd: the name of the directory is empty');
  // A relative directory is meant here, not on the node that runs the task.
  if (upload === undefined) return { cwd: resolve(io.cwd, cwd ?? '.'), ...outputs };
  const dir = resolve(io.cwd, upload);
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CoveyError('usage', `--upload: ${upload} is no directory`);
  }
  const place = cwd === undefined || cwd === '.' ? undefined : cwd.replace(/^\.\//, '').replace(/\/$/, '');
  const problem = place === undefined ? undefined : pathProblem(place);
  if (problem !== undefined) {
    throw new CoveyError('usage', `--cwd: ${cwd} ${problem}`, 'with --upload it is meant from there');
  }
  return { upload: dir, ...(place === undefined ? {} : { cwd: place }), ...outputs };
}

/** The body with its directory uploaded; a directory that several jobs have is read once. */
export async function withUpload(
  flock: Flock,
  body: SubmitBody,
  trees: Map<string, Promise<string>> = new Map<string, Promise<string>>(),
): Promise<SubmitBody> {
  const { upload: dir } = body;
  if (dir === undefined) return body;
  const tree = trees.get(dir) ?? flock.files.upload(dir);
  trees.set(dir, tree);
  return { ...body, upload: await tree };
}
