import type { Put } from '../../src/kernel/effects.js';
import { taskId, type JobId, type NodeId, type TaskId } from '../../src/kernel/ids.js';
import { isTerminal } from '../../src/kernel/states.js';
import type { JobRecord } from '../../src/tasks/job.js';
import type { TaskRecord } from '../../src/tasks/record.js';

/** A terminal record of a task that became durable. */
export interface Recorded {
  readonly atMs: number;
  readonly node: NodeId;
  readonly task: TaskId;
  readonly state: TaskRecord['state'];
  readonly epoch: number;
  readonly executor: NodeId | undefined;
  readonly attempts: number;
  readonly failures: number;
  readonly losses: number;
  readonly exitCode: number | undefined;
}

/** A terminal record that was written over, or taken away. */
export interface Rewritten {
  readonly atMs: number;
  readonly node: NodeId;
  readonly task: TaskId;
  readonly was: TaskRecord['state'];
  readonly is: TaskRecord['state'] | 'nothing';
}

/** A job, taken by its home. */
export interface Created {
  readonly atMs: number;
  readonly node: NodeId;
  readonly job: JobId;
  readonly digest: string;
}

/** What became durable, on any disk. */
export class Durables {
  readonly records: Recorded[] = [];
  readonly rewrites: Rewritten[] = [];
  readonly created: Created[] = [];

  note(node: NodeId, { key, value }: Put, before: unknown, atMs: number): void {
    const [kind, job] = key.split('/', 2) as [string, JobId];
    if (kind === 'task') {
      this.#noteTask(node, job, value as TaskRecord | undefined, before as TaskRecord | undefined, atMs);
    } else if (kind === 'job' && before === undefined && value !== undefined) {
      this.created.push({ atMs, node, job, digest: (value as JobRecord).digest });
    }
  }

  #noteTask(node: NodeId, job: JobId, is: TaskRecord | undefined, was: TaskRecord | undefined, atMs: number): void {
    const index = is?.index ?? was?.index ?? -1;
    const task = taskId(job, index);
    if (was && isTerminal(was.state)) {
      this.rewrites.push({ atMs, node, task, was: was.state, is: is?.state ?? 'nothing' });
    }
    if (!is) return;
    if (!isTerminal(is.state)) return;
    const { state, epoch, executor, attempts, failures, losses } = is;
    const exitCode = is.outcome?.exitCode;
    this.records.push({ atMs, node, task, state, epoch, executor, attempts, failures, losses, exitCode });
  }
}
