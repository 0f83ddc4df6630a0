import type { NodeId } from '../../../src/kernel/ids.js';
import { loadOf } from '../../../src/kernel/load.js';
import type { TimerToken } from '../../../src/kernel/timers.js';
import type { TaskMessage } from '../../../src/tasks/messages.js';
import type { ShardEffect, ShardEvent } from '../../../src/tasks/shard-events.js';
import type { Demand, End, Placer, Shunned } from '../../../src/tasks/placer.js';
import type { Outcome, TaskRecord } from '../../../src/tasks/record.js';
import { shardName, taskEntry } from '../../../src/tasks/replication/names.js';
import { ShardHome } from '../../../src/tasks/shard-home.js';
import type { ShardTag } from '../../../src/tasks/shard-tags.js';
import type { JobSpec } from '../../../src/tasks/spec.js';
import { brief, type Shown } from './brief.js';
import { JOB, node, outcomeOf, specOf } from './fixtures.js';
import type { Committed } from './known-places.js';
import { HandRegisters } from './registers.js';

/** The replicas of its shards. */
const SET = [node('home'), node('second'), node('third')];

type Asking = Extract<ShardEffect, { kind: 'ask' }>;

/** Nodes with as many places as a test gives them; offers go to the first that has room. */
class Room implements Placer {
  readonly left = new Map<NodeId, number>();
  readonly boots = new Map<NodeId, number>();
  readonly slots = new Map<NodeId, number>();

  /** The most that one choice gives. */
  most = Infinity;

  /** What the last choice was of. */
  wanted: Demand | undefined;

  choose(demand: Demand) {
    const { closed, offers, needs } = (this.wanted = demand);
    for (const [id, all] of this.left) {
      const room = all - (offers.get(id) ?? 0);
      if (needs.gpus === 0 && !closed(id) && room > 0) {
        return { node: id, room: Math.min(room, this.most), startsNow: false };
      }
    }
    return undefined;
  }

  freeSlots(id: NodeId): number {
    return this.slots.get(id) ?? 0;
  }

  /** Nodes that are not there. */
  readonly absent = new Set<NodeId>();

  mayOffer(id: NodeId): boolean {
    return !this.absent.has(id);
  }

  mayPin(id: NodeId): boolean {
    return this.mayOffer(id);
  }

  /** How attempts ended, as it was told: `node name`, with `failed` where they did, and how long after their offer. */
  readonly ends: string[] = [];

  constructor(readonly nowMs: () => number) {}

  ended({ node: id, name, isFailure, offeredAtMs }: End): void {
    const tookMs = offeredAtMs === undefined ? undefined : this.nowMs() - offeredAtMs;
    this.ends.push(`${id} ${name}${isFailure ? ' failed' : ''}${tookMs ? ` after ${tookMs} ms` : ''}`);
  }

  /** Nodes that it says get nothing. */
  avoided: readonly Shunned[] = [];

  /** Of tasks of whatever name. */
  tookMs = 0;

  learntMs(): number {
    return this.tookMs;
  }

  shunned(): readonly Shunned[] {
    return this.avoided;
  }

  bootOf(id: NodeId): number {
    return this.boots.get(id) ?? 1;
  }
}

/** One coordinator fed by hand: events in, effects out, shown in short. Writes reach a majority when the test says so. */
export class Home {
  nowMs = 0;
  readonly room = new Room(() => this.nowMs);
  readonly registers = new HandRegisters<ShardTag>((news) => this.step(news));
  readonly home: ShardHome;
  readonly #armed = new Map<string, TimerToken>();
  /** Whom it takes for dead. */
  dead: readonly string[] = [];
  #asked: Asking[] = [];
  #asks = 0;

  constructor(
    rooms: Readonly<Record<string, number>> = {},
    public members: readonly string[] = [],
  ) {
    for (const [name, room] of Object.entries(rooms)) this.room.left.set(node(name), room);
    const holders = { here: () => this.members.map(node), dead: () => this.dead.map(node) };
    this.home = new ShardHome(node('home'), this.room, this.registers.places, holders);
  }

  step(event: ShardEvent): Shown[] {
    return this.take(this.home.step(event, { monoMs: this.nowMs, wallMs: this.nowMs }));
  }

