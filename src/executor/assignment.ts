import type { JobId, NodeId, TaskId } from '../kernel/ids.js';
import type { Resources } from '../kernel/resources.js';

/** What the tasks of one job run here: the part of a job's spec that an executor needs. */
export interface Work {
  readonly name: string;
  readonly argv: readonly string[];
  readonly shell: boolean;
  readonly cwd?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | undefined;
  readonly needs: Resources;
  readonly timeoutMs?: number | undefined;
}

/** A task that its coordinator has offered to this node, under one epoch. */
export interface Assignment {
  readonly id: TaskId;
  readonly job: JobId;
  readonly shard: number;
  readonly index: number;
  readonly epoch: number;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** How often the task was stolen so far. */
  readonly steals: number;
  readonly item: string | undefined;
  readonly work: Work;
  readonly coordinator: NodeId;
  /** How long it is expected to run, from tasks of the same name; 0 where nothing is known. */
  readonly estimateMs: number;
}

/** How an attempt ended, for its coordinator. `lost`: through no fault or end of its own. */
export interface Outcome {
  readonly how: 'succeeded' | 'failed' | 'timed-out' | 'cancelled' | 'lost';
  readonly exitCode?: number;
  readonly reason?: string;
  readonly startedAtMs?: number;
  readonly finishedAtMs: number;
  readonly stdoutTail: Uint8Array;
  readonly stderrTail: Uint8Array;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}
