import type { Put } from '../../src/kernel/effects.js';
import type { JobId, NodeId } from '../../src/kernel/ids.js';
import type { NodeEffect, NodeEvent } from '../../src/node/core/events.js';
import type { TaskRecord } from '../../src/tasks/record.js';
import type { ShardRecord } from '../../src/tasks/shard-record.js';
import { SHARD, TASK_PREFIX } from '../../src/tasks/replication/names.js';
import type { CancelNoted } from './log.js';
import { entryIn, Majorities, type EntryPut, type ReplicaSets } from './register-writes.js';

type Noted = Pick<CancelNoted, 'job' | 'range'>;
type Write = EntryPut & { readonly noted: Noted };

/**
 * Follows the writes in which coordinators note cancels: what counts is when they are told that these are at a majority, by
 * their own disk and by the answers of others.
 */
export class CancelWrites {
  /** By node and number of the write. */
  readonly #underWay = new Map<NodeId, Map<number, Write[]>>();
  /** By register, ballot and seq: what its coordinator waits to be told of. */
  readonly #asked = new Map<string, Write[]>();
  readonly #told: Majorities<Noted>;

  constructor(sets: ReplicaSets) {
    this.#told = new Majorities<Noted>(sets);
  }

  step(node: NodeId, event: NodeEvent, effects: readonly NodeEffect[], atMs: number): CancelNoted[] {
    if (event.kind === 'start') this.#underWay.delete(node);
    const noted = [...this.#heard(node, event)];
    for (const effect of effects) {
      if (effect.kind !== 'persist') continue;
      const own = effect.puts.flatMap(cancelIn).filter(({ version }) => version.node === node);
      if (own.length === 0) continue;
      this.#of(node).set(effect.write, own);
      for (const write of own) {
        const name = nameOf(write.register, write.version);
        this.#asked.set(name, [...(this.#asked.get(name) ?? []), write]);
      }
    }
    return noted.map((each) => ({ atMs, node, ...each }));
  }

  *#heard(node: NodeId, event: NodeEvent): Generator<Noted> {
    if (event.kind === 'persisted') {
      for (const write of this.#underWay.get(node)?.get(event.write) ?? []) yield* this.#count(node, write);
    }
    if (event.kind !== 'message' || event.message.kind !== 'register.tell') return;
    for (const tell of event.message.items) {
      if (tell.kind !== 'accepted') continue;
      const writes = this.#asked.get(nameOf(tell.id, { n: tell.n, node, seq: tell.seq })) ?? [];
      for (const write of writes) yield* this.#count(event.from, write);
    }
  }

  *#count(by: NodeId, write: Write): Generator<Noted> {
    const noted = this.#told.put(by, write, write.noted);
    if (noted) yield noted.what;
  }

  #of(node: NodeId): Map<number, Write[]> {
    const known = this.#underWay.get(node);
    if (known) return known;
    const writes = new Map<number, Write[]>();
    this.#underWay.set(node, writes);
    return writes;
  }
}

function nameOf(register: string, { n, node, seq }: Pick<EntryPut['version'], 'n' | 'node' | 'seq'>): string {
  return `${register} ${n} ${node} ${seq}`;
}

function cancelIn(put: Put): Write[] {
  const entry = entryIn(put);
  if (!entry) return [];
  const { register, key, value } = entry;
  if (key === SHARD) {
    const { cancelled, job, range } = value as ShardRecord;
    return cancelled ? [{ ...entry, noted: { job, range } }] : [];
  }
  if (!key.startsWith(TASK_PREFIX)) return [];
  const { cancelled, index } = value as TaskRecord;
  const job = (register.includes('#') ? register.slice(0, register.indexOf('#')) : register) as JobId;
  return cancelled ? [{ ...entry, noted: { job, range: { first: index, step: 1, count: 1 } } }] : [];
}
