import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SubmitBody } from '../api/schema.js';
import { CoveyError } from '../kernel/errors.js';
import type { FunctionRef, MapOptions } from './map.js';

/**
 * The submission of a map.
 *
 * @throws CoveyError `usage` for an item that JSON cannot hold
 */
export function callBody(callee: FunctionRef, items: Iterable<unknown>, options: MapOptions): SubmitBody {
  const { args, ...others } = options;
  delete others.idempotencyKey;
  delete others.signal;
  const { module, export: name } = callee;
  const isUrl = module instanceof URL || module.startsWith('file:');
  return {
    cwd: process.cwd(),
    ...others,
    function: {
      module: isUrl ? fileURLToPath(module) : resolve(module),
      items: 'json',
      ...(name === undefined ? {} : { export: name }),
      ...(args === undefined ? {} : { args }),
    },
    tasks: { kind: 'lines', lines: Array.from(items, lineOf) },
  };
}

function lineOf(item: unknown, index: number): string {
  let line: string | undefined;
  try {
    line = JSON.stringify(item);
  } catch (error) {
    throw new CoveyError('usage', `item ${index} cannot be written as JSON: ${(error as Error).message}`);
  }
  if (line === undefined) throw new CoveyError('usage', `item ${index} is ${typeof item}, which JSON cannot hold`);
  return line;
}
