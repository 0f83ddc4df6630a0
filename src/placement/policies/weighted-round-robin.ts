import type { NodeId } from '../../kernel/ids.js';
import type { Place } from '../places.js';
import type { Field, Policy } from './policy.js';

/**
 * Smooth weighted round-robin, as nginx has it (Igor Sysoev, 2012): at each turn every node gains its weight in credit, the
 * richest is picked and pays what all gained. Weights are CPUs: one of four gets four tasks in the time that one of one gets
 * one, and not all four together.
 */
export class WeightedRoundRobin implements Policy {
  readonly looksAtLoad = false;

  pick(field: Field): Place | undefined {
    let best: Place | undefined;
    for (const place of field.places) {
      if (best && place.credit + place.slots <= best.credit + best.slots) continue;
      if (field.takes(place)) best = place;
    }
    return best;
  }

  picked(node: NodeId, field: Field): void {
    let round = 0;
    for (const place of field.places) if (field.canRun(place)) round += place.slots;
    for (const place of field.places) {
      if (!field.canRun(place)) continue;
      const gained = place.credit + place.slots;
      // Who was passed over, being full, is owed no more than one round, and who stood in for it owes no more.
      place.credit = Math.max(-round, Math.min(round, place.id === node ? gained - round : gained));
    }
  }
}
