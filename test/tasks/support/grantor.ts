import type { TimerToken } from '../../../src/kernel/timers.js';
import type { Now } from '../../../src/kernel/time.js';
import type { TaskMessages } from '../../../src/tasks/messages.js';
import type { ShardEffect, ShardEvent } from '../../../src/tasks/shard-events.js';
import type { Outcome, TaskRecord } from '../../../src/tasks/record.js';
import { SHARD, SPEC, TASK_PREFIX } from '../../../src/tasks/replication/names.js';
import type { Places } from '../../../src/tasks/replication/places.js';
import { ShardHome } from '../../../src/tasks/shard-home.js';
import type { ShardRecord } from '../../../src/tasks/shard-record.js';
import type { JobSpec } from '../../../src/tasks/spec.js';
import { JOB, node, outcomeOf, specOf } from './fixtures.js';

export const ME = node('me');
export const E = node('executor');
export const F = node('other');
/** The boot in which nodes are until the test says otherwise. */
export const BOOT = 7;
const REGISTER = `${JOB}#0`;

type Write = Extract<ShardEffect, { readonly kind: 'write' }>;
type Ask = Extract<ShardEffect, { readonly kind: 'ask' }>;

const NO_START = {
  stdoutTail: new Uint8Array(0),
  stderrTail: new Uint8Array(0),
  stdoutBytes: 0,
  stderrBytes: 0,
};

/** The coordinator of a shard of one task that runs at most once, and short words for what happens to it. */
export class Grantor {
  monoMs = 1_000_000;
  effects: ShardEffect[] = [];
  readonly boots = new Map([ME, E, F].map((name) => [name, BOOT]));
  /** Who has room. */
  room = E;
  readonly #home: ShardHome;
  readonly #spec: JobSpec;
  #asks = 100;
  #offer: Ask | undefined;
  #doubts: TimerToken | undefined;
  #retry: TimerToken | undefined;

  constructor(spec: Partial<JobSpec> = {}) {
    this.#spec = specOf({ contract: 'at-most-once', ...spec });
    const placer = {
      choose: () => ({ node: this.room, room: 1, startsNow: false }),
      freeSlots: () => 0,
      mayOffer: () => true,
      mayPin: () => true,
      nowMs: () => this.monoMs,
      ended: () => undefined,
      shunned: () => [],
      learntMs: () => 0,
      bootOf: (name: typeof E) => this.boots.get(name) ?? 0,
    };
    const places = { placeOf: () => ({ kind: 'here' as const }), shardRegister: () => REGISTER };
    this.#home = new ShardHome(ME, placer, places as unknown as Places, { here: () => [ME, E, F], dead: () => [] });
  }

  get now(): Now {
    return { monoMs: this.monoMs, wallMs: this.monoMs + 7 };
  }

  step(event: ShardEvent): this {
    this.effects = this.#home.step(event, this.now);
    this.#home.validate();
    for (const effect of this.effects) {
      if (effect.kind === 'arm' && effect.timer.name === 'doubts') this.#doubts = effect.timer;
      if (effect.kind === 'arm' && effect.timer.name === 'retry') this.#retry = effect.timer;
    }
    return this;
  }

