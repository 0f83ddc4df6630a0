import { styleText } from 'node:util';
import type { Completeness, JobView, NodeView, TaskView } from '../client/index.js';
import { TASK_STATES, type Counts, type TaskState } from '../kernel/states.js';
import { formatDuration } from '../kernel/units.js';

type Look = 'green' | 'red' | 'yellow' | 'cyan' | 'dim';

const LOOKS: Readonly<Record<TaskState | NodeView['state'], Look>> = {
  pending: 'dim',
  queued: 'dim',
  running: 'cyan',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'yellow',
  'timed-out': 'red',
  interrupted: 'red',
  expired: 'red',
  alive: 'green',
  suspect: 'yellow',
  dead: 'red',
  left: 'dim',
};

export function paint(state: TaskState | NodeView['state'], color: boolean): string {
  return color ? styleText(LOOKS[state], state, { validateStream: false }) : state;
}

/** The end of a node id, where ids differ; all of it with `full`. */
export function shortNode(id: string | null, full: boolean): string {
  if (id === null) return '-';
  return full ? id : id.slice(-8);
}

/** `3 succeeded, 1 running`: the states that occur, those that matter most first. */
export function formatCounts(counts: Counts): string {
  const parts = [...TASK_STATES].reverse().flatMap((state) => (counts[state] > 0 ? [`${counts[state]} ${state}`] : []));
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** `512M`, `15.6G`. */
export function formatBytes(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T', 'P'];
  let n = bytes;
  let unit = 0;
  for (; n >= 1024 && unit < units.length - 1; unit += 1) n /= 1024;
  return `${n >= 100 || Number.isInteger(n) ? Math.round(n) : n.toFixed(1)}${units[unit] ?? ''}`;
}

/** How long ago: `3m 20s`. */
export function age(iso: string | null, nowMs: number): string {
  return iso === null ? '-' : formatDuration(Math.max(0, nowMs - Date.parse(iso)));
}

/** How long it ran, or has been running. */
export function took({ startedAt, finishedAt }: Pick<TaskView, 'startedAt' | 'finishedAt'>, nowMs: number): string {
  if (startedAt === null) return '-';
  const end = finishedAt === null ? nowMs : Date.parse(finishedAt);
  return formatDuration(Math.max(0, end - Date.parse(startedAt)));
}

/** The signal where one ended it, else the exit code. */
export function formatExit({ signal, exitCode }: Pick<TaskView, 'signal' | 'exitCode'>): string {
  return signal ?? (exitCode === null ? '-' : String(exitCode));
}

/** What a job's tasks came to, on one line. */
export function outcomeLine({ job, state, tasks, counts, degraded }: JobView): string {
  const provisional = degraded ? ', degraded: provisional' : '';
  return `${job} ${state}${tasks === 1 ? '' : ` (${formatCounts(counts)})`}${provisional}`;
}

/** Why `what` may be missing from a list. */
export function missingLine({ asked, answered }: Completeness, what: string): string {
  const why = answered < asked ? `${answered} of ${asked} nodes answered` : 'not every record can be read just now';
  return `${why}: ${what} may be missing`;
}

/** Text of others must not steer the terminal. */
export function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it is after
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
