import { Ranked } from './ranked.js';

/**
 * The shortest period first, what has none last (Liu and Layland, JACM 20, 1973: no other fixed order keeps deadlines that this one
 * misses, where each is the end of its period). What a node takes on is tested: ../periodic.ts.
 */
export function rm(): Ranked {
  return new Ranked(({ work: { periodMs = Infinity } }) => periodMs);
}

/** The shortest time from release to deadline first (Leung and Whitehead, Performance Evaluation 2, 1982); without one, the period. */
export function dm(): Ranked {
  return new Ranked(({ work: { periodMs = Infinity, deadlineMs = periodMs } }) => deadlineMs);
}
