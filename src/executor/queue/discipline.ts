import type { Resources } from '../../kernel/resources.js';
import type { Now } from '../../kernel/time.js';
import type { Assignment } from '../assignment.js';
import type { Arrivals, Waiting } from './arrivals.js';

/** In which order a node starts what waits for it. */
export interface Discipline {
  enter(one: Waiting, now: Now): void;
  /** @param hasBegun - it starts; else it was cancelled, stolen or handed back */
  leave(one: Waiting, hasBegun: boolean): void;
  /** What is to start next. Undefined: nothing, for now. */
  first(): Waiting | undefined;
  /** What may start in place of the first, for which there is no room yet. Absent: nothing may. */
  pass?(scene: Scene, now: Now): Waiting | undefined;
  /** What is to be stopped so that the first can start, for which there is no room. Absent: nothing is. */
  preempt?(scene: Scene, now: Now): readonly Place[];
  /** In the order in which all of it would start if nothing else came. */
  [Symbol.iterator](): IterableIterator<Waiting>;
}

/**
 * @param arrivals - what waits, as it came; a task is there before it enters, and no more when it leaves
 */
export type MakeDiscipline = (arrivals: Arrivals, node: Shared) => Discipline;

/** A node whose CPUs are shared by queues of the flock. */
export interface Shared {
  readonly cpus: number;
  /** CPUs that tasks of a queue hold; '' is that of those in none. */
  heldBy(queue: string): number;
}

/** What a node has room for now, and what it runs. */
export interface Scene {
  readonly free: Resources;
  canStart(needs: Resources): boolean;
  /** A part of the node's resources each; together with what is free they are all of it. */
  places(): Iterable<Place>;
}

/** What an attempt holds that runs, or asks whether it may. */
export interface Place {
  readonly assignment: Assignment;
  /** On the monotonic clock. */
  readonly sinceMs: number;
  /** Why it is being ended, where it is. */
  readonly ending?: string | undefined;
  /** Shared by attempts that have one place together. */
  readonly bundle?: object | undefined;
}
