import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What was found in a store that nobody holds open. */
export interface Verdict {
  readonly kind: 'absent' | 'sound' | 'broken';
  /** Why it is broken. */
  readonly reason?: string;
  /** What stands under the format key. */
  readonly format?: string;
  /** Keys that do not fit their own checksums: whatever they were, nobody knows. Hexadecimal. */
  readonly badKeys: readonly string[];
}

/**
 * Walks the whole map; `$1` is the lmdb package, `$2` the directory, `$3` the format key. A damaged page may lead anywhere,
 * also out of the file, which kills the process. That keys rise and are as many as the tree says shows most of the rest.
 */
const SCRIPT = `
const [lmdb, path, formatKey] = process.argv.slice(1);
const { crc32 } = require('node:zlib');
const options = { path, noSubdir: false, encoding: 'binary', keyEncoding: 'binary', maxDbs: 1, readOnly: true };
const db = require(lmdb).open(options);
const format = db.get(Buffer.from(formatKey));
const badKeys = [];
let [count, last] = [0, undefined];
for (const { key, value } of db.getRange({ start: Buffer.of(0) })) {
  if (last !== undefined && Buffer.compare(last, key) >= 0) throw new Error('its keys are not in order');
  last = Buffer.from(key);
  count += 1;
  const isSealed = format !== undefined && last.toString() !== formatKey;
  if (isSealed && (value.length < 8 || value.readUInt32LE(0) !== crc32(key))) badKeys.push(last.toString('hex'));
}
const { entryCount } = db.getStats();
if (count !== entryCount) throw new Error('it holds ' + count + ' entries of ' + entryCount);
console.log(JSON.stringify({ kind: 'sound', format: format && format.toString(), badKeys }));
`;

const WALK_MS_MAX = 120_000;
const OUTPUT_BYTES_MAX = 64 * 2 ** 20;

/**
 * Reads all of a store in a process of its own, which may die of it.
 *
 * @param path - of the store's directory
 */
export function verifyStore(path: string, formatKey: string): Promise<Verdict> {
  const file = join(path, 'data.mdb');
  if (!existsSync(file)) return Promise.resolve({ kind: 'absent', badKeys: [] });
  // LMDB takes an empty file for a new one.
  if (statSync(file).size === 0) return Promise.resolve(broken('its file is empty'));
  const lmdb = createRequire(import.meta.url).resolve('lmdb');
  const options = { timeout: WALK_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX, killSignal: 'SIGKILL' as const };
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', SCRIPT, lmdb, path, formatKey], options, (error, stdout, stderr) => {
      if (error === null) return resolve(JSON.parse(stdout) as Verdict);
      const said = /Error: (.*)/.exec(stderr)?.[1];
      const how = typeof error.signal !== 'string' ? (said ?? error.message) : `reading it ends in ${error.signal}`;
      resolve(broken(how));
    });
  });
}

function broken(reason: string): Verdict {
  return { kind: 'broken', reason, badKeys: [] };
}
