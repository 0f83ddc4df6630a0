import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError, type Draining } from '../../client/index.js';
import { parseDuration } from '../../kernel/units.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { option } from '../options.js';

const LOOK_MS = 250;

interface Options {
  readonly timeout?: number;
}

const TIMEOUT_MS = 600_000;

const command: CliCommand<Options> = {
  define(command) {
    command.argument('<node>', 'its id, or a unique beginning or end of that');
    option(command, '--timeout <time>', 'give up waiting after 30s, 5m, 2h (default 10m)', parseDuration);
    command.addHelpText(
      'after',
      '\nThe node takes no work any more. What it has queued and the records that it holds move to others at once; what it\n' +
        'runs may end. It stays a member until it leaves or is started again. Where nobody can take its records they stay, and\n' +
        'it says how many unfinished tasks are among them: keep its data directory. While all nodes drain, submissions are\n' +
        'refused with exit code 6.',
    );
    examples(
      command,
      ['covey drain 12D3KooWQz', 'waits until nothing is left on that node that others can take'],
      ['covey drain 12D3KooWQz --timeout 30s', 'gives up waiting after half a minute: exit code 5'],
    );
  },

  async run({ flock, out }, [name = ''], { timeout = TIMEOUT_MS }) {
    const untilMs = performance.now() + timeout;
    let left = await flock().drain(name);
    for (let said = ''; !isEmpty(left); left = await flock().drain(left.node, false)) {
      if (performance.now() > untilMs) {
        throw new CoveyError(
          'timed-out',
          `node ${left.node} still has ${wordsFor(left)}`,
          'drain it again to go on waiting',
        );
      }
      if (said !== wordsFor(left)) out.note(`still there: ${wordsFor(left)}`);
      said = wordsFor(left);
      await pause(LOOK_MS);
    }
    const { node, unfinished } = left;
    if (unfinished > 0) out.note(staying(unfinished));
    if (out.json) out.object({ ...left, drained: true });
    else out.line(out.quiet ? node : `${node} is drained: nothing is left on it that others can take`);
    return EXIT.ok;
  },
};
export default command;

function staying(tasks: number): string {
  const what = tasks === 1 ? '1 unfinished task stays' : `${tasks} unfinished tasks stay`;
  return `${what} on it, since no other node can take them: they wait until it, or another, takes work again`;
}

function isEmpty({ running, queued, handing, records }: Draining): boolean {
  return running + queued + handing + records === 0;
}

function wordsFor({ running, queued, handing, records }: Draining): string {
  const parts = [
    [running, 'running'],
    [queued, 'queued'],
    [handing, 'results under way'],
    [records, 'records'],
  ] as const;
  return parts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(', ');
}
