import type { Command } from 'commander';
import type { Flock } from '../client/index.js';
import type { Globals } from './globals.js';
import type { Io } from './io.js';
import type { Lifetime } from './lifetime.js';
import type { Out } from './out.js';

/** What a command has at hand. */
export interface Context {
  readonly io: Io;
  readonly life: Lifetime;
  readonly globals: Globals;
  readonly out: Out;
  /** The flock that the global options name; always the same object. */
  readonly flock: () => Flock;
  /** `covey` itself, with every command that the help lists. */
  readonly program: () => Promise<Command>;
}

/** One command: a file in commands/, loaded only when it is asked for. */
export interface CliCommand<Options = object> {
  /** Adds arguments, options and examples. */
  define(command: Command): void;
  /** @returns the exit code */
  run(context: Context, args: readonly string[], options: Options): Promise<number>;
  /** Commands within this one, by the word that stands in the place of its argument. */
  readonly parts?: Readonly<Record<string, CommandPart>>;
}

export interface CommandPart {
  readonly summary: string;
  readonly command: CliCommand;
}

/** Ends a command's help with commands that can be typed as they stand. */
export function examples(command: Command, ...lines: readonly (readonly [line: string, says: string])[]): void {
  const width = Math.max(...lines.map(([line]) => line.length));
  const text = lines.map(([line, says]) => `  ${line.padEnd(width)}   ${says}`).join('\n');
  command.addHelpText('after', `\nExamples:\n${text}`);
}
