import { access, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ScenarioText } from '../../../simnet/scenario/scenario.js';
import { CoveyError } from '../../client/index.js';
import { COVEY_SCRIPT } from '../../install.js';

/** The scenarios that come with covey. */
const SCENARIOS = join(dirname(dirname(COVEY_SCRIPT)), 'simnet', 'scenarios');

/** A scenario and what its folder is: files that it names stand there. */
export interface FoundScenario extends ScenarioText {
  readonly dir: string;
}

/**
 * Finds a scenario: a file where it looks like one, else one of those that come with covey.
 *
 * @throws CoveyError `usage` where there is none such
 */
export async function findScenario(given: string | undefined, cwd: string): Promise<FoundScenario> {
  if (given === undefined) return { name: 'default', text: '', file: 'scenario', dir: cwd };
  const isFile = given.includes('/') || given.endsWith('.toml');
  const path = isFile ? resolve(cwd, given) : join(SCENARIOS, `${given}.toml`);
  const text = await readFile(path, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    if (isFile) throw new CoveyError('usage', `${given}: ${reasonOf(error)}`, 'name a scenario or a TOML file');
    const { closest } = await import('../../toml/suggest.js');
    const guess = closest(given, await names());
    const hint = guess === undefined ? 'see `covey sim --list`' : `did you mean ${guess}?`;
    throw new CoveyError('usage', `there is no scenario '${given}'`, hint);
  });
  return { name: basename(path, '.toml'), text, file: isFile ? given : basename(path), dir: dirname(path) };
}

async function names(): Promise<string[]> {
  const files = await readdir(SCENARIOS).catch(() => []);
  return files.flatMap((file) => (file.endsWith('.toml') ? [basename(file, '.toml')] : [])).sort();
}

/** Name and one line of each. */
export async function listScenarios(): Promise<{ readonly name: string; readonly description: string }[]> {
  const { Source } = await import('../../toml/source.js');
  return Promise.all(
    (await names()).map(async (name) => {
      const { text, file } = await findScenario(name, SCENARIOS);
      const { description } = Source.of(text, file).values;
      return { name, description: typeof description === 'string' ? description : '' };
    }),
  );
}

/** A file that will be: held open beside its place, so that what cannot be written is known before the work is done. */
export interface FutureFile {
  readonly path: string;
  /** Writes all of it at once; what stood there before is replaced. */
  write(text: string): Promise<void>;
  /** Leaves nothing behind where nothing was written. */
  abandon(): Promise<void>;
}

/** @throws CoveyError `usage` where nothing can be written there */
export async function reserveFile(given: string, cwd: string, flag: string): Promise<FutureFile> {
  const path = resolve(cwd, given);
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}`);
  const fail = (what: string) =>
    new CoveyError('usage', `${flag}: ${given}: ${what}`, `name another file with ${flag}`);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw fail('it is a directory');
  try {
    if (there) await access(path, 2);
    await (await open(aside, 'wx')).close();
  } catch (error) {
    throw fail(reasonOf(error as NodeJS.ErrnoException));
  }
  return {
    path,
    async write(text) {
      await writeFile(aside, text);
      await rename(aside, path);
    },
    abandon: () => rm(aside, { force: true }),
  };
}

export function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return 'there is no such file or directory';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'it is not allowed';
    case 'ENOTDIR':
      return 'a part of the path is not a directory';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return error.message;
  }
}
