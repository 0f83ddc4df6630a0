import type { NodeId } from '../kernel/ids.js';
import { waitingAt, type LoadVector } from '../kernel/load.js';
import type { Prng } from '../kernel/prng.js';
import { TimerBook, type TimerEffect, type TimerFired } from '../kernel/timers.js';
import type { FlockView } from './flock-view.js';

export interface StealingConfig {
  /** How many nodes are looked at; the two with most waiting are asked. */
  readonly sample: number;
  /** First pause of an idle node, with jitter, so that idle nodes do not fall upon one victim together. */
  readonly pauseMs: number;
  /** Longest pause after asking in vain: what waits may be what no idle node can run. */
  readonly pauseMaxMs: number;
  /** A victim that does not answer is given up. */
  readonly patienceMs: number;
}

const STEALING_DEFAULTS: StealingConfig = { sample: 8, pauseMs: 2, pauseMaxMs: 500, patienceMs: 1_000 };

export type StealingEffect =
  | { readonly kind: 'steal'; readonly from: NodeId; readonly patienceMs: number }
  | TimerEffect;

const TIMER = 'steal';

/** The thief's side of work stealing: an idle node looks for tasks that wait elsewhere (design.md section 7). */
export class Stealing {
  readonly #timers = new TimerBook('stealing');
  #pauseMs: number;
  #victims: NodeId[] = [];
  #isAsking = false;
  #stolen = 0;

  constructor(
    private readonly self: NodeId,
    private readonly view: FlockView,
    private readonly prng: Prng,
    /** Whom it may ask: in a large flock, those it is connected to. All idle nodes know of the same few loaded ones. */
    private readonly isNear: (node: NodeId) => boolean,
    private readonly config: StealingConfig = STEALING_DEFAULTS,
  ) {
    this.#pauseMs = config.pauseMs;
  }

  /** Tasks that were promised by victims so far. */
  get stolen(): number {
    return this.#stolen;
  }

  /** To be called whenever this node is idle: free slots, empty queue. */
  idle(): StealingEffect[] {
    if (this.#isAsking || this.#timers.isArmed(TIMER)) return [];
    if (!this.#isWorkKnown()) {
      this.busy();
      return [];
    }
    return [this.#timers.arm(TIMER, this.prng.jitter(this.#pauseMs))];
  }

  /** To be called whenever it is not: the next search is a new one, and begins at once. */
  busy(): void {
    this.#pauseMs = this.config.pauseMs;
  }

  /** @param isIdle - whether it still is */
  fired(event: TimerFired, isIdle: boolean): StealingEffect[] {
    if (!this.#timers.fired(event.timer) || !isIdle) return [];
    const sample = this.prng.sample(this.#loaded(), this.config.sample);
    this.#victims = sample
      .sort((a, b) => waitingAt(b) - waitingAt(a))
      .map(({ node }) => node)
      .slice(0, 2);
    return this.#askNext();
  }

  /** The victim's answer; undefined where none came. */
  answered(given: number | undefined, isIdle: boolean): StealingEffect[] {
    this.#isAsking = false;
    this.#stolen += given ?? 0;
    if (given !== undefined && given > 0) {
      this.busy();
      return [];
    }
    return isIdle ? this.#askNext() : [];
  }

  #askNext(): StealingEffect[] {
    const from = this.#victims.shift();
    if (from !== undefined) {
      this.#isAsking = true;
      return [{ kind: 'steal', from, patienceMs: this.config.patienceMs }];
    }
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.config.pauseMaxMs);
    return this.idle();
  }

  /** Elsewhere: what waits here, and nobody takes, must not keep this node awake. */
  #isWorkKnown(): boolean {
    const { queued, waiting } = this.view.loads.totals;
    if (queued + waiting === 0) return false;
    const own = this.view.loads.of(this.self);
    return queued + waiting > (own ? waitingAt(own) : 0);
  }

  #loaded(): LoadVector[] {
    const loaded: LoadVector[] = [];
    for (const vector of this.view.loads.laden) {
      if (vector.node !== this.self && this.isNear(vector.node)) loaded.push(vector);
    }
    return loaded;
  }
}

/** How much a victim gives: half of what waits there, rounded up, and no more than the thief can start. */
export function fairLoot(waiting: number, thief: LoadVector): number {
  return Math.min(Math.ceil(waiting / 2), Math.max(0, Math.ceil(thief.free)));
}
