import { Option, type Command } from 'commander';
import { CoveyError, type Flock, type SubmitBody } from '../client/index.js';
import { parseDuration } from '../kernel/units.js';
import { checkCron } from '../cron.js';
import { defined, option, repeated, textUpTo } from './options.js';
import { chooseOne } from './select.js';

type Schedule = NonNullable<SubmitBody['schedule']>;
type After = NonNullable<SubmitBody['after']>[number];

/** What must come to pass before a job starts. */
export interface StartOptions {
  readonly after?: readonly After[];
  readonly delay?: number;
  readonly at?: string;
  readonly hold?: boolean;
  readonly cron?: string;
  readonly tz?: string;
  readonly overlap?: Schedule['overlap'];
  readonly missed?: Schedule['missed'];
}

export function addStartOptions(command: Command): void {
  command.option('--hold', 'start nothing of it before `covey release`');
  repeated(
    command,
    '--after <how:id>',
    'start when that job has ended: ok:ID all of it well, any:ID in any way, fail:ID not well; else it is cancelled',
    parseAfter,
  );
  option(
    command,
    '--cron <expr>',
    'make such a job again and again: minute hour day month weekday, as "0 3 * * *"; `covey cancel` ends that',
    textUpTo(200),
  );
  option(command, '--tz <zone>', 'of --cron: Europe/Berlin, UTC (default: the one here)', textUpTo(100));
  command.addOption(
    new Option('--overlap <how>', 'of --cron: what to do while the job before goes on (default: skip)').choices([
      'allow',
      'skip',
      'replace',
    ]),
  );
  command.addOption(
    new Option(
      '--missed <how>',
      'of --cron: whether the last time that was missed is made up for (default: run)',
    ).choices(['run', 'skip']),
  );
  option(command, '--delay <time>', 'start no sooner than 30s, 5m, 2h from now', parseDuration);
  option(command, '--at <when>', 'start no sooner than 18:30 or 2026-12-24T18:30 here, or …Z in UTC', (text) =>
    parseWhen(text, new Date()),
  );
}

/** @returns the parents as they were written; {@link withParents} finds them */
export function startOf(options: StartOptions): Partial<SubmitBody> {
  const { after, delay, at, hold } = options;
  return defined({
    schedule: scheduleOf(options),
    after: after && [...after],
    delayMs: delay,
    notBefore: at,
    held: hold,
  });
}

/** @throws CoveyError `usage` */
function scheduleOf({ cron, tz, overlap, missed }: StartOptions): Schedule | undefined {
  if (cron === undefined) {
    const [odd] = Object.keys(defined({ tz, overlap, missed }));
    if (odd !== undefined) throw new CoveyError('usage', `--${odd} means nothing without --cron`);
    return undefined;
  }
  const zone = tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  checkCron(cron, zone, Date.now());
  return { cron, zone, ...defined({ overlap, missed }) };
}

/** The same submission with whole ids in place of beginnings and `last`. */
export async function withParents(flock: Flock, body: SubmitBody): Promise<SubmitBody> {
  if (body.after === undefined) return body;
  const after: After[] = [];
  for (const { job: text, on } of body.after) {
    const { job, indexes } = await chooseOne(flock, text);
    if (indexes !== undefined) throw new CoveyError('usage', `--after: ${text} is a task`, `write its job, ${job}`);
    after.push({ job, on });
  }
  return { ...body, after };
}

function parseAfter(text: string): After {
  const [, on = 'ok', job = ''] = /^(?:(ok|any|fail):)?([^:]*)$/.exec(text) ?? [];
  if (job !== '') return { job, on: on as After['on'] };
  throw new CoveyError('usage', `${JSON.stringify(text)} names no job to wait for`, 'write ok:ID, any:ID or fail:ID');
}

/**
 * Reads a time of day, which is the next such time here, or a date with one.
 *
 * @returns ISO 8601 in UTC
 * @throws CoveyError `usage`
 */
export function parseWhen(text: string, now: Date): string {
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  const when = clock ? nextTime(now, clock.slice(1).map(Number)) : new Date(text);
  const isDated = clock !== null || /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text);
  if (isDated && when && !Number.isNaN(when.getTime())) return when.toISOString();
  const hint = 'write 18:30, 2026-12-24T18:30 or 2026-12-24T18:30:00Z';
  throw new CoveyError('usage', `${JSON.stringify(text)} is no time`, hint);
}

/** Undefined where there is no such time of day. */
function nextTime(now: Date, [hours = 0, minutes = 0, seconds = 0]: readonly number[]): Date | undefined {
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const when = new Date(now);
  when.setHours(hours, minutes, Number.isNaN(seconds) ? 0 : seconds, 0);
  if (when <= now) when.setDate(when.getDate() + 1);
  return when;
}
