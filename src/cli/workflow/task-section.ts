import type { SubmitBody } from '../../client/index.js';
import { globProblem } from '../../files/manifest.js';
import { PRIORITY_MAX } from '../../kernel/priority.js';
import { POLICIES } from '../../kernel/policies.js';
import { parseDuration, parseSize } from '../../kernel/units.js';
import { checkedCommand, checkedUrl } from '../../notify.js';
import { shown, wrong, type Section } from '../../toml/section.js';
import { parseCodes, parseDeadline, type LimitOptions } from '../limit-options.js';
import { defined } from '../options.js';
import { parseArray, TASKS_MAX } from '../selector.js';
import type { SubmitOptions } from '../submission.js';

/** A dependency within a job file. */
export interface Dependency {
  readonly task: string;
  readonly on: NonNullable<SubmitBody['after']>[number]['on'];
}

/** One table of a job file: what its task runs, how, and after which others. */
export interface FileTask {
  readonly name: string;
  readonly argv: readonly string[];
  readonly options: SubmitOptions;
  readonly after: readonly Dependency[];
  /** Says where something about it is wrong. */
  readonly section: Section;
}

/**
 * Reads a table key by key; the keys are the options of `covey submit` without their dashes.
 *
 * @throws CoveyError `usage`, with file and line
 */
export function readTask(name: string, section: Section): FileTask {
  const module = section.text('module');
  const argv = section.read('command', readCommand) ?? [];
  if (argv.length === 0 && module === undefined) {
    throw section.missing('command', 'write command = ["program", "argument"], or module = "file.mjs"');
  }
  const shell = section.boolean('shell');
  if (shell === true && argv.length > 1) throw section.error('command', 'a shell takes one text', 'write it in quotes');
  const output = section.several('output', readGlob);
  const options = defined({
    name: section.text('name') ?? name,
    cwd: section.text('cwd'),
    env: section.read('env', readEnv),
    stdin: section.text('stdin'),
    upload: section.text('upload'),
    output: output.length > 0 ? output : undefined,
    shell,
    image: section.text('image'),
    module,
    export: section.text('export'),
    args: section.read('args', (json) => ({ json })),
    array: section.read('array', readArray),
    eachLine: section.text('each-line'),
    fromJson: section.text('from-json'),
    perNode: section.boolean('per-node'),
    cpus: section.number('cpus', { max: 100_000, like: 2 }),
    mem: section.read('mem', (value) => parseSize(textOf(value))),
    gpus: section.number('gpus', { max: 100_000, like: 1 }),
    resource: section.read('resources', readAmounts),
    ...readLimits(section),
    contract: section.oneOf('contract', 'contract', ['at-least-once', 'at-most-once']),
    key: section.text('key'),
    policy: section.oneOf('policy', 'policy', POLICIES),
    queue: section.text('queue'),
    hold: section.boolean('hold'),
    cron: section.text('cron'),
    tz: section.text('tz'),
    overlap: section.oneOf('overlap', 'way', ['allow', 'skip', 'replace']),
    missed: section.oneOf('missed', 'way', ['run', 'skip']),
    notify: section.read('notify', (value) => checkedCommand(textOf(value))),
    notifyUrl: section.read('notify-url', (value) => checkedUrl(textOf(value))),
    delay: section.read('delay', (value) => parseDuration(textOf(value))),
  });
  const after = section.several('after', readDependency);
  section.end();
  return { name, argv, options, after, section };
}

function readCommand(value: unknown): string[] {
  if (typeof value === 'string' && value.trim() !== '') return [value];
  const isList = Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
  if (isList) return value;
  throw wrong(`${shown(value)} is no command`, 'write ["program", "argument"], or a text with shell = true');
}

function readLimits(section: Section): LimitOptions {
  const amount = (key: string, min: number) => section.number(key, { min, max: TASKS_MAX, isWhole: true, like: 10 });
  return defined({
    priority: section.number('priority', { min: -PRIORITY_MAX, max: PRIORITY_MAX, isWhole: true, like: 10 }),
    period: section.duration('period'),
    runtime: section.duration('runtime'),
    timeout: section.duration('timeout'),
    deadline: section.read('deadline', (value) => parseDeadline(String(value), new Date())),
    retries: section.number('retries', { max: 1000, isWhole: true, like: 3 }),
    retryOn: section.read('retry-on', (value) => parseCodes(Array.isArray(value) ? value.join() : String(value))),
    maxParallel: amount('max-parallel', 1),
    maxFails: amount('max-fails', 0),
  });
}

function readArray(value: unknown) {
  return parseArray(typeof value === 'number' ? String(value) : textOf(value));
}

/** As `--env` takes them. */
function readEnv(value: unknown): string[] {
  return entriesOf(value).map(([name, text]) => `${name}=${typeof text === 'number' ? String(text) : textOf(text)}`);
}

function readAmounts(value: unknown): (readonly [name: string, amount: number])[] {
  return entriesOf(value).map(([name, amount]) => {
    if (typeof amount === 'number' && amount >= 0) return [name, amount];
    throw wrong(`${name}: ${shown(amount)} is no amount`, 'write { licence = 1 }');
  });
}

function readGlob(value: unknown): string {
  const glob = textOf(value);
  const problem = globProblem(glob);
  if (problem === undefined) return glob;
  throw wrong(`${shown(value)} ${problem}`, 'write "out/*.png"');
}

function readDependency(value: unknown): Dependency {
  const [, on = 'ok', task = ''] = /^(?:(ok|any|fail):)?([^:]+)$/.exec(textOf(value)) ?? [];
  if (task !== '') return { task, on: on as Dependency['on'] };
  throw wrong(`${shown(value)} names no task`, 'write "name", "any:name" or "fail:name"');
}

function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw wrong(`${shown(value)} is no table`, 'write { NAME = "value" }');
}

function textOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(`${shown(value)} is not a text`, 'write it in quotes');
}
