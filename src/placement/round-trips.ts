import type { NodeId } from '../kernel/ids.js';
import type { Place } from './place.js';

/** What was read is good for so long. Milliseconds. */
const READ_EACH_MS = 1_000;

/** Round trips to nodes, as probes have measured them: a node of which none is known is like the mean of its zone, or of all. */
export class RoundTrips {
  #readMs = -Infinity;
  #flock: readonly Place[] = [];

  /** @param measured - in milliseconds; undefined where it was not */
  constructor(private readonly measured: (node: NodeId) => number | undefined) {}

  read(places: readonly Place[], nowMs: number): void {
    if (nowMs - this.#readMs < READ_EACH_MS && places === this.#flock) return;
    this.#readMs = nowMs;
    this.#flock = places;
    const all = new Mean();
    const zones = new Map<string, Mean>();
    const unknown: Place[] = [];
    for (const place of places) {
      const ms = this.measured(place.id);
      if (ms === undefined) {
        unknown.push(place);
        continue;
      }
      place.roundTripMs = ms;
      all.add(ms);
      const zone = zones.get(place.zone) ?? new Mean();
      zones.set(place.zone, zone);
      zone.add(ms);
    }
    for (const place of unknown) place.roundTripMs = (zones.get(place.zone) ?? all).value;
  }
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
  }

  /** 0 of nothing. */
  get value(): number {
    return this.#sum / Math.max(1, this.#count);
  }
}
