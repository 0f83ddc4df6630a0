import type { Place } from '../place.js';
import { leastBy, type Field } from './policy.js';

/** A node that says it has no speed is slow, not endlessly so. */
const SPEED_MIN = 0.001;

/**
 * Minimum completion time (MCT: Maheswaran, Ali, Siegel, Hensgen, Freund 1999): the node where the task would end first, by what
 * waits there and how fast it is: queue + p / s.
 */
export const MIN_COMPLETION = leastBy('ms until it would end', (field) => (place) => completionMs(place, field));

/** How long the task would run there, in milliseconds. */
export function runMs({ speed }: Place, { workMs }: Field): number {
  return workMs / Math.max(speed, SPEED_MIN);
}

/** Milliseconds from now. A node's own word on its work counts; where it knows of none its tasks are taken to be like this one. */
export function completionMs(place: Place, field: Field): number {
  const { running, queued, offered, workMs, slots } = place;
  const ownMs = runMs(place, field);
  if (field.starts(place)) return ownMs;
  const heldMs = workMs > 0 ? workMs : (running + queued) * ownMs;
  return (heldMs + offered * ownMs) / slots + ownMs;
}
