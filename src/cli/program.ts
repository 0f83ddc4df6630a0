import { Command, CommanderError } from 'commander';
import { VERSION } from '../install.js';
import { connect, CoveyError, type Flock } from '../client/index.js';
import type { CliCommand, Context } from './command.js';
import { Config } from './config.js';
import { asCoveyError, errorLine, EXIT, exitCodeOf } from './exit.js';
import { addGlobals, readGlobals, type Globals } from './globals.js';
import type { Io } from './io.js';
import type { Lifetime } from './lifetime.js';
import { Out } from './out.js';

interface Entry {
  readonly summary: string;
  /** Asked for by scripts only: the help leaves it out. */
  readonly isHidden?: true;
  load(): Promise<{ readonly default: CliCommand }>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  up: { summary: 'run the daemon', load: () => import('./commands/up.js') },
  dev: { summary: 'run a local flock of several daemons', load: () => import('./commands/dev.js') },
  run: { summary: 'run a command somewhere and show its output', load: () => import('./commands/run.js') },
  submit: { summary: 'submit a job and print its id', load: () => import('./commands/submit.js') },
  ls: { summary: 'list jobs, newest first', load: () => import('./commands/ls.js') },
  history: { summary: 'list tasks that have ended, as CSV too', load: () => import('./commands/history.js') },
  show: { summary: 'show a job and its tasks, or one task', load: () => import('./commands/show.js') },
  logs: { summary: 'print what tasks have written', load: () => import('./commands/logs.js') },
  result: {
    summary: 'print what functions have returned, fetch the files that tasks left',
    load: () => import('./commands/result.js'),
  },
  wait: { summary: 'wait until jobs have ended', load: () => import('./commands/wait.js') },
  cancel: { summary: 'end jobs or tasks', load: () => import('./commands/cancel.js') },
  abandon: {
    summary: 'end jobs of which most replicas are dead for good',
    load: () => import('./commands/abandon.js'),
  },
  hold: { summary: 'have nothing more of jobs start', load: () => import('./commands/hold.js') },
  release: { summary: 'let jobs that are held go on', load: () => import('./commands/release.js') },
  update: { summary: 'change limits of jobs that go on', load: () => import('./commands/update.js') },
  retry: { summary: 'run tasks that have ended once more', load: () => import('./commands/retry.js') },
  explain: { summary: 'say why a task is where it is', load: () => import('./commands/explain.js') },
  nodes: { summary: 'list the members of the flock', load: () => import('./commands/nodes.js') },
  top: { summary: 'watch nodes and what goes on', load: () => import('./commands/top.js') },
  queue: { summary: 'set, list and remove queues of the flock', load: () => import('./commands/queue.js') },
  ring: { summary: 'say who would hold and run a key', load: () => import('./commands/ring.js') },
  doctor: { summary: 'check this node and say what is wrong', load: () => import('./commands/doctor.js') },
  drain: { summary: 'have a node take no work and hold nothing any more', load: () => import('./commands/drain.js') },
  leave: { summary: 'hand work over and stop the daemon', load: () => import('./commands/leave.js') },
  sim: { summary: 'simulate a flock: what would happen if', load: () => import('./commands/sim.js') },
  config: { summary: 'print what is set, and where', load: () => import('./commands/config.js') },
  keys: { summary: 'make a key for a cluster', load: () => import('./commands/keys.js') },
  completion: {
    summary: 'print a script by which a shell completes command lines',
    load: () => import('./commands/completion.js'),
  },
  notice: { summary: 'tell of the end of a job', isHidden: true, load: () => import('./commands/notice.js') },
  complete: { summary: 'list ids to complete with', isHidden: true, load: () => import('./commands/complete.js') },
  version: { summary: 'print versions', load: () => import('./commands/version.js') },
};

/**
 * Runs one command line; prints its error, if any.
 *
 * @returns the exit code
 */
export async function execute(words: readonly string[], io: Io, life: Lifetime): Promise<number> {
  const argv = isAboutHelp(words) ? ['--help'] : words;
  let name = '';
  try {
    const { program, chosen } = await buildProgram(argv, io, (command, module) => {
      name = command.name();
      const config = Config.load(io);
      const globals = config.globals(readGlobals(program, command), io.env);
      if (command.parent === program) config.apply(command);
      return module.run(contextOf(io, life, globals), command.args, command.opts());
    });
    await program.parseAsync(argv, { from: 'user' });
    return chosen.code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') {
      await life.readerGone();
      return EXIT.ok;
    }
    return report(error, argv, io, name);
  } finally {
    await life.close();
  }
}

/** `covey help help`, `covey help --help`: help on `help` is the help that there is. */
function isAboutHelp([first, ...rest]: readonly string[]): boolean {
  return first === 'help' && rest.every((word) => ['help', '-h', '--help'].includes(word));
}

