import type { NodeId } from '../../../src/kernel/ids.js';
import { loadOf } from '../../../src/kernel/load.js';
import type { TimerToken } from '../../../src/kernel/timers.js';
import type { TaskMessage } from '../../../src/tasks/messages.js';
import type { ShardEffect } from '../../../src/tasks/offering.js';
import type { Placer } from '../../../src/tasks/placer.js';
import type { Outcome, TaskRecord } from '../../../src/tasks/record.js';
import type { ShardEvent, StoredShard } from '../../../src/tasks/shard-events.js';
import { ShardHome } from '../../../src/tasks/shard-home.js';
import type { ShardTag } from '../../../src/tasks/shard-tags.js';
import type { JobSpec } from '../../../src/tasks/spec.js';
import { Disk } from './disk.js';
import { JOB, node, outcomeOf, specOf } from './fixtures.js';
import { brief, type Shown } from './brief.js';

type Asking = Extract<ShardEffect, { kind: 'ask' }>;

/** Nodes with as many places as a test gives them; offers go to the first that has room. */
class Room implements Placer {
  readonly left = new Map<NodeId, number>();
  readonly boots = new Map<NodeId, number>();

  choose({ closed, offered, needs }: Parameters<Placer['choose']>[0]) {
    for (const [id, room] of this.left) {
      if (needs.gpus === 0 && !closed(id) && room > offered(id)) return { node: id, room: room - offered(id) };
    }
    return undefined;
  }

  mayOffer(): boolean {
    return true;
  }

  bootOf(id: NodeId): number {
    return this.boots.get(id) ?? 1;
  }
}

/** One coordinator fed by hand: events in, effects out, shown in short. Writes become durable when the test says so. */
export class Home {
  nowMs = 0;
  readonly room = new Room();
  readonly disk = new Disk<ShardTag>();
  readonly home: ShardHome;
  readonly #armed = new Map<string, TimerToken>();
  #asked: Asking[] = [];
  #asks = 0;

  constructor(places: Readonly<Record<string, number>> = {}, boot = 1) {
    for (const [name, room] of Object.entries(places)) this.room.left.set(node(name), room);
    this.home = new ShardHome(node('home'), boot, this.room);
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

  /** Makes every write durable, those too that come of it. */
  sync(): Shown[] {
    const shown: Shown[] = [];
    for (let tag = this.disk.sync(); tag; tag = this.disk.sync()) shown.push(...this.step({ kind: 'committed', tag }));
    return shown;
  }

  /** A shard that is created and open. */
  open(count: number, spec: Partial<JobSpec> = {}, shard = 0): void {
    const range = { first: 0, step: 1, count };
    const create = {
      kind: 'shard.create',
      job: JOB,
      shard,
      spec: specOf(spec),
      range,
      createdAtMs: 1,
      cancelled: false,
    };
    this.hear('jobs', create);
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

  /** What would be found on its disk if it started again now; writes under way are lost. */
  stored(): readonly StoredShard[] {
    return this.disk.crash().shards;
  }

  record(index: number): TaskRecord | undefined {
    const put = this.disk.range(`task/${JOB}/0000000/`).find(({ value }) => (value as TaskRecord).index === index);
    return put?.value as TaskRecord | undefined;
  }

  take(effects: readonly ShardEffect[]): Shown[] {
    this.home.validate();
    for (const effect of effects) {
      if (effect.kind === 'commit') this.disk.write(effect.puts, effect.tag);
      else if (effect.kind === 'ask') this.#asked.push(effect);
      else if (effect.kind === 'arm') this.#armed.set(effect.timer.name, effect.timer);
    }
    return effects.flatMap(brief);
  }
}

/** A coordinator that finds what another left on its disk. */
export function restarted(
  stored: readonly StoredShard[],
  members: readonly string[],
  places: Readonly<Record<string, number>> = {},
): { home: Home; effects: Shown[] } {
  const home = new Home(places, 2);
  for (const { record, spec, tasks } of stored) {
    home.disk.values.set(`shard/${record.job}/000000${record.shard}`, record).set(`spec/${record.job}`, spec);
    for (const task of tasks) {
      home.disk.values.set(`task/${record.job}/000000${record.shard}/${String(task.index).padStart(10, '0')}`, task);
    }
  }
  const effects = home.step({ kind: 'restore', shards: stored, members: members.map(node) });
  return { home, effects: [...effects, ...home.step({ kind: 'joined' })] };
}
