import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { TimerBook, TimerEffect } from '../kernel/timers.js';

/** A query that waits for something to change before it is answered. */
export interface HeldQuery {
  readonly from: NodeId;
  readonly re: number;
  /** What it is about: a job, or a task. */
  readonly topic: string;
  readonly untilMs: number;
}

const TIMER = 'held-queries';

/** Long polls: queries kept until their topic changes or their time is up. One timer serves them all. */
export class HeldQueries {
  readonly #byTopic = new Map<string, Map<string, HeldQuery>>();

  constructor(private readonly timers: TimerBook) {}

  /** Keeps a query; a repeat of the same request changes nothing. */
  hold(query: HeldQuery, now: Now): TimerEffect[] {
    const queries = this.#byTopic.get(query.topic) ?? new Map<string, HeldQuery>();
    const id = `${query.from} ${query.re}`;
    if (queries.has(id)) return [];
    this.#byTopic.set(query.topic, queries.set(id, query));
    return this.#arm(now);
  }

  /** Takes out what was held about a topic. */
  release(topic: string): readonly HeldQuery[] {
    const queries = this.#byTopic.get(topic);
    this.#byTopic.delete(topic);
    return queries ? [...queries.values()] : [];
  }

  /** Takes out what has waited long enough; to be called when the timer fires. */
  expire(now: Now): { readonly due: readonly HeldQuery[]; readonly effects: TimerEffect[] } {
    const due: HeldQuery[] = [];
    for (const [topic, queries] of this.#byTopic) {
      for (const [id, query] of queries) {
        if (query.untilMs > now.monoMs) continue;
        due.push(query);
        queries.delete(id);
      }
      if (queries.size === 0) this.#byTopic.delete(topic);
    }
    return { due, effects: this.#arm(now) };
  }

  owns(timerName: string): boolean {
    return timerName === TIMER;
  }

  #arm(now: Now): TimerEffect[] {
    let next = Infinity;
    for (const queries of this.#byTopic.values()) {
      for (const query of queries.values()) next = Math.min(next, query.untilMs);
    }
    return next === Infinity ? this.timers.disarm(TIMER) : [this.timers.arm(TIMER, Math.max(0, next - now.monoMs))];
  }
}
