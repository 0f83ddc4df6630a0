import { setTimeout as pause } from 'node:timers/promises';
import { parseDuration } from '../../kernel/units.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { signalExit } from '../lifetime.js';
import { option, wholeNumber } from '../options.js';
import { Sampler } from '../top/sample.js';
import { screenOf } from '../top/screen.js';

interface TopOptions {
  readonly interval?: number;
  readonly limit?: number;
  readonly once?: boolean;
  readonly full?: boolean;
}

const INTERVAL_MS = 2_000;
/** Each look asks every node for its jobs. */
const INTERVAL_MS_MIN = 200;
const LIMIT = 20;
/** Of a terminal that does not say how high it is. */
const ROWS = 24;

/** The other screen of the terminal, without a cursor; and back. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const END_OF_LINE = '\x1b[K';
const BELOW = '\x1b[J';

const command: CliCommand<TopOptions> = {
  define(command) {
    option(command, '-i, --interval <time>', 'between looks (default 2s, at least 200ms)', parseDuration);
    option(command, '-n, --limit <n>', `at most so many jobs (default ${LIMIT})`, wholeNumber(1, 1000));
    command.option('--once', 'one look only, as where the output is no terminal').option('--full', 'whole node ids');
    examples(
      command,
      ['covey top', 'nodes and what goes on, until Ctrl-C'],
      ['covey top --once', 'the same, once'],
      ['covey top --json --interval 5s', 'an object every five seconds'],
    );
  },

  async run(context, _args, options) {
    const { life, io, out, flock } = context;
    const ended = new AbortController();
    // A daemon that does not answer holds nobody up for long.
    life.onSignal((signal) => (ended.signal.aborted ? void life.quit(signalExit(signal)) : ended.abort()));
    const isLive = io.stdout.isTTY === true && !out.json && !out.quiet && options.once !== true;
    const isStream = isLive || (out.json && options.once !== true);
    if (isLive) {
      out.raw(ENTER);
      life.atEnd(() => out.raw(LEAVE));
    }
    const sampler = new Sampler(flock(), options.limit ?? LIMIT);
    const intervalMs = Math.max(options.interval ?? INTERVAL_MS, INTERVAL_MS_MIN);
    do {
      await show(context, sampler, options, isLive);
    } while (isStream && (await goesOn(intervalMs, ended.signal)));
    return EXIT.ok;
  },
};
export default command;

async function show({ io, out }: Context, sampler: Sampler, { full = false }: TopOptions, isLive: boolean) {
  const sample = await sampler.look(Date.now);
  if (out.json) return out.object(sample);
  if (out.quiet) return sample.jobs.forEach(({ job }) => out.line(job));
  const lines = await screenOf(sample, { color: out.color, full });
  if (!isLive) return out.line(lines.join('\n'));
  const { rows = 0 } = io.stdout;
  const seen = lines.slice(0, (rows > 0 ? rows : ROWS) - 1);
  out.raw(`${HOME}${seen.map((line) => `${line}${END_OF_LINE}\n`).join('')}${BELOW}`);
}

/** After the pause; false where it was ended. */
async function goesOn(ms: number, signal: AbortSignal): Promise<boolean> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
