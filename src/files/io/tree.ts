import { lstatSync, type Dirent } from 'node:fs';
import { mkdir, readdir, readFile, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import ignore from 'ignore';
import picomatch from 'picomatch';
import { CoveyError } from '../../kernel/errors.js';
import { inLanes } from './lanes.js';
import { FILES_MAX, linkProblem, type LinkEntry, type Manifest } from '../manifest.js';

/** Which files an upload leaves out: in the manner of .gitignore, at its top. */
const IGNORE_FILE = '.coveyignore';

/** A file that was found. */
export interface Found {
  readonly path: string;
  readonly bytes: number;
  readonly executable: boolean;
  /** Tell one version of it from another. */
  readonly mtimeMs: number;
  readonly ino: number;
}

export interface Tree {
  readonly files: readonly Found[];
  readonly links: readonly LinkEntry[];
}

/**
 * The files under a directory that are wanted. What is neither a file, a link nor a directory is passed over.
 *
 * @param wants - of a path; of a directory's it is asked with a slash at its end
 * @throws CoveyError `usage` where a wanted link leads out of the directory, or a file cannot be read; `too-large`
 */
export async function readTree(dir: string, wants: (path: string) => boolean): Promise<Tree> {
  const files: Found[] = [];
  const links: LinkEntry[] = [];
  const walk = async (under: string): Promise<void> => {
    for (const one of await listed(join(dir, under), under)) {
      const path = under === '' ? one.name : `${under}/${one.name}`;
      if (!wants(one.isDirectory() ? `${path}/` : path)) continue;
      if (one.isDirectory()) await walk(path);
      else if (one.isSymbolicLink()) links.push(await linkAt(dir, path));
      else if (one.isFile()) files.push(foundAt(dir, path));
      if (files.length + links.length > FILES_MAX) {
        throw new CoveyError('too-large', `${dir} has more than ${FILES_MAX} files`, `name some in ${IGNORE_FILE}`);
      }
    }
  };
  await walk('');
  return { files, links };
}

/** What an upload of a directory takes: all but .git, the ignore file, and what that names. */
export async function uploaded(dir: string): Promise<(path: string) => boolean> {
  const text = await readFile(join(dir, IGNORE_FILE), 'utf8').catch(() => '');
  const ignored = ignore()
    .add(['.git/', `/${IGNORE_FILE}`])
    .add(text);
  return (path) => !ignored.ignores(path);
}

/** What any of these globs names; directories are entered where any of them can match below. */
export function matching(globs: readonly string[]): (path: string) => boolean {
  const isMatch = picomatch([...globs], { dot: true });
  const leads = globs.map(leading);
  return (path) => (path.endsWith('/') ? leads.some((may) => may(path.slice(0, -1))) : isMatch(path));
}

/** Whether a glob may name anything below a directory: as far as its parts, one for each level, tell. */
function leading(glob: string): (dir: string) => boolean {
  const parts = glob.replace(/^(\.\/)+/, '').split('/');
  // What has a slash within braces, say, has no such parts.
  if (/[!{}()\\]/.test(glob) || parts.includes('')) return () => true;
  const tests = parts.map((part) => (part.includes('**') ? undefined : picomatch(part, { dot: true })));
  const any = tests.indexOf(undefined);
  const depth = any < 0 ? parts.length - 1 : Infinity;
  return (dir) => {
    const names = dir.split('/');
    return names.length <= depth && names.slice(0, any < 0 ? depth : any).every((name, i) => tests[i]?.(name) === true);
  };
}

/**
 * Makes the files of a tree under a directory.
 *
 * @param copy - writes the blob `hash` to a path that is not there yet
 */
export async function writeTree(
  dir: string,
  { files, links }: Manifest,
  copy: (hash: string, to: string, mode: number) => Promise<void>,
): Promise<void> {
  const dirs = new Set([...files, ...links].map(({ path }) => dirname(path)));
  for (const one of dirs) await mkdir(join(dir, one), { recursive: true });
  await inLanes(files, COPIES_AT_A_TIME, ({ hash, path, executable }) =>
    copy(hash, join(dir, path), executable ? 0o755 : 0o644),
  );
  for (const { path, target } of links) await symlink(target, join(dir, path));
}

const COPIES_AT_A_TIME = 8;

async function listed(dir: string, under: string): Promise<Dirent[]> {
  try {
    const found = await readdir(dir, { withFileTypes: true });
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (under === '' && code === 'ENOENT') throw new CoveyError('usage', `${dir} does not exist`);
    if (under === '' && code === 'ENOTDIR') throw new CoveyError('usage', `${dir} is no directory`);
    throw new CoveyError('usage', `${dir} cannot be read: ${message}`, `name it in ${IGNORE_FILE}`);
  }
}

function foundAt(dir: string, path: string): Found {
  const { size, mode, mtimeMs, ino } = lstatSync(join(dir, path));
  return { path, bytes: size, executable: (mode & 0o100) !== 0, mtimeMs, ino };
}

async function linkAt(dir: string, path: string): Promise<LinkEntry> {
  const target = await readlink(join(dir, path));
  const problem = linkProblem(path, target);
  if (problem !== undefined) throw new CoveyError('usage', `${path} ${problem}`, `name it in ${IGNORE_FILE}`);
  return { path, target };
}
