import { CoveyError } from '../kernel/errors.js';
import { compareText } from '../kernel/ids.js';

/** Files of one tree, an upload's or an output's. */
export const FILES_MAX = 100_000;
const PATH_MAX = 4096;

const HASH = /^[0-9a-f]{64}$/;

/** A regular file. */
export interface FileEntry {
  readonly path: string;
  /** Whether its owner may execute it. */
  readonly executable: boolean;
  readonly bytes: number;
  /** SHA-256 of what it holds, in hexadecimal. */
  readonly hash: string;
}

/** A symbolic link that stays within its tree. */
export interface LinkEntry {
  readonly path: string;
  readonly target: string;
}

/** The files of a tree: what stands in a blob of its own, whose hash names the tree. */
export interface Manifest {
  readonly files: readonly FileEntry[];
  readonly links: readonly LinkEntry[];
}

export function isHash(text: unknown): boolean {
  return typeof text === 'string' && HASH.test(text);
}

/** As JSON. The same files make the same text, in whatever order they were found. */
export function encodeManifest({ files, links }: Manifest): string {
  const byPath = (a: { readonly path: string }, b: { readonly path: string }) => compareText(a.path, b.path);
  return JSON.stringify({ files: files.toSorted(byPath), links: links.toSorted(byPath) });
}

/** @throws CoveyError `usage` where that is no manifest, or names what lies outside of its tree */
export function decodeManifest(text: string): Manifest {
  const value = parsed(text);
  const { files, links } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (!isListOf<FileEntry>(files, isFile) || !isListOf<LinkEntry>(links, isLink))
    throw new CoveyError('usage', 'this is no list of files');
  const paths = new Set([...files, ...links].map(({ path }) => path));
  if (paths.size < files.length + links.length) throw new CoveyError('usage', 'a list of files has a path twice');
  for (const path of paths) refuse(path, pathProblem(path));
  for (const { path, target } of links) refuse(path, linkProblem(path, target));
  // What lies under a link would be written to wherever that leads.
  for (const path of paths) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      if (paths.has(path.slice(0, at))) refuse(path, 'lies in a file or link');
    }
  }
  return { files, links };
}

/** All blobs that a tree is of, each once. */
export function hashesOf({ files }: Manifest): string[] {
  return [...new Set(files.map(({ hash }) => hash))];
}

/** Why a path is none of a tree's; undefined where it is. */
export function pathProblem(path: string): string | undefined {
  if (path === '' || path.includes('\0')) return 'is no path';
  if (path.startsWith('/')) return 'is no relative path';
  const parts = path.split('/');
  if (parts.includes('..')) return 'leads out of its directory';
  return parts.some((part) => part === '' || part === '.') ? 'is not written in full' : undefined;
}

/**
 * Why a link is none that may stand in a tree. What a target goes up after it went down may start from wherever another
 * link led to, so it goes up only at its beginning, where all directories are the tree's own.
 *
 * @param path - of the link itself
 */
export function linkProblem(path: string, target: string): string | undefined {
  if (target.startsWith('/')) return `is a link to ${target}, out of its directory`;
  let depth = path.split('/').length - 1;
  let hasGoneDown = false;
  for (const part of target.split('/')) {
    if (part === '..' && hasGoneDown) return `is a link to ${target}, which goes up after it went down`;
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') hasGoneDown = true;
    if (depth < 0) return `is a link to ${target}, out of its directory`;
  }
  return undefined;
}

/** Why a glob is none that outputs may be named by. */
export function globProblem(glob: string): string | undefined {
  if (glob.trim() === '' || glob.includes('\0')) return 'names no files';
  if (glob.startsWith('/')) return "is no path within the task's directory";
  return glob.split('/').includes('..') ? "leads out of the task's directory" : undefined;
}

function refuse(path: string, problem: string | undefined): void {
  if (problem !== undefined) throw new CoveyError('usage', `${JSON.stringify(path)} ${problem}`);
}

function isListOf<T>(value: unknown, is: (one: Record<string, unknown>) => boolean): value is readonly T[] {
  if (!Array.isArray(value) || value.length > FILES_MAX) return false;
  return value.every((one: unknown) => typeof one === 'object' && one !== null && is(one as Record<string, unknown>));
}

const isFile = ({ path, executable, bytes, hash }: Record<string, unknown>): boolean =>
  isPath(path) && typeof executable === 'boolean' && Number.isSafeInteger(bytes) && Number(bytes) >= 0 && isHash(hash);

const isLink = ({ path, target }: Record<string, unknown>): boolean => isPath(path) && isPath(target);

function isPath(path: unknown): path is string {
  return typeof path === 'string' && path.length <= PATH_MAX;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
