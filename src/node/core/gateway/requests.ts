import type { CoveyError } from '../../../kernel/errors.js';
import type { JobId, NodeId } from '../../../kernel/ids.js';
import type { LoadVector } from '../../../kernel/load.js';
import type { Queue, QueueSettings } from '../../../kernel/queues.js';
import type { Resources } from '../../../kernel/resources.js';
import type { TaskState } from '../../../kernel/states.js';
import type { MemberState } from '../../../membership/member.js';
import type { Candidate, Filtered } from '../../../placement/explain.js';
import type { Scored } from '../../../placement/scores.js';
import type { Change } from '../../../tasks/change.js';
import type { JobInfo, Progress, TaskInfo, TaskMore, QueuePlace } from '../../../tasks/queries.js';
import type { Registered } from './coordinator.js';
import type { Tried } from './places.js';
import type { TaskRange } from '../../../tasks/range.js';
import type { JobSpec } from '../../../tasks/spec.js';
import type { WishedTerms } from '../../../tasks/terms.js';

/** How complete an answer is: how many nodes were asked, and how many of them answered. */
export interface Completeness {
  readonly asked: number;
  readonly answered: number;
}

/** A job to be accepted. Id and digest are made outside the core, which has no cryptographic hash. */
export interface Submission {
  readonly job: JobId;
  /** Of spec, range and items. */
  readonly digest: string;
  /** The id follows from a key of the user's: it may be known already. */
  readonly isKeyed: boolean;
  readonly spec: JobSpec;
  readonly range: TaskRange;
  readonly items?: readonly string[] | undefined;
  /** It may have been submitted before, by a client that got no answer; where it was told, on which replicas. */
  readonly repeat?: { readonly tried?: Tried | undefined } | undefined;
}

export interface Accepted {
  readonly job: JobId;
  readonly tasks: number;
  readonly existed: boolean;
  readonly replicas: number;
  readonly acked: number;
  /** Known, by the word of a survivor without a majority. */
  readonly degraded: boolean;
}

export interface TaskPage extends Completeness {
  readonly job: JobInfo;
  readonly tasks: readonly TaskInfo[];
  /** Index to go on after; undefined at the end. */
  readonly next: number | undefined;
  /** Every task that there is between the first of the page and its end is on it. */
  readonly isWhole: boolean;
}

export interface OneTask {
  readonly job: JobInfo;
  readonly task: TaskInfo;
  readonly more: TaskMore;
  /** Who answered for it. */
  readonly coordinator: NodeId;
  /** Where its record is kept. */
  readonly registered: Registered;
  readonly shard: number;
  /** What a running function last said of itself. */
  readonly progress?: Progress | undefined;
}

/** Where output was last read, so that the next read need not look again. */
export interface OutputPlace {
  readonly executor: NodeId;
  readonly epoch: number;
}

export interface OutputPart {
  readonly data: Uint8Array;
  /** Of `data`'s first byte. */
  readonly offset: number;
  /** Nothing more will ever come. */
  readonly isFinal: boolean;
  /** Set while an attempt can be read; a new epoch begins at offset 0. */
  readonly at?: OutputPlace | undefined;
}

export interface ChangesPart {
  readonly boot: number;
  /** The number of the last change that was looked at. */
  readonly next: number;
  /** Some that were asked for are forgotten. */
  readonly isGap: boolean;
  readonly changes: readonly Change[];
}

export interface NodeInfo {
  readonly member: MemberState;
  readonly load: LoadVector | undefined;
  readonly rttMs: number | undefined;
}

/** What a node that drains still has. */
export interface Draining {
  readonly node: NodeId;
  readonly running: number;
  readonly queued: number;
  /** Results and tasks that it has handed over and nobody has taken down yet. */
  readonly handing: number;
  /** Jobs and shards of which it is a replica, and another node could be. */
  readonly records: number;
  /** Tasks that have not ended and stay on it, since no other node is there to take them. */
  readonly unfinished: number;
}

