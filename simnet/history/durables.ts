import type { Put } from '../../src/kernel/effects.js';
import { taskId, type JobId, type NodeId, type TaskId } from '../../src/kernel/ids.js';
import { isTerminal } from '../../src/kernel/states.js';
import type { JobRecord } from '../../src/tasks/job-record.js';
import type { TaskRecord } from '../../src/tasks/record.js';
import type { StoredCore } from '../../src/tasks/register/stored.js';
import { JOB, TASK_PREFIX } from '../../src/tasks/replication/names.js';
import { compareVersions, type Version } from '../../src/tasks/register/version.js';
import { BallotWatch, type BallotBreach } from './ballots.js';
import { coreIn, entryIn, Majorities, ReplicaSets, type EntryPut } from './register-writes.js';

/** The outcome of a task: a terminal record that came to a majority of its register's disks. */
export interface Recorded {
  readonly atMs: number;
  /** The coordinator that wrote it. */
  readonly node: NodeId;
  readonly task: TaskId;
  readonly state: TaskRecord['state'];
  readonly epoch: number;
  readonly executor: NodeId | undefined;
  readonly attempts: number;
  readonly failures: number;
  readonly losses: number;
  readonly exitCode: number | undefined;
  /** Under which it was committed first. */
  readonly ballot: number;
}

/** A disk was given something else of a task that has an outcome. */
export interface Rewritten {
  readonly atMs: number;
  readonly node: NodeId;
  readonly task: TaskId;
  readonly was: TaskRecord['state'];
  readonly is: TaskRecord['state'];
}

/** A job, accepted by a majority of its replicas. */
export interface Created {
  readonly atMs: number;
  /** The coordinator that wrote it. */
  readonly node: NodeId;
  readonly job: JobId;
  readonly digest: string;
  readonly generation: number;
  /** Its replicas. */
  readonly set: readonly NodeId[];
}

/** Some disk holds a register for this set. */
interface Claim {
  readonly set: readonly NodeId[];
  readonly atMs: number;
}

/** Two sets were given one register, each by a disk at least. */
export interface Contest {
  readonly job: JobId;
  readonly first: Claim;
  readonly second: Claim;
}

interface End {
  readonly record: Recorded;
  readonly version: Version;
}

/** What became durable: an outcome is what a majority has, whatever else a minority was given on the way. */
export class Durables {
  readonly records: Recorded[] = [];
  readonly rewrites: Rewritten[] = [];
  readonly created: Created[] = [];
  readonly contests: Contest[] = [];
  readonly breaches: BallotBreach[] = [];
  readonly sets = new ReplicaSets();
  readonly #ends = new Majorities<End>(this.sets);
  readonly #jobs = new Majorities<Omit<Created, 'set'>>(this.sets);
  readonly #createdOf = new Map<JobId, readonly Created[]>();
  readonly #outcomes = new Map<TaskId, End>();
  /** Whose disks were given a job, by job and generation. */
  readonly #holders = new Map<string, Set<NodeId>>();
  readonly #first = new Map<string, Claim>();
  readonly #ballots = new BallotWatch(this.sets);

  note(node: NodeId, put: Put, before: unknown, atMs: number): void {
    this.breaches.push(...this.#ballots.note(node, put, before as StoredCore | undefined, atMs));
    const entry = entryIn(put);
    if (entry) return this.#noteEntry(node, entry, atMs);
    const found = coreIn(put);
    const { head, isStub } = found?.core ?? {};
    if (!found || !head) return;
    if (isStub === true) return this.sets.stub(node, found.register);
    const isNew = this.sets.note(found.register, head);
    if (!this.sets.name(node, found.register, head) && !isNew) return;
    if (isNew && head.generation === 0) this.#noteLineage(found.register, head.set, atMs);
    for (const { what } of this.#ends.recount(found.register)) this.#ended(what, atMs);
    for (const { what, set } of this.#jobs.recount(found.register)) this.#made({ set, ...what, atMs });
  }

  /** Of an id's register only one set may be heard of. */
  #noteLineage(register: string, set: readonly NodeId[], atMs: number): void {
    const first = this.#first.get(register);
    if (first) this.contests.push({ job: jobOf(register), first, second: { set, atMs } });
    else this.#first.set(register, { set, atMs });
  }

  #noteEntry(node: NodeId, put: EntryPut, atMs: number): void {
    const { key, version, value } = put;
    if (key === JOB) {
      const { job, digest } = value as JobRecord;
      const { node: by, generation } = version;
      const name = `${job} ${generation}`;
      this.#holders.set(name, (this.#holders.get(name) ?? new Set()).add(node));
      const made = this.#jobs.put(node, put, { atMs, node: by, job, digest, generation });
      if (made) this.#made({ set: made.set, ...made.what, atMs });
    }
    if (!key.startsWith(TASK_PREFIX)) return;
    const record = recordedOf(put, atMs);
    const before = this.#outcomes.get(record.task);
    if (before) {
      // What is older may still come to a minority that was slow to hear of it.
      if (isSame(before.record, record) || compareVersions(version, before.version) < 0) return;
      this.rewrites.push({ atMs, node, task: record.task, was: before.record.state, is: record.state });
    }
    if (!isTerminal(record.state)) return;
    const end = this.#ends.put(node, put, { record, version });
    if (end) this.#ended(end.what, atMs);
  }

  /** For each set that the job has had: how many of its disks were given the job. */
  holdersOf(job: JobId): { readonly set: readonly NodeId[]; readonly disks: number }[] {
    return this.sets.of(job).map(({ generation, set }) => {
      const holders = this.#holders.get(`${job} ${generation}`);
      return { set, disks: set.filter((node) => holders?.has(node)).length };
    });
  }

  #ended(end: End, atMs: number): void {
    const { task } = end.record;
    const before = this.#outcomes.get(task);
    if (before && isSame(before.record, end.record)) return;
    this.#outcomes.set(task, end);
    this.records.push({ ...end.record, atMs });
  }

  /** A later ballot, and a later set of the same register, only carry it on. */
  #made(made: Created): void {
    const known = this.#createdOf.get(made.job) ?? [];
    const isSame = ({ digest, generation, set }: Created) =>
      digest === made.digest && (generation !== made.generation || set.join() === made.set.join());
    if (known.some(isSame)) return;
    this.#createdOf.set(made.job, [...known, made]);
    this.created.push(made);
  }
}

function recordedOf({ register, version, value }: EntryPut, atMs: number): Recorded {
  const { index, state, epoch, executor, attempts, failures, losses, outcome } = value as TaskRecord;
  const task = taskId(jobOf(register), index);
  const counts = { attempts, failures, losses };
  return {
    atMs,
    node: version.node,
    ballot: version.n,
    task,
    state,
    epoch,
    executor,
    ...counts,
    exitCode: outcome?.exitCode,
  };
}

export function jobOf(register: string): JobId {
  const hash = register.indexOf('#');
  return (hash < 0 ? register : register.slice(0, hash)) as JobId;
}

function isSame(a: Recorded, b: Recorded): boolean {
  return a.state === b.state && a.epoch === b.epoch && a.executor === b.executor;
}
