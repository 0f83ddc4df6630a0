import { known } from '../../kernel/assert.js';
import type { Place } from '../place.js';
import { least, leastOf, relativeLoad, TASKS_A_CPU, type Field, type Measure, type Policy } from './policy.js';

/** Nodes looked at for each task. */
const PROBES = 2;

/** Draws for each node that is wanted, before those found have to do. */
const DRAWS = 8;

/**
 * Batch sampling (Sparrow: Ousterhout, Wendell, Zaharia, Stoica, SOSP 2013): for the m tasks of a batch 2 m nodes are drawn, and each
 * goes to the least loaded of all these. A batch is what waits of a shard when the first of it is placed.
 */
export class BatchSampling implements Policy {
  readonly looksAtLoad = true;
  readonly measure: Measure = { what: TASKS_A_CPU, best: 'least', among: 'drawn' };
  #key: string | undefined;
  /** As the flock was then. */
  #flock: readonly Place[] = [];
  /** Tasks of the batch that are still to be placed. */
  #left = 0;
  #sample: readonly Place[] = [];

  pick(field: Field): Place | undefined {
    const isSame = field.key === this.#key && field.places === this.#flock && field.batch <= this.#left;
    if (!isSame) {
      this.#key = field.key;
      this.#flock = field.places;
      this.#sample = draw(field, PROBES * field.batch);
    }
    this.#left = field.batch;
    return leastOf(this.#sample, field, relativeLoad) ?? least(field, relativeLoad);
  }

  picked(): void {
    this.#left -= 1;
  }

  scores(): (place: Place) => number {
    return relativeLoad;
  }
}

/** Different nodes that can run the task, each with the same chance. */
function draw(field: Field, n: number): readonly Place[] {
  const { places, prng } = field;
  if (n >= places.length) return places;
  const drawn = new Set<Place>();
  for (let i = 0; i < DRAWS * n && drawn.size < n; i++) {
    const place = known(places[prng.below(places.length)], 'a place');
    if (field.canRun(place)) drawn.add(place);
  }
  return [...drawn];
}
