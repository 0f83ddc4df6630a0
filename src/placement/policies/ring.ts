import type { Place } from '../place.js';
import { RING_ORDER, type Field, type Policy } from './policy.js';

/** As many as a walk of the bounded ring looks at. */
const CANDIDATES_MAX = 16;

/**
 * Consistent hashing (Karger et al. 1997): the node that follows the key on the ring, however much waits there; the next one
 * where its queue is full. Tasks of one key stay together.
 */
export const RING: Policy = {
  looksAtLoad: false,
  measure: RING_ORDER,
  scores: orderOf,
  pick(field) {
    let candidates = 0;
    for (const place of field.walk()) {
      if (field.takes(place)) return place;
      if (field.canRun(place) && ++candidates >= CANDIDATES_MAX) break;
    }
    return undefined;
  },
};

function orderOf(field: Field): (place: Place) => number {
  const orders = new Map<Place, number>();
  let candidates = 0;
  for (const place of field.walk()) {
    orders.set(place, orders.size);
    if (field.canRun(place) && ++candidates >= CANDIDATES_MAX) break;
  }
  return (place) => orders.get(place) ?? Infinity;
}
