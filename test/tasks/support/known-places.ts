import type { NodeId } from '../../../src/kernel/ids.js';
import type { Put, StorePage } from '../../../src/kernel/effects.js';
import { parentsOf } from '../../../src/tasks/gate.js';
import type { JobSpec } from '../../../src/tasks/spec.js';
import type { JobRecord } from '../../../src/tasks/job-record.js';
import type { RegisterId } from '../../../src/tasks/register/head.js';
import type { ReplicaSet } from '../../../src/tasks/register/replica-set.js';
import type { Written } from '../../../src/tasks/register/messages.js';
import type { Place } from '../../../src/tasks/replication/effects.js';
import { summaryOf, type FinalSummary } from '../../../src/tasks/replication/finality.js';
import { JOB, SHARD, shardName, SPEC, TASK_PREFIX, taskEntry } from '../../../src/tasks/replication/names.js';
import type { Places } from '../../../src/tasks/replication/places.js';
import type { TaskRecord } from '../../../src/tasks/record.js';
import { isTerminal } from '../../../src/kernel/states.js';

/** A register as a test keeps it: what is committed, and whether it is coordinated here. */
interface Kept {
  readonly set: ReplicaSet;
  readonly entries: Map<string, unknown>;
  ballot: number;
  isOpen: boolean;
}

/** Committed registers, by name. */
export type Committed = ReadonlyMap<RegisterId, Kept>;

/** What the replicas of a node would know, kept by hand. */
export class KnownPlaces implements Pick<Places, keyof Places> {
  readonly registers = new Map<RegisterId, Kept>();
  /** What is to be said of a register in place of what is kept. */
  readonly told = new Map<RegisterId, Place>();
  chosen: ReplicaSet = [];
  /** What keeps everything from being recorded. */
  hindered: string | undefined;

  placeOf(id: RegisterId): Place {
    const told = this.told.get(id);
    if (told) return told;
    const kept = this.registers.get(id);
    if (!kept) return { kind: 'unknown' };
    if (kept.isOpen) return { kind: 'here' };
    const summary = this.#summary(kept);
    return summary ? { kind: 'final', summary, set: kept.set } : { kind: 'elsewhere', nodes: [] };
  }

  wouldChoose(_id: RegisterId, set: ReplicaSet): boolean {
    return set.join() === this.chosen.join();
  }

  hints(id: RegisterId): NodeId[] {
    const place = this.placeOf(id);
    return place.kind === 'elsewhere' ? [...place.nodes] : [];
  }

  shardRegister(job: string, shard: number): RegisterId {
    return this.registers.get(job)?.entries.has(SHARD) ? job : shardName(job, shard);
  }

  hindrance(): string | undefined {
    return this.hindered;
  }

  isProvisional(): boolean {
    return false;
  }

  loss(id: RegisterId) {
    return this.registers.has(id) ? ('whole' as const) : undefined;
  }

  /** How long the members of a set have still to be gone, where they are. */
  lost = new Map<string, number>();

  lossOf(set: ReplicaSet) {
    const leftMs = this.lost.get(set.join());
    return leftMs === undefined ? undefined : { gone: set.length, replicas: set.length, sinceMs: 0, leftMs };
  }

  refusals() {
    return [];
  }

  *orphanedJobs() {
    for (const [id, { entries }] of this.registers) {
      const record = entries.get(JOB) as JobRecord | undefined;
      const spec = entries.get(SPEC) as JobSpec | undefined;
      if (record && this.placeOf(id).kind === 'elsewhere') yield { record, name: 'demo', ...parentsOf(spec) };
    }
  }

  *finishedJobs() {
    for (const id of this.registers.keys()) {
      const place = this.placeOf(id);
      if (place.kind === 'final' && place.summary.job) yield place.summary;
    }
  }

  *entriesOf(id: RegisterId) {
    for (const [key, value] of this.registers.get(id)?.entries ?? []) yield [key, { value }] as const;
  }

  taskRecord(id: RegisterId, index: number) {
    return this.registers.get(id)?.entries.get(taskEntry(index)) as TaskRecord | undefined;
  }

  /** An id, and the task in it where it is one: such as `job1#0` and `job1#0 task/0000000007`. */
  tasksPrefix(id: RegisterId, index?: number): string {
    return index === undefined ? id : `${id} ${taskEntry(index)}`;
  }

  read(puts: readonly Put[]) {
    return puts.map(({ key, value }) => [key, { value }] as const);
  }

  keep(): void {
    throw new Error('only replicas say what is to be kept');
  }

  /** The entries that a load of `tasksPrefix(…)` brings. */
  load(prefix: string, page?: StorePage): Put[] {
    const [id = '', task = TASK_PREFIX] = prefix.split(' ');
    const { after = '', limit = Infinity } = page ?? {};
    const entries = [...this.entriesOf(id)].map(([key, { value }]) => ({ key, value }));
    const due = entries.filter(({ key }) => key.startsWith(task) && `${id} ${key}` > after);
    return due.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
  }

  /** Copies what is committed: all that the next coordinator finds. */
  committed(): Committed {
    return structuredClone(this.registers);
  }

  isFinal(id: RegisterId): boolean {
    const kept = this.registers.get(id);
    return kept !== undefined && this.#summary(kept) !== undefined;
  }

  /** Commits a write. Throws where it would change an outcome. */
  write(id: RegisterId, written: readonly Written[]): void {
    const kept = this.registers.get(id);
    if (!kept) throw new Error(`${id} is written and was never made`);
    for (const { key, value } of written) {
      const before = kept.entries.get(key) as TaskRecord | undefined;
      if (key.startsWith(TASK_PREFIX) && before && isTerminal(before.state)) {
        throw new Error(`${key} was ${before.state} for ever and is written again as ${(value as TaskRecord).state}`);
      }
      kept.entries.set(key, structuredClone(value));
    }
  }

  #summary({ entries }: Kept): FinalSummary | undefined {
    return summaryOf(new Map([...entries].map(([key, value]) => [key, { value }])));
  }
}
