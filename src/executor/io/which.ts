import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** How long a place is believed: a program that moves is then looked for again. */
const BELIEVED_MS = 1_000;

/** Names remembered at one time. */
const NAMES_MAX = 1_000;

/**
 * Finds programs as execvp(3) does, and remembers where: shells start a program named by its path a third faster than one
 * that they must look for themselves.
 */
export class Programs {
  readonly #places = new Map<string, { readonly path: string | undefined; readonly untilMs: number }>();

  /** The path of a bare name; undefined where it is not found, has a slash already, or depends on the directory. */
  find(name: string, searchPath: string, nowMs: number): string | undefined {
    if (name.includes('/')) return undefined;
    const key = `${searchPath}\0${name}`;
    const known = this.#places.get(key);
    if (known && known.untilMs > nowMs) return known.path;
    if (this.#places.size >= NAMES_MAX) this.#places.clear();
    const dirs = searchPath.split(':');
    const isAbsolute = dirs.every((dir) => dir.startsWith('/'));
    const path = isAbsolute ? dirs.map((dir) => join(dir, name)).find(isProgram) : undefined;
    this.#places.set(key, { path, untilMs: nowMs + BELIEVED_MS });
    return path;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