  /** It coordinates from now on; with a record it has taken over. */
  open(record?: Partial<TaskRecord>, ballot = record ? 2 : 1): this {
    const shard: ShardRecord = {
      ...{ job: JOB, shard: 0, range: { first: 0, step: 1, count: 1 } },
      ...{ createdAtMs: 0, cancelled: false, jobSet: [ME] },
    };
    const entries = new Map<string, unknown>([
      [SPEC, this.#spec],
      [SHARD, shard],
    ]);
    const empty = { index: 0, state: 'pending' as const, epoch: 1, attempts: 0, failures: 0, losses: 0, path: [] };
    if (record) entries.set(`${TASK_PREFIX}0`, { ...empty, ...record });
    return this.step({ kind: 'opened', register: REGISTER, ballot, isNew: !record, set: [ME, E, F], entries });
  }

  /** What it asked in the latest step: `kind to`. */
  get asked(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === 'ask' ? [`${effect.message.kind} ${effect.to}`] : []));
  }

  /** Records written in the latest step. */
  get records(): TaskRecord[] {
    return this.effects.flatMap((effect) => {
      if (effect.kind !== 'write') return [];
      return effect.entries.filter(({ key }) => key.startsWith(TASK_PREFIX)).map(({ value }) => value as TaskRecord);
    });
  }

  /** The states of those, with the nonce of a grant. */
  get written(): string[] {
    return this.records.map(({ state, grant }) => (grant ? `${state} granted ${grant.nonce}` : state));
  }

  get replies(): string[] {
    return this.effects.flatMap((effect) => {
      if (effect.kind !== 'reply') return [];
      const { message } = effect;
      return [
        message.kind === 'task.granted' ? `${message.isGranted ? 'granted' : 'void'} ${effect.re}` : message.kind,
      ];
    });
  }

  get epoch(): number {
    const [attempt] = this.#offer?.message.kind === 'task.offer' ? this.#offer.message.tasks : [];
    return attempt?.epoch ?? 1;
  }

  /** Offers what waits, and has it accepted. Says whom it was offered to. */
  place(): string[] {
    this.effects = this.#home.pump(this.now);
    const { asked } = this;
    const offer = this.effects.find((effect) => effect.kind === 'ask' && effect.message.kind === 'task.offer');
    if (offer?.kind !== 'ask') return asked;
    this.#offer = offer;
    const load = { node: offer.to, boot: BOOT, seq: 1, running: 1, queued: 0, waiting: 0, free: 0, workMs: 0 };
    const message = { kind: 'task.offered' as const, accepted: [0], bound: 1, load: load as never };
    this.step({ kind: 'reply', from: offer.to, tag: offer.tag, message });
    return asked;
  }

  /** The executor asks; the request has the number 1000 + nonce. */
  ask(nonce: number, changes: Partial<TaskMessages['task.ask']> = {}, from = E): this {
    const name = { job: JOB, shard: 0, index: 0, epoch: this.epoch, boot: BOOT, nonce };
    return this.step({ kind: 'message', from, message: { kind: 'task.ask', ask: 1000 + nonce, ...name, ...changes } });
  }

  /** The writes of the latest step are at a majority. */
  commit(): this {
    const writes = this.effects.filter((effect): effect is Write => effect.kind === 'write');
    const effects: ShardEffect[] = [];
    for (const { tag } of writes) {
      this.step({ kind: 'written', register: REGISTER, tag });
      effects.push(...this.effects);
    }
    this.effects = effects;
    return this;
  }

  result(how: Outcome['how'], changes: Partial<Outcome> = {}): this {
    return this.#result(outcomeOf(how, changes));
  }

  /** The executor ended it before it began. */
  dropped(): this {
    const outcome = outcomeOf('cancelled');
    return this.#result({ ...NO_START, how: outcome.how, finishedAtMs: outcome.finishedAtMs });
  }

  #result(outcome: Outcome): this {
    const name = { job: JOB, shard: 0, index: 0, epoch: this.epoch, ask: this.#asks++ };
    return this.step({ kind: 'message', from: E, message: { kind: 'task.result', ...name, outcome } });
  }

  handBack(): this {
    const tasks = [{ index: 0, epoch: this.epoch }];
    const message = { kind: 'task.handback' as const, ask: this.#asks++, job: JOB, shard: 0, tasks };
    return this.step({ kind: 'message', from: E, message });
  }

  started(): this {
    const tasks = [{ index: 0, epoch: this.epoch, atMs: 5 }];
    return this.step({ kind: 'message', from: E, message: { kind: 'task.started', job: JOB, shard: 0, tasks } });
  }

  /** A member says what it holds, in answer to the latest takeover. */
  tell(from: typeof E, state?: 'queued' | 'running', boot = BOOT, ballot = 2): this {
    const held = state ? [{ job: JOB, shard: 0, index: 0, epoch: this.epoch, state }] : [];
    const tag = { what: 'held' as const, shards: [{ job: JOB, shard: 0, ballot }] };
    return this.step({ kind: 'reply', from, tag, message: { kind: 'held.tell', boot, held } });
  }

  /** Answers the latest revoke: it is not held there. */
  unknown(boot = BOOT): this {
    const tasks = [{ index: 0, epoch: this.epoch }];
    const tag = { what: 'revoke' as const, job: JOB, shard: 0, tasks, isAwaited: true };
    const message = { kind: 'task.revoked' as const, boot, unknown: [0] };
    return this.step({ kind: 'reply', from: E, tag, message });
  }

  cancel(): this {
    const message = { kind: 'shard.cancel' as const, ask: this.#asks++, job: JOB, shard: 0, index: 0 };
    return this.step({ kind: 'message', from: ME, message });
  }

  /** Time passes, with all that is due in it. */
  /** A task that failed has rested. */
  rested(): this {
    this.monoMs += 400;
    return this.#retry ? this.step({ kind: 'timer', timer: this.#retry }) : this;
  }

  pass(ms: number): this {
    const untilMs = this.monoMs + ms;
    const effects: ShardEffect[] = [];
    while (this.monoMs < untilMs) {
      this.monoMs = Math.min(untilMs, this.monoMs + 1_000);
      const armed = this.#doubts;
      this.#doubts = undefined;
      if (!armed) continue;
      this.step({ kind: 'timer', timer: armed });
      effects.push(...this.effects);
    }
    this.effects = effects;
    return this;
  }
}
