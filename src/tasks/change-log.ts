import type { ReplyEffect } from '../kernel/effects.js';
import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import { TimerBook, type TimerEffect, type TimerToken } from '../kernel/timers.js';
import { CHANGES_MAX, type Change } from './change.js';
import type { QueryMessages } from './queries.js';

/** Queries held at once; whoever asks beyond that is answered at once, and asks again. */
const HELD_MAX = 1024;
const TIMER = 'held';

type Query = QueryMessages['query.changes'];
type Told = Omit<QueryMessages['query.changes-told'], 're'>;

interface Held {
  readonly from: NodeId;
  readonly query: Query;
  readonly untilMs: number;
  /** Every change up to this number has been looked at in vain. */
  seen: number;
}

type ChangeEffect = ReplyEffect<QueryMessages['query.changes-told']> | TimerEffect;

/**
 * The last changes that this node has seen as a coordinator, numbered from 1 in each of its starts; the oldest are forgotten.
 * Whoever follows them asks for those after the last number that it knows, and is answered once there is one. What is asked
 * keeps no state here, so any gateway goes on where another one has left off.
 */
export class ChangeLog {
  /** Change n stands at (n - 1) % kept. */
  readonly #ring: Change[] = [];
  readonly #held = new Map<string, Held>();
  readonly #timers = new TimerBook('changes');
  #last = 0;
  #forgottenAtMs = -Infinity;
  #isNews = false;

  /** @param kept - how many changes are remembered */
  constructor(
    private readonly boot: number,
    private readonly kept: number,
    private readonly now: () => Now,
  ) {}

  note(change: Omit<Change, 'atMs'>): void {
    const place = this.#last % this.kept;
    this.#forgottenAtMs = this.#ring[place]?.atMs ?? this.#forgottenAtMs;
    this.#ring[place] = { atMs: Math.max(0, this.now().wallMs), ...change };
    this.#last += 1;
    this.#isNews = this.#held.size > 0;
  }

  asked(from: NodeId, query: Query): ChangeEffect[] {
    const { boot, after, sinceMs, waitMs } = query;
    const told = { kind: 'query.changes-told' as const, boot: this.boot };
    if (sinceMs === undefined) {
      const now: Told = { ...told, next: this.#last, isGap: false, changes: [] };
      return [{ kind: 'reply', to: from, re: query.ask, message: now }];
    }
    const isKnown = boot === this.boot;
    const isGap = isKnown ? after < this.#last - this.kept : boot > 0 || this.#forgottenAtMs >= sinceMs;
    const read = this.#read(query, isKnown ? after : 0);
    if (read.changes.length > 0 || isGap || waitMs === 0 || this.#held.size >= HELD_MAX) {
      return [{ kind: 'reply', to: from, re: query.ask, message: { ...told, ...read, isGap } }];
    }
    const id = `${from} ${query.ask}`;
    // A repeat of a request that is held already changes nothing.
    if (this.#held.has(id)) return [];
    this.#held.set(id, { from, query, untilMs: this.now().monoMs + waitMs, seen: read.next });
    return this.#arm();
  }

  /** Answers those for whom something has come; to be called after every event. */
  flush(): ChangeEffect[] {
    if (!this.#isNews) return [];
    this.#isNews = false;
    return this.#release((found) => found > 0);
  }

  /** A timer of this machine has fired. */
  fired(token: TimerToken): ChangeEffect[] {
    if (!this.#timers.fired(token)) return [];
    const { monoMs } = this.now();
    return [...this.#release((_found, untilMs) => untilMs <= monoMs), ...this.#arm()];
  }

  #release(isDue: (found: number, untilMs: number) => boolean): ChangeEffect[] {
    const effects: ChangeEffect[] = [];
    for (const [id, held] of this.#held) {
      const { from, query, untilMs } = held;
      const read = this.#read(query, held.seen);
      held.seen = read.next;
      if (!isDue(read.changes.length, untilMs)) continue;
      this.#held.delete(id);
      const message: Told = { kind: 'query.changes-told', boot: this.boot, ...read, isGap: false };
      effects.push({ kind: 'reply', to: from, re: query.ask, message });
    }
    return effects;
  }

  /** What was asked for and stands beyond number `after`, as far as one answer holds it. */
  #read({ job, sinceMs = 0 }: Query, after: number): Pick<Told, 'next' | 'changes'> {
    const changes: Change[] = [];
    let next = Math.max(after, this.#last - this.kept, 0);
    while (next < this.#last && changes.length < CHANGES_MAX) {
      const change = this.#ring[next % this.kept];
      next += 1;
      if (change && (job === undefined || change.job === job) && change.atMs >= sinceMs) changes.push(change);
    }
    return { next, changes };
  }

  #arm(): TimerEffect[] {
    let next = Infinity;
    for (const { untilMs } of this.#held.values()) next = Math.min(next, untilMs);
    if (next === Infinity) return this.#timers.disarm(TIMER);
    return [this.#timers.arm(TIMER, Math.max(0, next - this.now().monoMs))];
  }
}
