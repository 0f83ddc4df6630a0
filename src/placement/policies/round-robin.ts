import { known } from '../../kernel/assert.js';
import { compareText, type NodeId } from '../../kernel/ids.js';
import type { Place } from '../place.js';
import { firstFrom, type Field, type Measure, type Policy } from './policy.js';

/** One node after the other, in the order of their ids. Each coordinator has its own turn, which begins anywhere. */
export class RoundRobin implements Policy {
  readonly looksAtLoad = false;
  readonly measure: Measure = { what: 'nodes whose turn comes before', best: 'least', among: 'all' };
  #last: NodeId | undefined;

  pick(field: Field): Place | undefined {
    const { places, prng } = field;
    if (places.length === 0) return undefined;
    const start = this.#last === undefined ? prng.below(places.length) : indexAfter(places, this.#last);
    return firstFrom(field, start);
  }

  picked({ id }: Place): void {
    this.#last = id;
  }

  scores({ places }: Field): ((place: Place) => number) | undefined {
    if (this.#last === undefined) return undefined;
    const first = indexAfter(places, this.#last);
    const turns = new Map(places.map((place, i) => [place, (i - first + places.length) % places.length]));
    return (place) => turns.get(place) ?? Infinity;
  }
}

/** Of the first place whose id is greater; of the first of all where none is. */
function indexAfter(places: readonly Place[], id: NodeId): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareText(known(places[middle], 'a place').id, id) > 0) high = middle;
    else low = middle + 1;
  }
  return low % places.length;
}
