import type { NodeId } from '../kernel/ids.js';
import type { LiveTask } from './live-task.js';
import type { Choice } from './placer.js';

/** Tasks of one shard that go to one node in one offer. */
export interface Parcel {
  readonly to: NodeId;
  readonly startsNow: boolean;
  readonly tasks: readonly LiveTask[];
}

/** Gathers what is chosen task by task, so that an offer carries what its node gets. */
export class Parcels {
  readonly #all: (Parcel & { readonly tasks: LiveTask[] })[] = [];
  /** The last of each node. */
  readonly #open = new Map<NodeId, Parcel & { readonly tasks: LiveTask[] }>();

  /** @param tasksMax - in one parcel */
  constructor(private readonly tasksMax: number) {}

  [Symbol.iterator](): Iterator<Parcel> {
    return this.#all.values();
  }

  add(tasks: readonly LiveTask[], { node: to, startsNow }: Choice): void {
    const open = this.#open.get(to);
    if (open?.startsNow === startsNow && open.tasks.length + tasks.length <= this.tasksMax) {
      open.tasks.push(...tasks);
      return;
    }
    const parcel = { to, startsNow, tasks: [...tasks] };
    this.#all.push(parcel);
    this.#open.set(to, parcel);
  }
}
