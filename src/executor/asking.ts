import type { TaskId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { TimerBook } from '../kernel/timers.js';
import type { Assignment } from './assignment.js';
import type { ExecutorEffect } from './events.js';
import type { AttemptId } from './runner.js';
import type { RunningAttempts } from './running.js';

/** A grant lets an attempt start so long after it was first asked for, on this node's own clock, and no later. */
export const GRANT_MS = 5_000;

export interface OpenAsk {
  readonly assignment: Assignment;
  /** Names the ask among all of this boot; each is above those before it. */
  readonly nonce: number;
  readonly sinceMs: number;
}

/**
 * Attempts that may start only under a grant, and hold a place while they wait for it (register.md, rule 12). An ask that is
 * closed, for whatever reason, can never be served any more: closing it is a promise not to start.
 */
export class OpenAsks {
  readonly #asks = new Map<TaskId, OpenAsk>();
  #last = 0;

  constructor(
    private readonly places: Pick<RunningAttempts, 'reserve' | 'unreserve'>,
    private readonly timers: TimerBook,
    private readonly emit: (effect: ExecutorEffect) => void,
  ) {}

  get size(): number {
    return this.#asks.size;
  }

  get(id: TaskId): Assignment | undefined {
    return this.#asks.get(id)?.assignment;
  }

  /** The ask of that name, while it is open. */
  find({ task, epoch }: AttemptId, nonce: number): OpenAsk | undefined {
    const ask = this.#asks.get(task);
    return ask?.nonce === nonce && ask.assignment.epoch === epoch ? ask : undefined;
  }

  /** Asks, or asks anew: that closes the ask before. */
  open(assignment: Assignment, now: Now): void {
    const { id } = assignment;
    if (!this.#asks.has(id)) this.places.reserve(assignment);
    this.#last += 1;
    this.#asks.set(id, { assignment, nonce: this.#last, sinceMs: now.monoMs });
    this.emit({ kind: 'ask', assignment, nonce: this.#last });
    this.emit(this.timers.arm(`ask ${id}`, GRANT_MS));
  }

  close(id: TaskId): Assignment | undefined {
    const ask = this.#asks.get(id);
    if (!ask) return undefined;
    this.#asks.delete(id);
    this.places.unreserve(ask.assignment);
    for (const effect of this.timers.disarm(`ask ${id}`)) this.emit(effect);
    return ask.assignment;
  }

  holders(): IterableIterator<OpenAsk> {
    return this.#asks.values();
  }

  *[Symbol.iterator](): IterableIterator<Assignment> {
    for (const { assignment } of this.#asks.values()) yield assignment;
  }
}

export function isTooLate({ sinceMs }: OpenAsk, now: Now): boolean {
  return now.monoMs - sinceMs > GRANT_MS;
}
