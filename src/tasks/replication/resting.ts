import type { JobId, NodeId } from '../../kernel/ids.js';
import type { Acceptor } from '../register/acceptor.js';
import type { RegisterId } from '../register/head.js';
import type { RegisterEvent } from '../register/registers.js';
import type { Replica } from '../register/replica.js';
import { parentsOf, type Parent } from '../gate.js';
import type { JobRecord } from '../job-record.js';
import type { JobSpec } from '../spec.js';
import type { HeldEntries } from './finality.js';
import { JOB, SHARD, SPEC } from './names.js';

/** What memory keeps of an unfinished register while its entries are in the store only. */
export interface Gist {
  /** Of the job that it is of; without one it is of a shard. */
  readonly job: Pick<JobRecord, 'range' | 'retry'> | undefined;
  readonly name: string;
  /** The jobs that it waits for. */
  readonly after?: Parent[];
  /** The job's only shard is in it. */
  readonly hasShard: boolean;
}

/** After so long without a question about it a register rests. */
const REST_MS = 10_000;
/** At one time: after a start all of them are due together. */
const RESTED_MAX = 4_096;

/**
 * Which unfinished registers nothing happens to: this node is a replica, another one coordinates them and is there. What only
 * waits is in no memory but its coordinator's (ADR 21).
 */
export class Resting {
  /** When each that was looked at was touched last, those touched last at the end. */
  readonly #touched = new Map<RegisterId, number>();
  #last: Gist | undefined;

  /** @param isHere - whether a node is alive and not suspected */
  constructor(
    private readonly self: NodeId,
    private readonly replica: Replica,
    private readonly isHere: (node: NodeId) => boolean,
  ) {}

  touched(id: RegisterId, nowMs: number): void {
    this.#touched.delete(id);
    this.#touched.set(id, nowMs);
  }

  /** Those that were let alone for long enough; each is named once, until it is touched again. */
  due(nowMs: number): RegisterEvent[] {
    const due: RegisterId[] = [];
    for (const [id, atMs] of this.#touched) {
      if (nowMs - atMs < REST_MS || due.length >= RESTED_MAX) break;
      due.push(id);
    }
    for (const id of due) this.#touched.delete(id);
    return due.flatMap((id) => {
      const acceptor = this.replica.get(id);
      if (!acceptor || !this.#isSeenTo(acceptor)) return [];
      return [{ kind: 'rest' as const, id, gist: this.#gistOf(acceptor.entries) }];
    });
  }

  /** Whether somebody else sees to it: whoever is to take it over needs all of it soon. */
  #isSeenTo({ head, promised, final, isEvicted }: Acceptor): boolean {
    if (!head || !promised || final !== undefined || isEvicted) return false;
    return promised.node !== this.self && this.isHere(promised.node);
  }

  /** Jobs that are submitted together are much alike, and share it. */
  #gistOf(entries: HeldEntries): Gist {
    const gist = gistIn(entries);
    if (!this.#last || !isSame(gist, this.#last)) this.#last = gist;
    return this.#last;
  }
}

/** What a list shows of a job that nobody coordinates. */
type ListedJob = Pick<JobRecord, 'job' | 'range' | 'createdAtMs' | 'retry'>;

export interface Listed extends Pick<Gist, 'name' | 'after'> {
  readonly record: ListedJob;
}

/** Of an unfinished job that this node holds, at rest or not. */
export function listedOf(acceptor: Acceptor): Listed | undefined {
  const { entries, head, id } = acceptor;
  const record = entries.get(JOB)?.value as JobRecord | undefined;
  if (record) {
    const spec = entries.get(SPEC)?.value as JobSpec;
    return { record, name: spec.name, ...parentsOf(spec) };
  }
  const { job, name = '', after } = (acceptor.gist ?? {}) as Partial<Gist>;
  if (!job || !head) return undefined;
  return { record: { ...job, job: id as JobId, createdAtMs: head.createdAtMs }, name, ...(after ? { after } : {}) };
}

function gistIn(entries: HeldEntries): Gist {
  const job = entries.get(JOB)?.value as JobRecord | undefined;
  const spec = (entries.get(SPEC)?.value ?? {}) as Partial<JobSpec>;
  const of = { name: spec.name ?? '', ...parentsOf(spec) };
  const hasShard = entries.get(SHARD) !== undefined;
  if (!job) return { job: undefined, ...of, hasShard };
  const { range, retry } = job;
  return { job: retry ? { range, retry } : { range }, ...of, hasShard };
}

function isSame(a: Gist, b: Gist): boolean {
  if (a.name !== b.name || a.hasShard !== b.hasShard) return false;
  if (a.job?.retry || b.job?.retry || a.after || b.after) return false;
  const [one, other] = [a.job?.range, b.job?.range];
  if (!one || !other) return one === other;
  return one.first === other.first && one.step === other.step && one.count === other.count;
}
