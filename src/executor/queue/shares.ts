import { known } from '../../kernel/assert.js';
import type { Now } from '../../kernel/time.js';
import type { Assignment } from '../assignment.js';
import type { Waiting } from './arrivals.js';
import type { Discipline } from './discipline.js';
import { Heap, type Placed } from './heap.js';

/** What tasks cost of whose names nothing is known yet. */
const UNKNOWN_MS = 1_000;
/** No task costs less: what starts it costs about so much. */
const COST_MS_MIN = 1;
/** One that says it needs next to no CPU still takes a place. */
const CPUS_MIN = 0.1;

/** Who shares a node with whom. */
export interface Sharing {
  flowOf(assignment: Assignment): string;
  /** Above 0: what part it gets beside the others. */
  weightOf(assignment: Assignment): number;
  /** The order within a flow. */
  within(): Discipline;
}

interface Flow extends Placed {
  readonly key: string;
  readonly tasks: Discipline;
  size: number;
  /** Serial of the task with which it last began to wait: of flows that stand alike the older one is first. */
  sinceSerial: number;
  /** Virtual time at which its next task starts. */
  startMs: number;
}

/**
 * Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996): each start moves its flow on in virtual time, by what it costs over
 * the flow's weight, and the flow that is least far on is served. One that had nothing waiting begins where the others
 * are: nobody saves up. What leaves without having begun costs nothing. O(log n).
 */
export class Shares implements Discipline {
  readonly #flows = new Map<string, Flow>();
  readonly #waiting = new Heap<Flow>(isBefore);
  /** Flows that have had more than the one that was served last, and have nothing waiting now. */
  readonly #idle = new Heap<Flow>(isBefore);
  #virtualMs = 0;

  constructor(private readonly sharing: Sharing) {}

  enter(one: Waiting, now: Now): void {
    const key = this.sharing.flowOf(one.assignment);
    const flow = this.#flows.get(key) ?? this.#newFlow(key);
    flow.tasks.enter(one, now);
    flow.size += 1;
    if (flow.size > 1) return;
    this.#idle.delete(flow);
    flow.startMs = Math.max(flow.startMs, this.#virtualMs);
    flow.sinceSerial = one.serial;
    this.#waiting.push(flow);
  }

  leave(one: Waiting, hasBegun: boolean): void {
    const key = this.sharing.flowOf(one.assignment);
    const flow = known(this.#flows.get(key), `flow ${key}`);
    flow.tasks.leave(one, hasBegun);
    flow.size -= 1;
    if (hasBegun) {
      this.#virtualMs = Math.max(this.#virtualMs, flow.startMs);
      flow.startMs += this.#costMs(one);
      this.#waiting.moved(flow);
    }
    if (flow.size > 0) return;
    this.#waiting.delete(flow);
    this.#idle.push(flow);
    this.#forget();
  }

  first(): Waiting | undefined {
    return this.#waiting.first?.tasks.first();
  }

  *[Symbol.iterator](): IterableIterator<Waiting> {
    const turns = new Heap<Turn>(isBefore);
    for (const { sinceSerial, startMs, tasks } of this.#waiting) {
      const rest = tasks[Symbol.iterator]();
      turns.push({ at: 0, sinceSerial, startMs, rest, next: rest.next() });
    }
    for (let turn = turns.first; turn; turn = turns.first) {
      if (turn.next.done === true) turns.delete(turn);
      else {
        yield turn.next.value;
        turn.startMs += this.#costMs(turn.next.value);
        turn.next = turn.rest.next();
        turns.moved(turn);
      }
    }
  }

  #newFlow(key: string): Flow {
    const flow: Flow = { at: 0, key, tasks: this.sharing.within(), size: 0, sinceSerial: 0, startMs: 0 };
    this.#flows.set(key, flow);
    this.#idle.push(flow);
    return flow;
  }

  /** Flows that stand no worse than a new one would; where nothing waits, nobody has kept anyone waiting. */
  #forget(): void {
    const uptoMs = this.#waiting.size === 0 ? Infinity : this.#virtualMs;
    for (let flow = this.#idle.first; flow && flow.startMs <= uptoMs; flow = this.#idle.first) {
      this.#idle.delete(flow);
      this.#flows.delete(flow.key);
    }
  }

  #costMs({ assignment }: Waiting): number {
    return costMs(assignment) / this.sharing.weightOf(assignment);
  }
}

/** What a task is expected to take of a node: milliseconds of a CPU. */
export function costMs({ estimateMs, work }: Assignment): number {
  const ms = estimateMs === 0 ? UNKNOWN_MS : Math.max(estimateMs, COST_MS_MIN);
  return ms * Math.max(work.needs.cpus, CPUS_MIN);
}

/** A flow whose tasks are gone through without being started. */
interface Turn extends Placed, Pick<Flow, 'sinceSerial' | 'startMs'> {
  readonly rest: Iterator<Waiting>;
  next: IteratorResult<Waiting>;
}

function isBefore(a: Pick<Flow, 'sinceSerial' | 'startMs'>, b: Pick<Flow, 'sinceSerial' | 'startMs'>): boolean {
  return a.startMs < b.startMs || (a.startMs === b.startMs && a.sinceSerial < b.sinceSerial);
}
