import type { Command, Option } from 'commander';

/** What stands at a place of the command line: some of these words, an id that the daemon knows, or anything. */
export type Values = readonly string[] | 'jobs' | 'nodes' | 'anything';

export interface OptionWords {
  readonly short: string | undefined;
  readonly long: string;
  readonly says: string;
  /** Undefined for an option that takes no value. */
  readonly values: Values | undefined;
}

export interface CommandWords {
  readonly name: string;
  readonly says: string;
  readonly options: readonly OptionWords[];
  readonly operands: Values;
}

/** All that can be typed after `covey`, read off the program itself. */
export function wordsOf(program: Command): readonly CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    says: command.summary(),
    options: command.options.filter(({ hidden }) => !hidden).flatMap(optionWords),
    operands: operandsOf(command),
  }));
}

function optionWords(option: Option): readonly OptionWords[] {
  const { short, long, description, argChoices } = option;
  if (long === undefined || long === null) return [];
  const takesValue = option.required || option.optional;
  return [{ short, long, says: description, values: takesValue ? (argChoices ?? 'anything') : undefined }];
}

function operandsOf(command: Command): Values {
  // Of a command with parts, as sim has: anything else after it is a file, which the shell completes.
  if (command.commands.length > 0) return command.commands.map((part) => part.name());
  const [first] = command.registeredArguments;
  if (first === undefined) return [];
  if (first.argChoices) return first.argChoices;
  if (/^(id|task|job)s?$/.test(first.name())) return 'jobs';
  return first.name() === 'node' ? 'nodes' : 'anything';
}
