import type { JobId, NodeId, TaskId } from '../../src/kernel/ids.js';
import type { TaskState } from '../../src/kernel/states.js';
import type { TaskRange } from '../../src/tasks/range.js';

/**
 * What came of a request. `refused`: nothing was taken, as the answer says. `unknown`: the node says that it does not know.
 * `died`: so did the node. `open`: no answer yet.
 */
export type Outcome = 'open' | 'ok' | 'refused' | 'unknown' | 'died';

interface Asked {
  readonly askedMs: number;
  readonly at: NodeId;
  readonly job: JobId;
  answeredMs: number | undefined;
  outcome: Outcome;
  /** Of an error. */
  code?: string | undefined;
}

/** A client handed a job to a node; a repeat is another of the same job. */
export interface Submitted extends Asked {
  /** Of what is to run: two submissions of one job are the same where this is. */
  readonly digest: string;
  readonly range: TaskRange;
  /** How many tasks the answer says. */
  tasks?: number | undefined;
  /** The answer says that the job was there before. */
  existed?: boolean | undefined;
  /** What the answer says of it, and what the disks of that set were given by then; undefined where nobody looked. */
  durability?:
    | { readonly replicas: number; readonly acked: number; readonly set: number; readonly disks: number }
    | undefined;
  /** Under a key given by a user, so that any node may know it. */
  readonly isKeyed?: boolean | undefined;
  /** A line for each task. */
  readonly items?: readonly string[] | undefined;
  /** Of each task. @default 1 */
  readonly cpus?: number | undefined;
  /** An attempt whose end is not known is not followed by another. */
  readonly isAtMostOnce?: boolean | undefined;
}

export interface Cancel extends Asked {
  /** Undefined: the whole job. */
  readonly index: number | undefined;
  /** How many tasks the answer says are to end. */
  tasks?: number | undefined;
  /** When the answer came some disk knew of it; undefined where nobody looked. */
  isOnDisk?: boolean | undefined;
}

/** What a client was told of the tasks of a job. */
export interface Read {
  readonly atMs: number;
  readonly at: NodeId;
  readonly job: JobId;
  /** All homes answered. */
  readonly isComplete: boolean;
  /** Of the whole job, as its home counts. */
  readonly counts: Readonly<Record<TaskState, number>>;
  readonly states: ReadonlyMap<number, TaskState>;
}

export interface ClientLog {
  readonly submissions: Submitted[];
  readonly cancels: Cancel[];
  readonly reads: Read[];
}

/** One task in an offer that was sent. */
export interface Offer {
  readonly atMs: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly task: TaskId;
  readonly epoch: number;
  readonly steals: number;
}

/** A node took tasks that were offered to it. */
/** A node took tasks whose policy has it keep to its bound. */
export interface Accept {
  readonly atMs: number;
  readonly node: NodeId;
  readonly job: JobId;
  /** What it says it has after that, and the bound by its own belief. */
  readonly running: number;
  readonly queued: number;
  readonly bound: number;
  /** Its part of the CPUs of all nodes that it believes there. */
  readonly share: number;
  /** Tasks that run, are queued, wait or are on offer at any node then. */
  readonly total: number;
}

/** A node stopped holding a task, and told the task's coordinator. */
export interface Handback {
  readonly atMs: number;
  readonly node: NodeId;
  readonly coordinator: NodeId;
  readonly task: TaskId;
  readonly epoch: number;
  readonly thief: NodeId | undefined;
}

/** The answer of a node that was asked for work, and what it sent together with that. */
export interface Steal {
  readonly atMs: number;
  readonly victim: NodeId;
  readonly thief: NodeId;
  /** CPUs that the thief said were free. */
  readonly free: number;
  readonly given: number;
  readonly handedBack: number;
}

/** A coordinator was told that it has it on disk: these tasks are to end. */
export interface CancelNoted {
  readonly atMs: number;
  readonly node: NodeId;
  readonly job: JobId;
  readonly range: TaskRange;
}

/** A coordinator wrote that an attempt's task is cancelled, since it believed that its executor was dead or had left. */
export interface GivenUp {
  readonly atMs: number;
  readonly task: TaskId;
  readonly epoch: number;
}

/** What a node told a program that it started. */
export interface Start {
  readonly atMs: number;
  readonly node: NodeId;
  readonly task: TaskId;
  readonly epoch: number;
  readonly saidEpoch: string | undefined;
  readonly saidItem: string | undefined;
  /** That the node has in all. */
  readonly cpus: number;
}

export interface MessageLog {
  readonly starts: Start[];
  readonly cancelNotes: CancelNoted[];
  readonly givenUp: GivenUp[];
  readonly offers: Offer[];
  readonly accepts: Accept[];
  readonly handbacks: Handback[];
  readonly steals: Steal[];
}

/** What a node says of its own sizes at some moment. */
export interface Sample {
  readonly atMs: number;
  readonly node: NodeId;
  readonly stats: Readonly<Record<string, number>>;
}

export interface Phases {
  /** When the last fault had ended. */
  healedMs: number | undefined;
  /** When nothing was under way any more; reads after it are final. */
  restMs: number | undefined;
}
