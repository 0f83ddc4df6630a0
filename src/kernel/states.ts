/**
 * The states of a task, as users see them: `pending` waits for others, a time or resources; `queued` has an executor;
 * `running`; then for ever one of the terminal states.
 */
export const TASK_STATES = [
  'pending',
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'timed-out',
  'interrupted',
  'expired',
] as const;
export type TaskState = (typeof TASK_STATES)[number];
export type TerminalState = Exclude<TaskState, 'pending' | 'queued' | 'running'>;

/** How many tasks are in each state. */
export type Counts = Readonly<Record<TaskState, number>>;

const TERMINAL: ReadonlySet<TaskState> = new Set<TaskState>(TASK_STATES.slice(3));

export function isTerminal(state: TaskState): state is TerminalState {
  return TERMINAL.has(state);
}

const NO_COUNTS: Counts = {
  pending: 0,
  queued: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  'timed-out': 0,
  interrupted: 0,
  expired: 0,
};

/** A copy of one literal, small and of one shape: every shard has one, on disk too. */
export function noCounts(): Record<TaskState, number> {
  return { ...NO_COUNTS };
}

export function addCounts(into: Record<TaskState, number>, counts: Counts, sign: 1 | -1 = 1): void {
  for (const state of TASK_STATES) into[state] += sign * counts[state];
}

export function terminalCount(counts: Counts): number {
  return TASK_STATES.reduce((sum, state) => (TERMINAL.has(state) ? sum + counts[state] : sum), 0);
}

/** How many ended badly, by no wish of a user. */
export function failedCount(counts: Counts): number {
  return counts.failed + counts['timed-out'] + counts.interrupted + counts.expired;
}

export function totalOf(counts: Counts): number {
  return TASK_STATES.reduce((sum, state) => sum + counts[state], 0);
}