/** What is known of a task's way, and of where it could go. */
export interface Explained extends OneTask {
  readonly candidates: readonly Candidate[];
  readonly filtered: readonly Filtered[];
  /** How its coordinator would choose a node for it; absent where that does not say, or there is nothing to choose. */
  readonly scored?: Scored | undefined;
  /** Where it stands at its node, if that says so. */
  readonly queue?: QueuePlace | undefined;
}

/** What clients ask of a node, and what they get. */
export interface Requests {
  submit: { asks: Submission; gets: Accepted };
  job: { asks: { job: JobId; waitMs: number }; gets: JobInfo };
  /** Asked by a node itself, for a job that waits for this one. `isGone`: it has ended, and nobody knows how any more. */
  watch: {
    asks: { job: JobId; waitMs: number };
    gets: { readonly info?: JobInfo | undefined; readonly isGone?: boolean | undefined };
  };
  jobs: {
    asks: {
      prefix: string;
      state?: TaskState | undefined;
      /** Only those that wait, or have waited, for this one. */
      after?: JobId | undefined;
      /** The last job seen; those after it follow. */
      before?: { readonly atMs: number; readonly job: JobId } | undefined;
      limit: number;
    };
    gets: Completeness & { readonly jobs: readonly JobInfo[] };
  };
  tasks: { asks: { job: JobId; after: number; state?: TaskState | undefined; limit: number }; gets: TaskPage };
  /** Tasks with the results of functions that have ended. */
  results: { asks: { job: JobId; after: number; limit: number }; gets: TaskPage };
  task: { asks: { job: JobId; index: number }; gets: OneTask };
  cancel: {
    asks: { job: JobId; index?: number | undefined };
    /** `degraded`: on record with a survivor only. */
    gets: { readonly tasks: number; readonly degraded: boolean };
  };
  /** `degraded`: on record with a survivor only. */
  abandon: { asks: { job: JobId }; gets: { readonly tasks: number; readonly degraded: boolean } };
  hold: { asks: { job: JobId; isHeld: boolean }; gets: { readonly isOver: boolean } };
  /** The limits that are given; a deadline counts from now on. */
  update: {
    asks: { job: JobId; limits: { maxFails?: number; deadlineMs?: number; notAfterMs?: number; terms?: WishedTerms } };
    gets: object;
  };
  retry: {
    asks: {
      job: JobId;
      index?: number | undefined;
      /** Only tasks that ended otherwise than well. */
      failedOnly: boolean;
      /** The same for repeats of one request. */
      token: string;
    };
    gets: { readonly tasks: number };
  };
  output: {
    asks: {
      job: JobId;
      index: number;
      stream: 'stdout' | 'stderr';
      offset: number;
      waitMs: number;
      at?: OutputPlace | undefined;
    };
    gets: OutputPart;
  };
  /** Changes that one node has seen as a coordinator; nothing where it does not answer. See `query.changes`. */
  changes: {
    asks: {
      node: NodeId;
      job?: JobId | undefined;
      boot: number;
      after: number;
      sinceMs?: number | undefined;
      waitMs: number;
    };
    gets: { readonly told?: ChangesPart | undefined };
  };
  explain: { asks: { job: JobId; index: number }; gets: Explained };
  ring: {
    asks: { key: string; needs: Resources };
    gets: { readonly candidates: readonly Candidate[]; readonly hash: number };
  };
  nodes: { asks: Record<never, never>; gets: readonly NodeInfo[] };
  queues: { asks: Record<never, never>; gets: readonly Queue[] };
  'queue-set': { asks: { name: string; settings: QueueSettings }; gets: Queue };
  'queue-remove': { asks: { name: string }; gets: object };
  /** `begin`: it is to take no work any more; else only what is still there is asked. */
  drain: { asks: { node: string; begin: boolean }; gets: Draining };
}

export type RequestName = keyof Requests;
export type ClientRequest = {
  [Name in RequestName]: { readonly op: Name } & Readonly<Requests[Name]['asks']>;
}[RequestName];
export type ClientResult =
  | { readonly isOk: true; readonly value: Requests[RequestName]['gets'] }
  | { readonly isOk: false; readonly error: CoveyError };
