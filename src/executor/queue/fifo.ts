import type { Arrivals } from './arrivals.js';
import type { Discipline } from './discipline.js';

/** First in, first out. O(1). */
export function fifo(arrivals: Arrivals): Discipline {
  return {
    enter: () => undefined,
    leave: () => undefined,
    first: () => arrivals.oldest,
    [Symbol.iterator]: () => arrivals.oldestFirst(),
  };
}
