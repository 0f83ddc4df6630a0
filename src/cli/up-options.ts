import { Option, type Command } from 'commander';
import { formatAdmission, parseAdmission, type AdmissionLimit } from '../kernel/admission.js';
import { COST_WEIGHTS, formatCostWeights, parseCostWeights, type CostWeights } from '../kernel/cost-weights.js';
import { DISCIPLINE_NAMES, type DisciplineName } from '../kernel/disciplines.js';
import { CoveyError } from '../kernel/errors.js';
import { BUILT_IN_POLICIES, isModulePath } from '../kernel/policies.js';
import { parseDuration, parseSize } from '../kernel/units.js';
import {
  amountUpTo,
  countable,
  CPUS_MAX,
  option,
  pair,
  repeated,
  wholeNumber,
  type Pair,
  type ResourceOptions,
} from './options.js';

export interface UpOptions extends ResourceOptions {
  readonly listen?: readonly string[];
  readonly join?: readonly string[];
  readonly http?: string;
  readonly label?: readonly Pair[];
  readonly speed?: number;
  readonly zone?: string;
  readonly keyFile?: string;
  readonly lostAfter?: number;
  readonly discipline?: DisciplineName;
  /** A name, or the path of a module. */
  readonly policy?: string;
  readonly costWeights?: CostWeights;
  readonly admission?: AdmissionLimit;
  readonly shedAbove?: number;
  readonly logLevel: string;
  readonly retainFor?: number;
  readonly retainSize?: number;
  readonly fileCache?: number;
  readonly functionWorkers?: number;
  readonly functionMem?: number;
  readonly detach?: boolean;
  readonly exitWithParent?: boolean;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

const LOST_AFTER = 'go on alone with a job, provisionally, once most of its replicas were dead so long (default 60s)';

const ADMISSION =
  'of each submitter take so many submissions, as token-bucket:10/s,burst=100; also leaky-bucket, sliding-window (default: all)';

const SHED =
  'refuse submissions of low priority while more than so many tasks wait for each CPU, of priority 0 above twice that (default: never)';

const COST = `what the policy cost weighs for jobs that it coordinates (default ${formatCostWeights(COST_WEIGHTS)})`;

const POLICY =
  'how nodes are chosen for tasks of jobs submitted here that do not say, or ./FILE.mjs, a policy of your own, which jobs name custom (default bounded-ring)';

export function addUpOptions(command: Command): void {
  command
    .option('--listen <host:port...>', 'where other nodes reach this one (default 127.0.0.1:0, this machine only)')
    .option('--join <addr...>', 'members of the flock to join: HOST:PORT or a multiaddr')
    .option('--http <host:port>', 'the HTTP API on TCP as well, on 127.0.0.1 only')
    .option('--zone <zone>', 'the failure domain this node stands in')
    .option('--key-file <file>', 'the key of the cluster (or COVEY_CLUSTER_KEY holds it)')
    .addOption(
      new Option('--discipline <name>', 'the order in which it starts what waits (default fifo)').choices(
        DISCIPLINE_NAMES,
      ),
    )
    .option('--detach', 'go on in the background')
    .addOption(new Option('--log-level <level>', 'what is logged, to stderr').choices(LEVELS).default('info'))
    .addOption(new Option('--policy <name>', POLICY).choices(BUILT_IN_POLICIES).argParser(policyOrModule))
    .addOption(new Option('--exit-with-parent', 'end when standard input closes').hideHelp());
  option(command, '--cpus <n>', 'offer so many CPUs (default: those of the machine)', amountUpTo(CPUS_MAX));
  option(command, '--mem <size>', 'offer so much memory: 512M, 16G (default: that of the machine)', parseSize);
  option(command, '--gpus <n>', 'offer so many GPUs', amountUpTo(CPUS_MAX));
  option(command, '--cost-weights <weights>', COST, parseCostWeights);
  option(command, '--admission <limit>', ADMISSION, parseAdmission);
  option(command, '--shed-above <n>', SHED, amountUpTo(1_000_000, { above: 0 }));
  option(command, '--lost-after <time>', LOST_AFTER, parseDuration);
  option(command, '--function-workers <n>', 'keep so many workers for functions ready (default 0)', wholeNumber(0, 64));
  option(command, '--function-mem <size>', 'heap of a worker for functions (default 512M)', parseSize);
  option(command, '--retain-for <time>', 'keep finished jobs so long (default 7d, at least a day)', retention);
  option(command, '--retain-size <size>', 'of finished jobs keep so many bytes, the newest (default 1G)', parseSize);
  option(command, '--file-cache <size>', 'keep so many bytes of files for tasks (default 10G)', parseSize);
  option(
    command,
    '--speed <x>',
    'how fast it is beside others (default: measured at the start, 1 is a usual core)',
    amountUpTo(1000, { above: 0 }),
  );
  repeated(command, '--resource <k=n>', 'offer so much of a countable resource', countable);
  repeated(command, '--label <k=v>', 'a label of this node', pair);
}

/** @throws CoveyError `usage` where it is neither a name nor a path */
function policyOrModule(text: string): string {
  if (isModulePath(text) || BUILT_IN_POLICIES.some((name) => name === text)) return text;
  const all = BUILT_IN_POLICIES.join(', ');
  throw new CoveyError(
    'usage',
    `--policy: there is no policy ${JSON.stringify(text)}`,
    `there is ${all}; or ./FILE.mjs, your own`,
  );
}

/** What is younger may still be asked for by a repeat of its submission, and is kept whatever is said. */
const RETAIN_MS_MIN = 86_400_000;

function retention(text: string): number {
  const ms = parseDuration(text);
  if (ms >= RETAIN_MS_MIN) return ms;
  const what = `${text} is less than a day, which finished jobs are kept in any case`;
  throw new CoveyError('usage', what, 'write 1d or more, or leave it out for 7d');
}

/** The command line that gives these options, but for --detach. */
export function upArguments(options: UpOptions): readonly string[] {
  const { listen = [], join = [], label = [], resource = [], http, zone, keyFile, cpus, mem, gpus, speed } = options;
  const timed = (ms: number | undefined) => (ms === undefined ? undefined : `${ms}ms`);
  const kept = {
    'lost-after': timed(options.lostAfter),
    'retain-for': timed(options.retainFor),
    'retain-size': options.retainSize,
    'file-cache': options.fileCache,
    policy: options.policy,
    'cost-weights': options.costWeights && formatCostWeights(options.costWeights),
    admission: options.admission && formatAdmission(options.admission),
    'shed-above': options.shedAbove,
    'function-workers': options.functionWorkers,
    'function-mem': options.functionMem,
  };
  const single = {
    http,
    zone,
    'key-file': keyFile,
    'log-level': options.logLevel,
    discipline: options.discipline,
    cpus,
    mem,
    gpus,
    speed,
    ...kept,
  };
  const several = { listen, join, label: label.map(joined), resource: resource.map(joined) };
  return [
    ...Object.entries(single).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    ...Object.entries(several).flatMap(([name, values]) => values.map((value) => `--${name}=${value}`)),
  ];
}

function joined([name, value]: readonly [string, string | number]): string {
  return `${name}=${value}`;
}
