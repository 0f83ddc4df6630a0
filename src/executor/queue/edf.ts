import { Ranked } from './ranked.js';

/**
 * The earliest deadline first; those without one come last (Jackson 1955; Liu and Layland, JACM 20, 1973: on one place it meets
 * all deadlines wherever any order does).
 */
export function edf(): Ranked {
  return new Ranked(({ dueMs = Infinity }) => dueMs);
}