type Runner = (command: Command, module: CliCommand) => Promise<number>;

/** The program with every command loaded, for whoever describes it. */
async function whole(): Promise<Command> {
  const program = new Command('covey').enablePositionalOptions();
  addGlobals(program);
  for (const [name, entry] of Object.entries(COMMANDS)) {
    if (entry.isHidden === true) continue;
    const command = program.command(name).summary(entry.summary);
    const { default: module } = await entry.load();
    module.define(command);
    addGlobals(command);
    for (const [part, { summary }] of Object.entries(module.parts ?? {})) command.command(part).summary(summary);
  }
  return program;
}

/**
 * The program for one command line: only the command that is asked for is loaded, the others are names in the help.
 *
 * @param run - called once the line has been parsed
 */
export async function buildProgram(argv: readonly string[], io: Io, run: Runner) {
  const program = new Command('covey');
  const chosen: { code: number } = { code: EXIT.ok };
  program
    .description('A masterless task scheduler: the same daemon on every machine, hand any of them a task.')
    .usage('[options] COMMAND …')
    .version(VERSION, '-V, --version', 'print the version')
    .exitOverride()
    .enablePositionalOptions()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => undefined,
    });
  addGlobals(program);
  const commands = new Map<string, Command>();
  for (const [name, { summary, isHidden }] of Object.entries(COMMANDS)) {
    const command = program.command(name, { hidden: isHidden === true });
    commands.set(name, command.summary(summary).description(sentence(summary)));
  }
  const { operands } = program.parseOptions([...argv]);
  const wanted = operands[0] === 'help' ? operands[1] : operands[0];
  const command = commands.get(wanted ?? '');
  if (operands[0] === 'help' && wanted !== undefined && command === undefined) {
    throw new CoveyError('usage', `unknown command '${wanted}'`, 'see `covey --help`');
  }
  if (wanted !== undefined && command !== undefined) {
    const module = (await COMMANDS[wanted]?.load())?.default;
    module?.define(command);
    addGlobals(command);
    command.action(async () => {
      if (module) chosen.code = await run(command, module);
    });
    for (const [name, { summary, command: part }] of Object.entries(module?.parts ?? {})) {
      const inner = command.command(name).summary(summary);
      part.define(inner);
      addGlobals(inner);
      inner.action(async () => void (chosen.code = await run(inner, part)));
    }
  }
  return { program, chosen };
}

function contextOf(io: Io, life: Lifetime, globals: Globals): Context {
  let flock: Flock | undefined;
  life.atEnd(() => flock?.close());
  const out = new Out(io, globals);
  const { addr, data } = globals;
  return {
    ...{ io, life, globals, out, program: whole },
    flock: () => (flock ??= connect({ addr, data }, io.env, { onLate: once(() => sayLate(io, out, flock)) })),
  };
}

/** Somebody who watches should not take it that nothing goes on; a log gains nothing from it. */
function sayLate(io: Io, out: Out, flock: Flock | undefined): void {
  if (io.stderr.isTTY !== true || flock === undefined) return;
  out.note(`no answer yet from ${flock.address}; waiting (is that daemon busy, or stopped?)`);
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

function report(error: unknown, argv: readonly string[], io: Io, command: string): number {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const help = helpHint(words.find((word) => word in COMMANDS) ?? '');
  const covey = error instanceof CommanderError ? usageError(error, help) : hinted(asCoveyError(error), help);
  if (words.includes('--debug') && error instanceof Error) io.stderr.write(`${error.stack ?? error.message}\n`);
  io.stderr.write(`${errorLine(covey, words.includes('--json'))}\n`);
  const code = exitCodeOf(covey.code);
  return command === 'run' && code !== EXIT.usage ? EXIT.coveyFailed : code;
}

/** Whoever has typed something wrong finds there what is right. */
function hinted(error: CoveyError, help: string): CoveyError {
  if (error.code !== 'usage' || error.hint !== undefined) return error;
  return new CoveyError(error.code, error.message, help, error.details);
}

function helpHint(command: string): string {
  return `see \`covey ${command === '' ? '' : `${command} `}--help\``;
}

/** Commander says `error: unknown option '--jsn'\n(Did you mean --json?)`; help without a command comes here too. */
function usageError(error: CommanderError, help: string): CoveyError {
  if (error.code === 'commander.help') return new CoveyError('usage', 'which command?', 'see `covey --help`');
  const [what = '', guess] = error.message.replace(/^error: /, '').split(/\n\((.*)\)$/s);
  return new CoveyError('usage', what, guess === undefined ? help : guess.replace('Did', 'did'));
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
