import type { Command } from 'commander';
import { CoveyError } from '../kernel/errors.js';

/** Adds an option whose value is read at once; what it refuses is said with the option's name. */
export function option<T>(command: Command, flags: string, says: string, read: (text: string) => T): void {
  command.option(flags, says, (text: string) => named(flags, () => read(text)));
}

/** An option that may be given several times; what was read is kept in order. */
export function repeated<T>(command: Command, flags: string, says: string, read: (text: string) => T): void {
  command.option(flags, says, (text: string, before: readonly T[] | undefined) => [
    ...(before ?? []),
    named(flags, () => read(text)),
  ]);
}

function named<T>(flags: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CoveyError)) throw error;
    const flag = /--[a-z-]+/.exec(flags)?.[0] ?? flags;
    throw new CoveyError(error.code, `${flag}: ${error.message}`, error.hint);
  }
}

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const n = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (!(n >= min && n <= max)) {
      throw new CoveyError('usage', `${JSON.stringify(text)} is not a whole number from ${min} to ${max}`);
    }
    return n;
  };
}

/** A number that may have a fraction, within bounds. */
export function amountUpTo(max: number, options: { readonly above?: number } = {}): (text: string) => number {
  const { above } = options;
  return (text) => {
    const n = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (!(n <= max && (above === undefined || n > above))) {
      const from = above === undefined ? '0' : `more than ${above}`;
      throw new CoveyError('usage', `${JSON.stringify(text)} is not a number from ${from} to ${max}`);
    }
    return n;
  };
}

/** A text that says something, of at most so many characters. */
export function textUpTo(max: number): (text: string) => string {
  return (text) => {
    if (text === '') throw new CoveyError('usage', 'it is empty', 'leave the option out, or give it a value');
    // What an unquoted variable that is empty leaves: `--id $KEY -- …` would have one key for every such command.
    if (text === '--')
      throw new CoveyError('usage', '-- stands where its value should', 'give it a value before the --');
    if (text.length > max)
      throw new CoveyError('usage', `it has ${text.length} characters`, `at most ${max} are taken`);
    return text;
  };
}

export type Pair = readonly [name: string, value: string];

/** `NAME=VALUE`. */
export function pair(text: string): Pair {
  const at = text.indexOf('=');
  if (at <= 0) throw new CoveyError('usage', `${JSON.stringify(text)} is not NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** `NAME=AMOUNT`. */
export function countable(text: string): readonly [name: string, amount: number] {
  const [name, value] = pair(text);
  return [name, amountUpTo(1e15)(value)];
}

export interface ResourceOptions {
  readonly cpus?: number;
  readonly mem?: number;
  readonly gpus?: number;
  readonly resource?: readonly (readonly [name: string, amount: number])[];
}

export const CPUS_MAX = 100_000;

/** The object without the keys that hold undefined. */
export function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
