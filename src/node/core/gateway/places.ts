import type { JobId, NodeId } from '../../../kernel/ids.js';

/** Jobs whose home this gateway remembers; the longest unused is forgotten first. */
export class JobPlaces {
  readonly #homes = new Map<JobId, NodeId>();

  constructor(private readonly max = 10_000) {}

  get(job: JobId): NodeId | undefined {
    return this.#homes.get(job);
  }

  set(job: JobId, home: NodeId): void {
    this.#homes.delete(job);
    this.#homes.set(job, home);
    const oldest = this.#homes.keys().next();
    if (this.#homes.size > this.max && !oldest.done) this.#homes.delete(oldest.value);
  }
}
