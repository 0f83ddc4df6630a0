import type { Place } from '../place.js';
import type { Field, Measure, Policy } from './policy.js';

/**
 * Smooth weighted round-robin, as nginx has it (Igor Sysoev, 2012): at each turn every node gains its weight in credit, the
 * richest is picked and pays what all gained. Weights are CPUs: one of four gets four tasks in the time that one of one gets
 * one, and not all four together.
 */
export class WeightedRoundRobin implements Policy {
  readonly looksAtLoad = false;
  readonly measure: Measure = { what: 'credit at its next turn, in CPUs', best: 'greatest', among: 'all' };
  /** The weights of all that took part in a turn, the most that they were. */
  #round = Infinity;

  pick(field: Field): Place | undefined {
    let best: Place | undefined;
    let richest = -Infinity;
    for (const place of field.places) {
      const { credit, slots } = place;
      if (credit + slots <= richest || !field.takes(place)) continue;
      best = place;
      richest = credit + slots;
    }
    return best;
  }

  picked(chosen: Place, field: Field): void {
    let round = 0;
    for (const place of field.places) {
      if (!field.canRun(place)) continue;
      const credit = place.credit + place.slots;
      // Who was passed over, being full, is owed no more than one round, and who stood in for it owes no more.
      place.credit = credit > this.#round && place !== chosen ? this.#round : credit;
      round += place.slots;
    }
    chosen.credit = Math.max(-round, chosen.credit - round);
    this.#round = Math.max(round, this.#round === Infinity ? 0 : this.#round);
  }

  scores(): (place: Place) => number {
    return ({ credit, slots }) => credit + slots;
  }
}
