import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CoveyError, type SubmitBody } from '../client/index.js';
import type { Io } from './io.js';
import { defined, option, textUpTo } from './options.js';

/** A function in place of a command. */
export interface FunctionOptions {
  readonly module?: string;
  readonly export?: string;
  readonly args?: { readonly json: unknown };
  /** Its elements are given as what they are, where lines are texts. */
  readonly fromJson?: string;
  readonly upload?: string;
}

export function addFunctionOptions(command: Command): void {
  option(command, '--module <file>', 'call a function of this ES module in place of a command', textUpTo(4096));
  option(command, '--export <name>', 'which one of its exports (default: default)', textUpTo(200));
  option(command, '--args <json>', 'what it is called with; of an array, what it finds in context.args', parseArgs);
}

/**
 * The function that is to be called, if any.
 *
 * @param others - options that only commands have, where they were given
 * @throws CoveyError `usage`
 */
export function functionOf(
  io: Io,
  argv: readonly string[],
  options: FunctionOptions,
  others: Readonly<Record<string, unknown>>,
): SubmitBody['function'] | undefined {
  const { module, export: name, args, fromJson, upload } = options;
  if (module === undefined) {
    const orphan = name !== undefined ? '--export' : args !== undefined ? '--args' : undefined;
    if (orphan === undefined) return undefined;
    throw new CoveyError('usage', `${orphan} is for functions, and there is no --module`, 'write --module file.mjs');
  }
  const given = Object.entries(others).find(([, value]) => value !== undefined);
  const other = argv.length > 0 ? 'a command' : given?.[0];
  if (other !== undefined) throw new CoveyError('usage', `--module and ${other} exclude each other`);
  return {
    // In an upload it is meant from there.
    module: upload === undefined ? resolve(io.cwd, module) : module.replace(/^\.\//, ''),
    ...defined({ export: name, items: fromJson === undefined ? undefined : ('json' as const) }),
    ...(args ? { args: args.json } : {}),
  };
}

/** @throws CoveyError `usage`, with the place */
function parseArgs(text: string): { readonly json: unknown } {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch (error) {
    const { message } = error as Error;
    const where = /position \d+/.test(message) ? message : `${message} at position ${text.length}`;
    throw new CoveyError('usage', `this is no JSON: ${where}`, `write it in quotes, as in --args '{"width": 3}'`);
  }
}
