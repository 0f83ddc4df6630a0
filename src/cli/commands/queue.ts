import type { Command } from 'commander';
import { Option } from 'commander';
import { CoveyError, type QueueView } from '../../client/index.js';
import { QUEUE_DISCIPLINES, type QueueDiscipline } from '../../kernel/queues.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { defined, option } from '../options.js';
import { table } from '../table.js';

interface SetOptions {
  readonly weight?: number;
  readonly guarantee?: number;
  readonly limit?: number;
  readonly discipline?: QueueDiscipline;
}

const WEIGHT_MAX = 1e6;

const set: CliCommand<SetOptions> = {
  define(command) {
    command.description('Makes a queue, or changes what is given of one; for jobs that are submitted from then on.');
    command.argument('<name>', 'letters, digits, and . _ - within');
    option(command, '--weight <n>', 'its part beside the others (default 1)', parseWeight);
    option(
      command,
      '--guarantee <part>',
      'of the CPUs of each node, whenever it needs them: 25% (default 0)',
      parsePart,
    );
    option(command, '--limit <part>', 'of the CPUs of each node, never more: 50% (default 100%)', parsePart);
    command.addOption(
      new Option('--discipline <name>', 'the order within it (default fifo)').choices(QUEUE_DISCIPLINES),
    );
    examples(command, [
      'covey queue set nightly --weight 2 --guarantee 25% --limit 50%',
      'at least a quarter, at most half',
    ]);
  },

  async run(context, [name = ''], options) {
    const { queues } = context.flock();
    const before = (await queues.list()).find((queue) => queue.name === name);
    const { weight = 1, guarantee = 0, limit = 1, discipline = 'fifo' } = { ...before, ...defined(options) };
    if (limit === 0) throw new CoveyError('usage', '--limit: nothing of it could ever run', 'write 50%, say');
    show(context, await queues.set(name, { weight, guarantee, limit, discipline }));
    return EXIT.ok;
  },
};

const remove: CliCommand = {
  define(command) {
    command
      .argument('<name>', 'see `covey queue ls`')
      .description('Removes a queue; jobs that are in it go on as before.');
    examples(command, ['covey queue rm nightly', 'jobs that name it are refused from then on']);
  },
  async run({ flock, out }, [name = '']) {
    await flock().queues.remove(name);
    if (out.json) out.object({ name, removed: true });
    else out.line(name);
    return EXIT.ok;
  },
};

const list: CliCommand = {
  define(command: Command) {
    command.description('Lists the queues of the flock.');
    examples(
      command,
      ['covey queue ls', 'what each is guaranteed, and may have'],
      ['covey queue ls --json', 'an object a line'],
    );
  },
  async run({ flock, out }) {
    const queues = await flock().queues.list();
    if (out.json) for (const queue of queues) out.object(queue);
    else if (out.quiet) for (const { name } of queues) out.line(name);
    else {
      const rows = queues.map(({ name, weight, guarantee, limit, discipline }) => [
        ...[name, String(weight), percent(guarantee), percent(limit), discipline],
      ]);
      out.line(await table(['NAME', 'WEIGHT', 'GUARANTEE', 'LIMIT', 'DISCIPLINE'], rows));
    }
    return EXIT.ok;
  },
};

const command: CliCommand = {
  parts: {
    set: { summary: 'make or change a queue', command: set },
    ls: { summary: 'list the queues', command: list },
    rm: { summary: 'remove a queue', command: remove },
  },
  define(command) {
    command.argument('<what>', '`set`, `ls` or `rm`');
    examples(
      command,
      [
        'covey queue set nightly --weight 2 --guarantee 25%',
        'a queue for all nodes with `covey up --discipline capacity`',
      ],
      ['covey submit --queue nightly -- ./report.sh', 'a job in it'],
      ['covey queue ls', 'all there are'],
    );
  },
  run(_context, [what = '']) {
    throw new CoveyError('usage', `there is no \`covey queue ${what}\``, 'write set, ls or rm');
  },
};
export default command;

function show({ out }: Context, queue: QueueView): void {
  const { name, weight, guarantee, limit, discipline } = queue;
  if (out.json) out.object(queue);
  else if (out.quiet) out.line(name);
  else out.line(`${name}  weight ${weight}, guarantee ${percent(guarantee)}, limit ${percent(limit)}, ${discipline}`);
}

function percent(part: number): string {
  return `${Number((100 * part).toFixed(2))}%`;
}

/** @throws CoveyError `usage` */
function parseWeight(text: string): number {
  const weight = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (weight > 0 && weight <= WEIGHT_MAX) return weight;
  throw new CoveyError('usage', `${JSON.stringify(text)} is no weight`, 'write a number above 0, as 2 or 0.5');
}

/** @throws CoveyError `usage` */
function parsePart(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const part = Number(digits ?? NaN) / (unit === '%' ? 100 : 1);
  if (part >= 0 && part <= 1) return part;
  throw new CoveyError('usage', `${JSON.stringify(text)} is no part of a node`, 'write 25% or 0.25, up to 100%');
}
