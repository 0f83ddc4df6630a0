import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every regular file below `dir`, sorted. Links are not followed. */
export function filesBelow(dir) {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const unfit = files.find((file) => file.includes('\n'));
  if (unfit !== undefined) throw new Error(`a line cannot hold ${JSON.stringify(unfit)}`);
  return files;
}

/** The SHA-256 of each file, in hexadecimal, computed here. */
export function digestsOf(files) {
  return files.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex'));
}

/** A command that prints the SHA-256 of the file `{}` as its first word. */
export function digestCommand() {
  const known = [
    ['sha256sum', '--'],
    ['shasum', '-a', '256', '--'],
  ];
  const found = known.find(([program]) => spawnSync(program, ['--version']).status === 0);
  const script = `
    const { createHash } = require('node:crypto');
    console.log(createHash('sha256').update(require('node:fs').readFileSync(process.argv[1])).digest('hex'));`;
  return [...(found ?? [process.execPath, '-e', script]), '{}'];
}

/** The digest in what the command printed; a backslash before it says that the name after it is escaped. */
export function digestIn(output) {
  return /^\\?([0-9a-f]{64})\b/.exec(output)?.[1];
}
