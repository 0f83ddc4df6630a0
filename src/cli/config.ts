import type { Command, Option } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CoveyError } from '../client/index.js';
import { Section, shown, wrong } from '../toml/section.js';
import { Source } from '../toml/source.js';
import type { Globals } from './globals.js';
import type { Io } from './io.js';

type Env = Io['env'];

type Parse = (text: string, before: unknown) => unknown;

/** Options that are of no use in a file: they are about one run of a command. */
const NOT_KEPT = new Set(['help', 'json', 'quiet', 'color', 'debug', 'addr', 'data', 'exit-with-parent', 'dry-run']);

interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** What is set in the file of settings: for all commands, and for each by its name. */
export class Config {
  readonly #section: Section | undefined;

  private constructor(
    /** Where it is, or would be. */
    readonly path: string,
    section: Section | undefined,
  ) {
    this.#section = section;
  }

  /**
   * Reads COVEY_CONFIG, or covey/config.toml in the user's directory of settings where that is there.
   *
   * @throws CoveyError `usage` for what is no TOML, with line and column
   */
  static load({ env, cwd }: Io): Config {
    const named = env['COVEY_CONFIG'] ?? '';
    const home = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config');
    const path = named === '' ? join(home, 'covey', 'config.toml') : resolve(cwd, named);
    if (named === '' && (env['HOME'] === undefined || !existsSync(path))) return new Config(path, undefined);
    try {
      return new Config(path, new Section(Source.of(readFileSync(path, 'utf8'), path)));
    } catch (error) {
      if (error instanceof CoveyError) throw error;
      throw new CoveyError('usage', `COVEY_CONFIG: ${path} cannot be read: ${(error as Error).message}`);
    }
  }

  get isThere(): boolean {
    return this.#section !== undefined;
  }

  /** Where a setting stands, as `config.toml:3`. */
  at(...path: readonly string[]): string {
    return this.#section?.source.at(path) ?? this.path;
  }

  /** What the file says for all commands, where neither the command line nor the environment does. */
  globals(given: Globals, env: Env): Globals {
    const { addr, data } = this.#places();
    const isSaid = given.addr !== undefined || given.data !== undefined || isSet(env, 'COVEY_ADDR', 'COVEY_DATA');
    return {
      ...given,
      addr: given.addr ?? (isSaid ? undefined : addr),
      data: given.data ?? (isSet(env, 'COVEY_DATA') ? undefined : data),
    };
  }

  /** Sets the options that were not given on the command line. @throws CoveyError with file and line */
  apply(command: Command): void {
    const section = this.#section?.section(command.name());
    if (!section) return;
    for (const option of kept(command)) {
      const value = section.read(nameOf(option), (found) => valueOf(option, found));
      const source = command.getOptionValueSource(option.attributeName());
      if (value === undefined || (source !== undefined && source !== 'default')) continue;
      command.setOptionValueWithSource(option.attributeName(), value, 'config');
    }
    section.end();
  }

  /** Every setting of the file, by its names. @throws CoveyError for one that nobody knows */
  settings(commands: readonly Command[]): Setting[] {
    const section = this.#section;
    if (!section) return [];
    const found = Object.entries(this.#places()).map(([name, value]): Setting => ({ path: [name], value }));
    for (const command of commands) {
      this.apply(command);
      const table = (section.source.values[command.name()] ?? {}) as Readonly<Record<string, unknown>>;
      for (const [name, value] of Object.entries(table)) found.push({ path: [command.name(), name], value });
    }
    section.end();
    return found.filter(({ value }) => value !== undefined);
  }

  #places(): { readonly addr: string | undefined; readonly data: string | undefined } {
    return { addr: this.#section?.text('addr'), data: this.#section?.text('data') };
  }
}

/** Options of a command that a file may set. */
function kept(command: Command): Option[] {
  return command.options.filter((option) => !NOT_KEPT.has(nameOf(option)));
}

function nameOf({ long }: Option): string {
  return (long ?? '').replace(/^--(no-)?/, '');
}

/** A value as the option reads it from the command line. */
function valueOf(option: Option, value: unknown): unknown {
  if (!option.required && !option.optional) {
    if (typeof value === 'boolean') return value;
    throw wrong(`${shown(value)} is neither`, 'write true or false');
  }
  const texts = [value].flat().map((one: unknown) => {
    if (typeof one === 'string' || typeof one === 'number') return String(one);
    throw wrong(`${shown(one)} is neither a text nor a number`);
  });
  if (option.variadic) return texts;
  if (option.argChoices?.includes(texts[0] ?? '') === false) {
    throw wrong(`${shown(value)} is none of them`, `there is ${option.argChoices.join(', ')}`);
  }
  const parse = option.parseArg as Parse | undefined;
  return parse ? texts.reduce<unknown>((read, text) => parse(text, read), undefined) : texts.at(-1);
}

function isSet(env: Env, ...names: readonly string[]): boolean {
  return names.some((name) => (env[name] ?? '') !== '');
}