  /** A message with a request number where it needs one. */
  hear(from: string, message: object): Shown[] {
    return this.step({ kind: 'message', from: node(from), message: { ask: ++this.#asks, ...message } as never });
  }

  pump(): Shown[] {
    return this.take(this.home.pump({ monoMs: this.nowMs, wallMs: this.nowMs }));
  }

  giveTo(thief: string, n: number): Shown[] {
    return this.take(this.home.giveTo(node(thief), n).effects);
  }

  /** Grants every wish, those too that come of it. */
  sync(): Shown[] {
    const shown: Shown[] = [];
    for (let next = this.registers.grant(); next; next = this.registers.grant()) shown.push(...next);
    return shown;
  }

  /** All that it ever offered. */
  readonly offers: Extract<TaskMessage, { kind: 'task.offer' }>[] = [];

  create(count: number, changes: object = {}): Shown[] {
    return this.hear('jobs', {
      ...{ kind: 'shard.create', job: JOB, shard: 0, spec: specOf(), range: { first: 0, step: 1, count } },
      ...{ createdAtMs: 1, cancelled: false, set: SET, jobSet: [node('jobs'), node('deputy')], ...changes },
    });
  }

  /** A shard that is created and open. */
  open(count: number, spec: Partial<JobSpec> = {}, shard = 0): void {
    this.create(count, { spec: specOf(spec), shard });
    this.sync();
  }

  /** Answers the oldest open request of a kind to a node. */
  answer(kind: TaskMessage['kind'], from: string, reply: object | undefined): Shown[] {
    const i = this.#asked.findIndex(({ to, message }) => message.kind === kind && to === node(from));
    const asked = this.#asked[i];
    if (!asked) throw new Error(`nothing was asked: ${kind} of ${from}`);
    this.#asked.splice(i, 1);
    const { tag } = asked;
    if (reply === undefined) return this.step({ kind: 'no-reply', from: node(from), tag });
    return this.step({ kind: 'reply', from: node(from), tag, message: reply as never });
  }

  /** The node takes those of its oldest open offer, or all of it. */
  accept(from: string, accepted?: readonly number[]): Shown[] {
    const offer = this.#asked.find(({ to, message }) => message.kind === 'task.offer' && to === node(from))?.message;
    const all = offer?.kind === 'task.offer' ? offer.tasks.map(({ index }) => index) : [];
    const counts = { running: 1, queued: 2, waiting: 0, slots: 2, free: 1, workMs: 0, draining: false };
    const load = { node: node(from), boot: this.room.bootOf(node(from)), seq: 1, ...counts };
    const reply = { kind: 'task.offered', accepted: accepted ?? all, bound: loadOf(load) + 1, load };
    return this.answer('task.offer', from, reply);
  }

  result(from: string, index: number, epoch: number, how: Outcome['how'], more: Partial<Outcome> = {}): Shown[] {
    const outcome = outcomeOf(how, more);
    return this.hear(from, { kind: 'task.result', job: JOB, shard: 0, index, epoch, outcome });
  }

  started(from: string, index: number, epoch: number): Shown[] {
    return this.hear(from, { kind: 'task.started', job: JOB, shard: 0, tasks: [{ index, epoch, atMs: 3 }] });
  }

  cancel(index?: number): Shown[] {
    return this.hear('gate', { kind: 'shard.cancel', job: JOB, shard: 0, index });
  }

  fire(name: string, afterMs = 0): Shown[] {
    const timer = this.#armed.get(name);
    if (!timer) throw new Error(`${name} is not armed, only ${[...this.#armed.keys()].join(', ')}`);
    this.#armed.delete(name);
    this.nowMs += afterMs;
    return this.step({ kind: 'timer', timer });
  }

  isArmed(name: string): boolean {
    return this.#armed.has(name);
  }

  /** What the next coordinator would find; wishes under way are lost. */
  stored(): Committed {
    return this.registers.known.committed();
  }

  record(index: number): TaskRecord | undefined {
    return this.registers.known.registers.get(shardName(JOB, 0))?.entries.get(taskEntry(index)) as
      | TaskRecord
      | undefined;
  }

  take(effects: readonly ShardEffect[]): Shown[] {
    this.home.validate();
    for (const effect of effects) {
      if (effect.kind === 'create' || effect.kind === 'write' || effect.kind === 'renew') this.registers.wish(effect);
      else if (effect.kind === 'ask') {
        this.#asked.push(effect);
        if (effect.message.kind === 'task.offer') this.offers.push({ ask: 0, ...effect.message });
      } else if (effect.kind === 'arm') this.#armed.set(effect.timer.name, effect.timer);
    }
    return effects.flatMap(brief);
  }
}

/** A coordinator that takes over what another left. */
export function successor(
  stored: Committed,
  members: readonly string[],
  rooms: Readonly<Record<string, number>> = {},
): { home: Home; effects: Shown[] } {
  const home = new Home(rooms, members);
  return { home, effects: home.registers.takeOver(stored) };
}
