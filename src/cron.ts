import { Cron } from 'croner';
import { CoveyError } from './kernel/errors.js';
import type { NextTime } from './tasks/schedule.js';

/** Expressions that were read, the last of them: every look at a schedule asks anew. */
const KNOWN_MAX = 1_000;
const known = new Map<string, Cron>();

/** The times of cron expressions, by the rules of the zone that is named. */
export const nextTime: NextTime = ({ cron, zone }, afterMs) => {
  return read(cron, zone).nextRun(new Date(afterMs))?.getTime();
};

/** @throws CoveyError `usage` for what is no cron expression, no zone, or never comes to pass */
export function checkCron(cron: string, zone: string, nowMs: number): void {
  if (cron.trim().split(/\s+/).length > 6 || !isZone(zone)) {
    if (!isZone(zone))
      throw new CoveyError('usage', `${JSON.stringify(zone)} is no time zone`, 'write Europe/Berlin, say');
    throw new CoveyError('usage', `${JSON.stringify(cron)} has more than six fields`, HINT);
  }
  let next: number | undefined;
  try {
    next = nextTime({ cron, zone }, nowMs);
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '').split('\n')[0];
    throw new CoveyError('usage', `${JSON.stringify(cron)} is no cron expression: ${why}`, HINT);
  }
  if (next === undefined) throw new CoveyError('usage', `${JSON.stringify(cron)} never comes to pass`, HINT);
}

const HINT = 'write minute, hour, day, month, weekday, as in "0 3 * * *" or "*/10 * * * MON-FRI"';

function read(cron: string, zone: string): Cron {
  const name = `${zone} ${cron}`;
  const found = known.get(name);
  if (found) return found;
  const made = new Cron(cron, { timezone: zone, paused: true });
  const [oldest] = known.keys();
  if (known.size >= KNOWN_MAX && oldest !== undefined) known.delete(oldest);
  known.set(name, made);
  return made;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
