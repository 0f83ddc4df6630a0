import { Option, type Command } from 'commander';
import { CoveyError, type SubmitBody } from '../client/index.js';
import { POLICIES, type PolicyName } from '../kernel/policies.js';
import { parseSize } from '../kernel/units.js';
import { addFileOptions, filesOf, type FileOptions } from './file-options.js';
import { addFunctionOptions, functionOf, type FunctionOptions } from './function-options.js';
import { elementsOf, linesOf, readInput } from './input.js';
import type { Io } from './io.js';
import {
  amountUpTo,
  countable,
  CPUS_MAX,
  defined,
  option,
  repeated,
  textUpTo,
  type ResourceOptions,
} from './options.js';
import { addLimitOptions, limitsOf, type LimitOptions } from './limit-options.js';
import { notifyOf, type NotifyOptions } from './notify-options.js';
import { addStartOptions, startOf, type StartOptions } from './start-options.js';
import { parseArray, TASKS_MAX, type IndexRange } from './selector.js';

export interface SubmitOptions
  extends ResourceOptions, StartOptions, LimitOptions, FunctionOptions, FileOptions, NotifyOptions {
  readonly name?: string;
  readonly env?: readonly string[];
  readonly stdin?: string;
  readonly shell?: boolean;
  readonly image?: string;
  readonly array?: IndexRange;
  readonly eachLine?: string;
  readonly fromJson?: string;
  readonly perNode?: boolean;
  readonly contract?: NonNullable<SubmitBody['contract']>;
  readonly key?: string;
  readonly policy?: PolicyName;
  readonly queue?: string;
  readonly id?: string;
  readonly dryRun?: boolean;
}

/** Far above what a daemon takes (it says so itself); this only keeps an endless file from being read. */
const STDIN_BYTES_MAX = 16 * 2 ** 20;
const LINES_BYTES_MAX = 256 * 2 ** 20;

/** The options of `submit` and `run`. */
export function addSubmitOptions(command: Command): void {
  command
    .argument('[command...]', 'the program and its arguments, best after --')
    .passThroughOptions()
    .option('--cwd <dir>', 'working directory (default: the current one; a node that lacks it fails the task)')
    .option('--stdin <file>', 'standard input of each task; - reads it here')
    .option('--shell', 'the command is one text for /bin/sh -c')
    .option('--each-line <file>', 'one task a line: {} in the command and COVEY_ITEM stand for it; - reads it here')
    .option(
      '--from-json <file>',
      'one task an element of a JSON array, which {} and COVEY_ITEM stand for; - reads it here',
    )
    .option('--per-node', 'one task on each node that is there, which {} and COVEY_ITEM name')
    .option('--dry-run', 'print what would be submitted, and submit nothing')
    .addOption(
      new Option(
        '--contract <name>',
        'an attempt that is lost is started again, or never (it ends interrupted)',
      ).choices(['at-least-once', 'at-most-once']),
    )
    .addOption(new Option('--policy <name>', 'how nodes are chosen for the tasks').choices(POLICIES))
    .option('--queue <name>', 'a queue of the flock: covey queue ls');
  option(command, '--name <name>', 'a name for people', textUpTo(200));
  option(
    command,
    '--key <key>',
    'placement key: tasks of one key run on the same node while it has room',
    textUpTo(1024),
  );
  option(command, '--id <key>', 'idempotency key: a second submission with it makes no second job', textUpTo(1024));
  option(command, '--image <name>', 'in a container of this image, where podman or docker is', textUpTo(500));
  repeated(command, '--env <k[=v]>', 'a variable of the task; K alone takes the value it has here', (text) => text);
  repeated(command, '--resource <k=n>', 'needs so much of a countable resource', countable);
  option(command, '--cpus <n>', 'needs so many CPUs (default 1)', amountUpTo(CPUS_MAX));
  option(command, '--mem <size>', 'needs so much memory: 64M, 2G', parseSize);
  option(command, '--gpus <n>', 'needs so many GPUs', amountUpTo(CPUS_MAX));
  option(
    command,
    '--array <a-b[:step]>',
    'a task for each index, in COVEY_INDEX and for {} in the command; N means 1-N',
    parseArray,
  );
  addFunctionOptions(command);
  addFileOptions(command);
  addLimitOptions(command);
  addStartOptions(command);
}

