/**
 * What a run saw from outside: what clients were told, and what tasks wrote of themselves. All times are milliseconds
 * since the machine's boot (see flock/proc.ts). Daemons have numbers from 0; nodes have the ids they give themselves.
 */
export interface History {
  /** Daemons of the flock. */
  readonly daemons: number;
  readonly submissions: readonly Submission[];
  readonly cancels: readonly Cancel[];
  readonly reads: readonly Read[];
  readonly silences: readonly Silence[];
  readonly marks: readonly Mark[];
  readonly leftovers: readonly Leftover[];
  readonly descriptors: readonly Descriptors[];
  readonly breakdowns: readonly Breakdown[];
  /** When the last fault was over; Infinity as long as there are any. */
  readonly calmMs: number;
}

export type Contract = 'at-least-once' | 'at-most-once';

/** What one client submitted under one key, however often it sent that. */
export interface Submission {
  readonly key: string;
  /** The same for the same content: of two contents under one key only one may be accepted. */
  readonly body: string;
  /** Indexes are 0 to tasks - 1. */
  readonly tasks: number;
  readonly contract: Contract;
  /** The exit code of each of its commands. */
  readonly exitCode: number;
  readonly answers: readonly Answer[];
}

/** `unknown`: 504, a lost connection or silence. `refused`: it says why nothing was taken and nothing will be. */
export type Answer = { readonly through: number; readonly atMs: number } & (
  | { readonly kind: 'accepted'; readonly job: string; readonly tasks: number }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }
);

export interface Cancel {
  readonly job: string;
  /** Absent: all of the job. */
  readonly index?: number;
  readonly askedMs: number;
  /** Absent where it was never acknowledged. */
  readonly answeredMs?: number;
}

/** What one daemon said of one task, in an answer that was complete. */
export interface Read {
  /** JOB/INDEX. */
  readonly task: string;
  readonly state: string;
  readonly epoch: number | null;
  readonly exitCode: number | null;
  readonly reason: string | null;
  readonly through: number;
  readonly askedMs: number;
  readonly answeredMs: number;
  /** Asked when all faults were over. */
  readonly isFinal: boolean;
}

/** A daemon that, in the end, could not say how a job stands. */
export interface Silence {
  readonly job: string;
  readonly through: number;
  readonly why: string;
}

/** One line that an attempt wrote. */
export interface Mark {
  readonly what: 'start' | 'end';
  readonly task: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly node: string;
  readonly pid: number;
  readonly atMs: number;
}

/** A process that should be gone. */
export interface Leftover {
  readonly pid: number;
  readonly command: string;
  readonly when: string;
}

/** Open files of a daemon at rest. */
export interface Descriptors {
  readonly daemon: number;
  readonly before: number;
  readonly after: number;
}

/** A daemon that ended, or did not start, without anybody's doing. */
export interface Breakdown {
  readonly daemon: number;
  readonly how: string;
}

const OPEN: ReadonlySet<string> = new Set(['pending', 'queued', 'running']);

export function isTerminal(state: string): boolean {
  return !OPEN.has(state);
}

export function jobOf(task: string): string {
  return task.slice(0, task.lastIndexOf('/'));
}

export function tasksOf(job: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${job}/${index}`);
}

/** The accepted jobs by their ids, each with the submission that was answered first. */
export function acceptedJobs({ submissions }: History): ReadonlyMap<string, Submission> {
  const jobs = new Map<string, Submission>();
  for (const submission of submissions) {
    for (const answer of submission.answers) {
      if (answer.kind === 'accepted' && !jobs.has(answer.job)) jobs.set(answer.job, submission);
    }
  }
  return jobs;
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
