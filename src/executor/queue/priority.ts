import { Ranked } from './ranked.js';

/** Whoever has waited so long is as good as one that comes now with a priority that is higher by one. */
const AGING_MS = 10_000;

/**
 * The highest priority first, and each rises while it waits, so that none waits for ever (linear aging: Silberschatz,
 * Galvin, Gagne: Operating System Concepts, chapter on scheduling). All rise alike, and so their order is fixed when they come.
 */
export function priority(): Ranked {
  return new Ranked(({ work }, now) => now.monoMs - (work.priority ?? 0) * AGING_MS);
}
