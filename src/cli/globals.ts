import type { Command } from 'commander';

/** Options that every command takes, before or after its name. */
export interface Globals {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly debug: boolean;
  readonly addr: string | undefined;
  readonly data: string | undefined;
}

type Given = Partial<Globals>;

export function addGlobals(command: Command): void {
  command
    .optionsGroup('Global options:')
    .option('--json', 'one JSON object, or one a line for lists and streams')
    .option('-q, --quiet', 'print ids only')
    .option('--no-color', 'no colours')
    .option('--addr <addr>', 'the daemon to speak to: a socket path or http://HOST:PORT (COVEY_ADDR)')
    .option('--data <dir>', 'data directory of the daemon (COVEY_DATA, default ~/.covey)')
    .option('--debug', 'print stack traces');
}

/** A command's own options come before those of the command around it, and those before `covey`'s. */
export function readGlobals(program: Command, command: Command): Globals {
  const given = [command.opts<Given>()];
  for (let outer = command; outer !== program && outer.parent; outer = outer.parent) given.push(outer.parent.opts());
  const either = (name: 'json' | 'quiet' | 'debug') => given.some((options) => options[name] === true);
  return {
    json: either('json'),
    quiet: either('quiet'),
    debug: either('debug'),
    color: given.every(({ color }) => color !== false),
    addr: given.find(({ addr }) => addr !== undefined)?.addr,
    data: given.find(({ data }) => data !== undefined)?.data,
  };
}
