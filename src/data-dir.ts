import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CoveyError } from './kernel/errors.js';

/**
 * Makes a data directory, with whatever it lies in, where it is missing; mode 0700.
 *
 * @throws CoveyError `usage` where that cannot be
 */
export function makeDataDir(dir: string): void {
  try {
    // One by one: mkdir's own `recursive` never ends where a parent is there and takes no directory, as in /proc.
    for (const missing of missingOf(resolve(dir))) mkdirSync(missing, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(dir, (error as Error).message);
  }
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) throw unusable(dir, 'it is no directory');
}

/** The outermost first. */
function missingOf(dir: string): string[] {
  if (existsSync(dir)) return [];
  return dirname(dir) === dir ? [dir] : [...missingOf(dirname(dir)), dir];
}

function unusable(dir: string, why: string): CoveyError {
  return new CoveyError('usage', `data directory ${dir} cannot be used: ${why}`, 'choose another with --data');
}
