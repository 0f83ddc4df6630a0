import { known } from '../../kernel/assert.js';
import type { QueueDiscipline, QueueSettings } from '../../kernel/queues.js';
import type { Now } from '../../kernel/time.js';
import type { Assignment } from '../assignment.js';
import type { Arrivals, Waiting } from './arrivals.js';
import type { Discipline, Shared } from './discipline.js';
import { edf } from './edf.js';
import { priority } from './priority.js';
import { dm, rm } from './rate-monotonic.js';
import { Ranked } from './ranked.js';
import { costMs } from './shares.js';
import { sjf } from './sjf.js';

const WITHIN: Readonly<Record<QueueDiscipline, () => Discipline>> = {
  fifo: () => new Ranked(() => 0),
  ...{ priority, sjf, edf, rm, dm },
};

/** Of tasks that are in no queue. */
const NO_QUEUE: QueueSettings = { weight: 1 };

interface Flow {
  readonly name: string;
  settings: QueueSettings;
  readonly tasks: Discipline;
  size: number;
  /** Virtual time at which its next task starts. */
  startMs: number;
}

/** Where a queue stands: what of it decides who is next. */
interface Standing extends Pick<Flow, 'settings' | 'startMs'> {
  /** That its tasks hold. */
  cpus: number;
}

/**
 * Shares of a node for the queues of the flock, as Hadoop's CapacityScheduler has them: first those that hold less than they are
 * guaranteed, the least served first; then all that are below their limit, by weight (start-time fair queueing). What a queue
 * does not use others have; it comes back as their tasks end. Each queue has a discipline of its own. O(queues + log n).
 */
export function capacity(_arrivals: Arrivals, node: Shared): Discipline {
  return new Capacity(node);
}

class Capacity implements Discipline {
  readonly #flows = new Map<string, Flow>();
  #virtualMs = 0;

  constructor(private readonly node: Shared) {}

  enter(one: Waiting, now: Now): void {
    const { name, settings = NO_QUEUE } = one.assignment.work.queue ?? { name: '' };
    let flow = this.#flows.get(name);
    if (!flow) {
      const tasks = WITHIN[settings.discipline ?? 'fifo']();
      this.#flows.set(name, (flow = { name, settings, tasks, size: 0, startMs: this.#virtualMs }));
    }
    flow.settings = settings;
    if (flow.size === 0) flow.startMs = Math.max(flow.startMs, this.#virtualMs);
    flow.size += 1;
    flow.tasks.enter(one, now);
  }

  leave(one: Waiting, hasBegun: boolean): void {
    const flow = this.#flowOf(one.assignment);
    flow.tasks.leave(one, hasBegun);
    flow.size -= 1;
    if (hasBegun) {
      this.#virtualMs = Math.max(this.#virtualMs, flow.startMs);
      flow.startMs += costMs(one.assignment) / flow.settings.weight;
    }
    this.#forget();
  }

  first(): Waiting | undefined {
    return this.#next(this.#standing().filter((one) => !this.#isAtLimit(one)))?.tasks.first();
  }

  /** Those beyond the limits of their queues last. */
  *[Symbol.iterator](): IterableIterator<Waiting> {
    let turns = this.#standing().map((standing) => {
      const rest = standing.tasks[Symbol.iterator]();
      return { ...standing, rest, next: rest.next() };
    });
    while (turns.length > 0) {
      const turn = known(this.#next(turns.filter((one) => !this.#isAtLimit(one))) ?? this.#next(turns), 'a queue');
      if (turn.next.done !== true) {
        const { assignment } = turn.next.value;
        yield turn.next.value;
        turn.cpus += assignment.work.needs.cpus;
        turn.startMs += costMs(assignment) / turn.settings.weight;
        turn.next = turn.rest.next();
      }
      turns = turns.filter(({ next }) => next.done !== true);
    }
  }

  #flowOf({ work }: Assignment): Flow {
    const name = work.queue?.name ?? '';
    return known(this.#flows.get(name), `queue ${name}`);
  }

  /** Of those that have something waiting. */
  #standing(): (Standing & { readonly tasks: Discipline })[] {
    const waiting = [...this.#flows.values()].filter(({ size }) => size > 0);
    return waiting.map(({ name, settings, startMs, tasks }) => {
      return { settings, startMs, tasks, cpus: this.node.heldBy(name) };
    });
  }

  /** Queues that stand no worse than new ones would; where nothing waits, nobody has kept anyone waiting. */
  #forget(): void {
    const flows = [...this.#flows.values()];
    const uptoMs = flows.every(({ size }) => size === 0) ? Infinity : this.#virtualMs;
    for (const { name, size, startMs } of flows) if (size === 0 && startMs <= uptoMs) this.#flows.delete(name);
  }

  #isAtLimit({ settings: { limit = 1 }, cpus }: Standing): boolean {
    return limit < 1 && cpus > 0 && cpus >= limit * this.node.cpus - 1e-9;
  }

  #next<F extends Standing>(flows: readonly F[]): F | undefined {
    let best: F | undefined;
    for (const flow of flows) if (!best || this.#isBefore(flow, best)) best = flow;
    return best;
  }

  #isBefore(a: Standing, b: Standing): boolean {
    const [servedA, servedB] = [this.#served(a), this.#served(b)];
    if (servedA < 1 || servedB < 1) return servedA < servedB || (servedA === servedB && a.startMs < b.startMs);
    return a.startMs < b.startMs;
  }

  /** What a queue holds of what it is guaranteed; 1 where that is nothing. */
  #served({ settings: { guarantee = 0 }, cpus }: Standing): number {
    return guarantee === 0 ? 1 : Math.max(0, cpus) / (guarantee * this.node.cpus);
  }
}