/**
 * What will be submitted. Everything that can be seen to be wrong here is refused here.
 *
 * @throws CoveyError `usage`
 */
export async function submission(io: Io, argv: readonly string[], options: SubmitOptions): Promise<SubmitBody> {
  const { name, stdin, shell, image, contract, key, policy } = options;
  const called = functionOf(io, argv, options, { '--shell': shell, '--stdin': stdin, '--image': image });
  if (!called) checkCommand(argv);
  checkSources(options);
  const input = stdin === undefined ? undefined : await readInput('--stdin', stdin, STDIN_BYTES_MAX, io);
  return {
    ...(called ? { function: called } : { argv: shell === true ? [argv.join(' ')] : [...argv] }),
    ...filesOf(io, options),
    ...defined({
      name,
      shell,
      image,
      env: options.env && environment(options.env, io.env),
      stdin: input?.toString('base64'),
      needs: needsOf(options),
      tasks: await tasksOf(io, options),
      contract,
      key,
      policy,
      queue: options.queue,
      perNode: options.perNode,
    }),
    ...limitsOf(options),
    ...startOf(options),
    ...notifyOf(options),
  };
}

function checkSources({ array, eachLine, fromJson, perNode, key, policy, stdin }: SubmitOptions): void {
  const given = { '--array': array, '--each-line': eachLine, '--from-json': fromJson, '--per-node': perNode };
  const [one, other] = Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
  if (one !== undefined && other !== undefined) throw new CoveyError('usage', `${one} and ${other} exclude each other`);
  if (perNode === true && key !== undefined) throw new CoveyError('usage', '--per-node and --key exclude each other');
  if (perNode === true && policy !== undefined)
    throw new CoveyError('usage', '--per-node and --policy exclude each other');
  const [first, second] = Object.entries({
    '--stdin': stdin,
    '--each-line': eachLine,
    '--from-json': fromJson,
  }).flatMap(([flag, value]) => (value === '-' ? [flag] : []));
  if (second === undefined) return;
  throw new CoveyError('usage', `${first} and ${second} cannot both read standard input`);
}

function checkCommand(argv: readonly string[]): void {
  if ((argv[0] ?? '').trim() === '') {
    throw new CoveyError(
      'usage',
      'there is no command to run',
      'write it after --, as in `covey run -- date`, or name a --module',
    );
  }
}

/**
 * Variables for the task from `K=V`, or `K` for the value it has here.
 *
 * @throws CoveyError `usage`
 */
function environment(
  words: readonly string[],
  here: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      const name = at < 0 ? word : word.slice(0, at);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        throw new CoveyError('usage', `--env: ${JSON.stringify(name)} cannot name a variable`);
      }
      const value = at < 0 ? here[name] : word.slice(at + 1);
      if (value === undefined) throw new CoveyError('usage', `--env: ${name} is not set here`, `write ${name}=VALUE`);
      return [name, value] as const;
    }),
  );
}

function needsOf({ cpus, mem, gpus, resource }: ResourceOptions): SubmitBody['needs'] | undefined {
  const needs = defined({ cpus, memBytes: mem, gpus, custom: resource && Object.fromEntries(resource) });
  return Object.keys(needs).length === 0 ? undefined : needs;
}

async function tasksOf(io: Io, options: SubmitOptions): Promise<SubmitBody['tasks'] | undefined> {
  if (options.array !== undefined) return { kind: 'range', ...options.array };
  if (options.fromJson !== undefined) {
    const bytes = await readInput('--from-json', options.fromJson, LINES_BYTES_MAX, io);
    return { kind: 'lines', lines: elementsOf('--from-json', bytes, TASKS_MAX) };
  }
  if (options.eachLine === undefined) return undefined;
  const bytes = await readInput('--each-line', options.eachLine, LINES_BYTES_MAX, io);
  return { kind: 'lines', lines: [...linesOf('--each-line', bytes, TASKS_MAX)] };
}
