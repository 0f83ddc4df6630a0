import type { JobId, NodeId, TaskId } from '../kernel/ids.js';
import type { JobQueue } from '../kernel/queues.js';
import type { PolicyName } from '../kernel/policies.js';
import type { Resources } from '../kernel/resources.js';
import type { AttemptId, Usage } from './runner.js';

/** A function of an ES module. */
export interface FunctionWork {
  readonly module: string;
  readonly export: string;
  /** JSON. */
  readonly args?: string | undefined;
  /** What it is called with first; `text` and `json` say how the item is meant. */
  readonly input: 'args' | 'index' | 'text' | 'json';
}

/** What the tasks of one job run here: the part of a job's spec that an executor needs. */
export interface Work {
  readonly name: string;
  readonly submitter: string;
  readonly argv: readonly string[];
  /** Called in place of a command. */
  readonly function?: FunctionWork | undefined;
  readonly shell: boolean;
  /** Of the container that the command runs in. */
  readonly image?: string | undefined;
  readonly cwd?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | undefined;
  readonly needs: Resources;
  readonly timeoutMs?: number | undefined;
  /** -100..100; absent: 0. */
  readonly priority?: number | undefined;
  /** The queue of the flock that it was submitted to, and what was set of it then. */
  readonly queue?: JobQueue | undefined;
  /** It comes again so often, and takes so long: what nodes whose queue is `rm` or `dm` test before they take it on. */
  readonly periodMs?: number | undefined;
  readonly runtimeMs?: number | undefined;
  /** From its submission until it is to have ended. */
  readonly deadlineMs?: number | undefined;
  /** The tree of files that it begins with, and globs of those that are kept of it. */
  readonly upload?: string | undefined;
  readonly outputs?: readonly string[] | undefined;
  /** What it waited for. */
  readonly start?: { readonly after: readonly { readonly job: JobId }[] } | undefined;
  /** It tells of the end of the job that it waited for: by its command, or by a POST to the URL in its place. */
  readonly notice?: 'command' | 'url' | undefined;
  /** How its node was chosen; absent: by default. */
  readonly policy?: PolicyName | undefined;
  /** It runs on this node or not at all. */
  readonly perNode?: boolean | undefined;
  /** `at-most-once`: an attempt starts only under a grant of its coordinator. */
  readonly contract: 'at-least-once' | 'at-most-once';
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
  /** Who is told of it: changes when another replica takes over. */
  coordinator: NodeId;
  /** Who may take the coordinator's place. */
  set: readonly NodeId[];
  /** How long it is expected to run, from tasks of the same name; 0 where nothing is known. */
  readonly estimateMs: number;
  /** When its job is to have ended, on the flock's wall clock; absent: whenever. */
  readonly dueMs?: number | undefined;
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
  /** What a function returned, as JSON. */
  readonly result?: string;
  /** The tree of the files that it left. */
  readonly outputs?: string;
  readonly usage?: Usage;
}

/** An attempt that is held here. */
export interface Held {
  readonly assignment: Assignment;
  readonly state: 'queued' | 'running';
}

/** A shard whose coordinator is another one now. */
export interface NewCoordinator {
  readonly job: JobId;
  readonly shard: number;
  readonly ballot: number;
  readonly set: readonly NodeId[];
}

export function attemptOf({ id, epoch }: Assignment): AttemptId {
  return { task: id, epoch };
}

/** Attempts at tasks of one shard. */
export interface Group {
  readonly job: JobId;
  readonly shard: number;
  readonly tasks: readonly { readonly index: number; readonly epoch: number }[];
}

/** The name of a shard. */
export function shardOf({ job, shard }: { readonly job: JobId; readonly shard: number }): string {
  return `${job}#${shard}`;
}

/** Assignments by coordinator and shard. */
export function groupsOf(
  assignments: readonly Assignment[],
): { readonly to: NodeId; readonly set: readonly NodeId[]; readonly group: Group }[] {
  const groups = new Map<string, Assignment[]>();
  for (const assignment of assignments) {
    const name = `${assignment.coordinator} ${shardOf(assignment)}`;
    groups.set(name, [...(groups.get(name) ?? []), assignment]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const tasks = group.map(({ index, epoch }) => ({ index, epoch }));
    return [{ to: first.coordinator, set: first.set, group: { job: first.job, shard: first.shard, tasks } }];
  });
}
