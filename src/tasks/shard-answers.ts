import type { LoadEffect, Loaded, ReplyEffect } from '../kernel/effects.js';
import type { NodeId } from '../kernel/ids.js';
import type { TaskMessage } from './messages.js';
import type { Placer } from './placer.js';
import type { AboutTasks, ShardEffect } from './shard-events.js';
import type { QueryMessage, QueryMessages } from './queries.js';
import type { RegisterId } from './register/head.js';
import type { Place } from './replication/effects.js';
import type { Places } from './replication/places.js';
import type { Shard } from './shard.js';
import { answerTasks, queryTag, recordsIn } from './shard-queries.js';
import type { ShardName, ShardTable } from './shard-table.js';
import type { Asker, ShardTag } from './shard-tags.js';

/** Above all that a coordinator ever said since the same retry. */
const FINAL_VERSION = Number.MAX_SAFE_INTEGER;

/** What a node answers about shards, of those that it coordinates and of those that it does not. */
export class ShardAnswers {
  /** @param waiting - tasks that wait at this node, of all its shards */
  constructor(
    private readonly table: ShardTable,
    private readonly places: Places,
    private readonly placer: Placer,
    private readonly waiting: () => number,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  /** Word of a shard that this node does not coordinate: it is finished, or somebody else must hear it. */
  afterTheEnd(from: NodeId, message: AboutTasks): void {
    if (message.kind === 'task.started') return;
    const asker = { to: from, re: message.ask };
    const { kind } = this.#placeOf(message);
    if (kind !== 'final' && kind !== 'gone') return this.elsewhere(message, asker);
    if (message.kind === 'task.ask') return this.reply(asker, { kind: 'task.granted', isGranted: false });
    this.reply(asker, { kind: message.kind === 'task.result' ? 'task.recorded' : 'task.takenback' });
  }

  /** Memory knows the tasks that live, the own replica those of a shard that it coordinates, the store those of the finished. */
  query(from: NodeId, message: QueryMessages['query.tasks' | 'query.task']): void {
    const shard = this.table.get(message);
    const register = this.places.shardRegister(message.job, message.shard);
    const tag = queryTag(from, message);
    if (shard) {
      const records = (index: number) => this.places.taskRecord(register, index);
      return this.emit(answerTasks(tag, records, shard, shard.record, this.#around(register, shard)));
    }
    const { kind } = this.places.placeOf(register);
    if (kind === 'final') this.emit({ kind: 'load', ...this.#partOf(register, message), tag });
    // Nor is this the place to say that there is nothing: the others of the set may know better.
    else this.elsewhere(message, { to: from, re: message.ask });
  }

  loaded({ tag, entries, isBad = false }: Loaded<ShardTag>): void {
    if (tag.what !== 'tasks' && tag.what !== 'task') return;
    // Of a task whose record is bad this node would say that it has not begun.
    if (isBad) return this.elsewhere(tag, tag.query);
    const place = this.#placeOf(tag);
    const record = place.kind === 'final' ? place.summary.shard : undefined;
    const around = this.#around(this.places.shardRegister(tag.job, tag.shard));
    const records = recordsIn(this.places.read(entries));
    this.emit(answerTasks(tag, (index) => records.get(index), undefined, record, around));
  }

  state(of: ShardName, asker: Asker): void {
    const shard = this.table.get(of);
    if (shard) return this.reply(asker, { kind: 'shard.state', ...shard.progress() });
    const place = this.#placeOf(of);
    const { done, retried } = (place.kind === 'final' ? place.summary.shard : undefined) ?? {};
    if (!done) return this.elsewhere(of, asker);
    const progress = { version: FINAL_VERSION, counts: done.counts, endedAtMs: done.atMs };
    this.reply(asker, { kind: 'shard.state', ...progress, ...(retried ? { retried } : {}) });
  }

  /** Its majority is given up by whoever ends its job: this node ends it alone, where that is gone, and it can. */
  abandon({ job, shard }: ShardName): void {
    this.emit({ kind: 'abandon', register: this.places.shardRegister(job, shard) });
  }

  elsewhere(of: ShardName, asker: Asker): void {
    const nodes = this.places.hints(this.places.shardRegister(of.job, of.shard));
    this.reply(asker, { kind: 'elsewhere', nodes });
  }

  reply({ to, re }: Asker, message: ReplyEffect<TaskMessage | QueryMessage>['message']): void {
    this.emit({ kind: 'reply', to, re, message });
  }

  /** What must be read of a finished shard. Where a state is asked for nobody knows how far away the tasks of that are. */
  #partOf(
    register: RegisterId,
    message: QueryMessages['query.tasks' | 'query.task'],
  ): Pick<LoadEffect<unknown>, 'prefix' | 'page'> {
    if (message.kind === 'query.task') return { prefix: this.places.tasksPrefix(register, message.index) };
    const prefix = this.places.tasksPrefix(register);
    const { after, limit, state } = message;
    if (state !== undefined) return { prefix };
    return { prefix, page: { after: after < 0 ? prefix : this.places.tasksPrefix(register, after), limit } };
  }

  /** @param shard - where this node coordinates it */
  #around(register: RegisterId, shard?: Shard) {
    const plain = { register, waiting: this.waiting() };
    if (!shard) return plain;
    const { set, degraded } = shard.place;
    const isProvisional = (index: number) => this.places.isProvisional(register, index);
    const [shunned, learntMs] = [this.placer.shunned(), this.placer.learntMs(shard.spec.name)];
    return {
      ...plain,
      isProvisional,
      shunned,
      learntMs,
      hindrance: this.places.hindrance(set, degraded !== undefined),
    };
  }

  #placeOf({ job, shard }: ShardName): Place {
    return this.places.placeOf(this.places.shardRegister(job, shard));
  }
}
