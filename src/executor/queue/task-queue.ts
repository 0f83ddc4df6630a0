import type { TaskId } from '../../kernel/ids.js';
import type { Now } from '../../kernel/time.js';
import type { Assignment } from '../assignment.js';
import type { AttemptId } from '../runner.js';
import { Arrivals, type Waiting } from './arrivals.js';
import type { Discipline, MakeDiscipline, Place, Scene, Shared } from './discipline.js';

/** What waits to be started here, in the order of a discipline. */
export class TaskQueue {
  readonly #arrivals = new Arrivals();
  readonly #discipline: Discipline;

  /** @param node - absent: one that has nothing to share */
  constructor(discipline: MakeDiscipline, node: Shared = { cpus: 0, heldBy: () => 0 }) {
    this.#discipline = discipline(this.#arrivals, node);
  }

  get size(): number {
    return this.#arrivals.size;
  }

  /** Sum of the estimates of what waits, in milliseconds. */
  get workMs(): number {
    return this.#arrivals.workMs;
  }

  /** The first in line. */
  head(): Assignment | undefined {
    return this.#discipline.first()?.assignment;
  }

  /** What is to start now: the head, or what may pass it where it has no room. Undefined: nothing. */
  next(scene: Scene, now: Now): Assignment | undefined {
    const head = this.head();
    if (head === undefined || scene.canStart(head.work.needs)) return head;
    return this.#discipline.pass?.(scene, now)?.assignment;
  }

  /** What is to be stopped, where nothing more can start, so that the head can. */
  preempted(scene: Scene, now: Now): readonly Place[] {
    const head = this.head();
    if (head === undefined || scene.canStart(head.work.needs)) return [];
    return this.#discipline.preempt?.(scene, now) ?? [];
  }

  get(id: TaskId): Assignment | undefined {
    return this.#arrivals.get(id)?.assignment;
  }

  /** Where an attempt stands, from 1, and of how many; undefined where it does not wait here. O(n log n). */
  place({ task, epoch }: AttemptId): { readonly position: number; readonly queued: number } | undefined {
    if (this.get(task)?.epoch !== epoch) return undefined;
    let position = 0;
    for (const { id } of this) {
      position += 1;
      if (id === task) return { position, queued: this.size };
    }
    return undefined;
  }

  push(assignment: Assignment, now: Now): void {
    this.#discipline.enter(this.#arrivals.push(assignment), now);
  }

  /** It starts. */
  begin(id: TaskId): void {
    this.#leave(this.#arrivals.get(id), true);
  }

  /** It is not to start here any more. */
  remove(id: TaskId): Assignment | undefined {
    return this.#leave(this.#arrivals.get(id), false);
  }

  /** Takes up to `n` that `mayTake` allows, the newest first: what would wait longest. In the order in which they came. */
  take(n: number, mayTake: (assignment: Assignment) => boolean): Assignment[] {
    const taken: Waiting[] = [];
    for (const one of this.#arrivals.newestFirst()) {
      if (taken.length >= n) break;
      if (mayTake(one.assignment)) taken.push(one);
    }
    for (const one of taken) this.#leave(one, false);
    return taken.reverse().map(({ assignment }) => assignment);
  }

  /** In the order in which all of it would start if nothing else came. */
  *[Symbol.iterator](): IterableIterator<Assignment> {
    for (const { assignment } of this.#discipline) yield assignment;
  }

  #leave(one: Waiting | undefined, hasBegun: boolean): Assignment | undefined {
    if (!one) return undefined;
    this.#arrivals.delete(one);
    this.#discipline.leave(one, hasBegun);
    return one.assignment;
  }
}
