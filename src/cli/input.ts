import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { CoveyError } from '../kernel/errors.js';
import { readJson } from '../toml/json.js';
import type { Io } from './io.js';

/**
 * The bytes of a file, or of standard input for `-`.
 *
 * @throws CoveyError `usage` where it cannot be read or has more than `bytesMax`
 */
export async function readInput(flag: string, name: string, bytesMax: number, io: Io): Promise<Buffer> {
  const source: Readable = name === '-' ? io.stdin : createReadStream(resolve(io.cwd, name));
  const called = name === '-' ? 'standard input' : name;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of source) {
      const bytes = Buffer.from(chunk as Uint8Array);
      size += bytes.length;
      if (size > bytesMax) throw new CoveyError('usage', `${flag}: ${called} has more than ${bytesMax} bytes`);
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof CoveyError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new CoveyError('usage', `${flag}: ${called} cannot be read: ${why}`);
  }
  return Buffer.concat(chunks, size);
}

/**
 * The elements of a JSON array, each a JSON text of its own on one line.
 *
 * @throws CoveyError `usage`, with line and column, unless it is such an array of 1..`max` elements
 */
export function elementsOf(flag: string, bytes: Uint8Array, max: number): string[] {
  const json = readJson(textOf(flag, bytes));
  if ('what' in json) {
    throw new CoveyError('usage', `${flag}: line ${json.line}, column ${json.column} is not JSON: ${json.what}`);
  }
  const { value } = json;
  if (!Array.isArray(value) || value.length === 0) {
    throw new CoveyError(
      'usage',
      `${flag}: this is no array with elements`,
      'write [{"n": 1}, {"n": 2}]: one task each',
    );
  }
  if (value.length > max) {
    throw new CoveyError('usage', `${flag}: there are ${value.length} elements`, `a job has at most ${max} tasks`);
  }
  return value.map((element) => JSON.stringify(element));
}

/**
 * The lines of a text, empty ones too, so that line and index stay in step; a newline at the very end begins no line.
 *
 * @throws CoveyError `usage` unless it is UTF-8 text with 1..`linesMax` lines
 */
export function linesOf(flag: string, bytes: Uint8Array, linesMax: number): readonly string[] {
  const text = textOf(flag, bytes);
  if (text === '') throw new CoveyError('usage', `${flag}: there is no line`, 'each line makes a task');
  if (text.includes('\0')) throw new CoveyError('usage', `${flag}: a line contains a NUL byte`);
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (lines.length > linesMax) {
    throw new CoveyError('usage', `${flag}: there are ${lines.length} lines`, `a job has at most ${linesMax} tasks`);
  }
  return lines;
}

function textOf(flag: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CoveyError('usage', `${flag}: this is not UTF-8 text`);
  }
}
