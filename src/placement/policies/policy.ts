import { known } from '../../kernel/assert.js';
import type { Prng } from '../../kernel/prng.js';
import type { Place } from '../place.js';

/** One decision: what is to be placed, and the flock as it is believed to be. */
export interface Field {
  /** The nodes on the ring, in the order of their ids. */
  readonly places: readonly Place[];
  readonly prng: Prng;
  /** Of the task: where it stands on the ring. */
  readonly key: string;
  /** Tasks that are to be placed of the same shard, this one among them; at least 1. */
  readonly batch: number;
  /** CPUs that the task needs; 0: next to nothing. */
  readonly cpus: number;
  /** How long such a task is expected to run at speed 1, in milliseconds; above 0. */
  readonly workMs: number;
  /** How long a task is to be expected to take at a node, from its offer to its end; in milliseconds, 1 where nothing is known. */
  responseMs(): (place: Place) => number;
  /** Has {@link Place.roundTripMs} of all places read, where that is to be used. */
  measureRoundTrips(): void;
  /** The nodes in the order in which they follow the task's key on the ring. */
  walk(): Iterable<Place>;
  /** Whether a node can run the task at all: alive, not draining, large enough. */
  canRun(place: Place): boolean;
  /** Whether it may be offered the task now: it can run it, has not refused lately, and is believed to have room. */
  takes(place: Place): boolean;
  /** Whether the task could start there at once, after all that is on offer to it. */
  starts(place: Place): boolean;
}

/** What the score of a policy is, for people. */
export interface Measure {
  /** With its unit: `tasks for each CPU`. */
  readonly what: string;
  readonly best: 'least' | 'greatest';
  /** Whether the best of all that take the task is picked, or of a few that are drawn. */
  readonly among: 'all' | 'drawn';
}

/**
 * A way to choose nodes. Deterministic: what it knows is the field, its generator, and its own earlier picks. The node decides
 * itself whether it takes the task; where it refuses it is closed for a while, and the next pick is another.
 */
export interface Policy {
  /** What is believed of loads decides: where that is wrong the node is to refuse, and the next is asked. */
  readonly looksAtLoad: boolean;
  /** The node to be offered the task, which {@link Field.takes} it; undefined where there is none. Remembers no more than a draw. */
  pick(field: Field): Place | undefined;
  /** The pick is followed: for policies with a memory. */
  picked?(place: Place, field: Field): void;
  /** What it goes by; absent where that is chance. */
  readonly measure?: Measure;
  /**
   * That of each node as things are; Infinity: it is not looked at. Of those that take the task the best is picked, of equals any.
   * For people: nothing is drawn for it, and nothing remembered. Undefined where nothing is known yet.
   */
  scores?(field: Field): ((place: Place) => number) | undefined;
}

export const RING_ORDER: Measure = { what: 'place on the ring from its key, from 0', best: 'least', among: 'all' };

/** A policy that picks the least of what it measures. @param start - see {@link least} */
export function leastBy(what: string, scores: (field: Field) => (place: Place) => number, start?: number): Policy {
  return {
    looksAtLoad: true,
    measure: { what, best: 'least', among: 'all' },
    scores,
    pick: (field) => least(field, scores(field), start),
  };
}

/** Draws for a random node before all are looked at. */
const DRAWS_MAX = 16;

/**
 * The node of the least score that takes the task. Looks at every node once: some microseconds for a thousand.
 *
 * @param start - of equals the first from this index on is picked: from a random one, lest all that place at the same time choose
 * the same
 */
export function least(field: Field, scoreOf: (place: Place) => number, start = anyIndex(field)): Place | undefined {
  return leastOf(field.places, field, scoreOf, start);
}

/** The same of some nodes only; of equals the first from an index of theirs on. */
export function leastOf(
  places: readonly Place[],
  field: Field,
  scoreOf: (place: Place) => number,
  start = 0,
): Place | undefined {
  let best: Place | undefined;
  let lowest = Infinity;
  for (let i = 0, next = start; i < places.length; i++, next++) {
    if (next === places.length) next = 0;
    const place = known(places[next], 'a place');
    const score = scoreOf(place);
    if (score < lowest && field.takes(place)) {
      best = place;
      lowest = score;
    }
  }
  return best;
}

/** The first node from an index on, around, that takes the task. */
export function firstFrom(field: Field, start: number): Place | undefined {
  const { places } = field;
  for (let i = 0; i < places.length; i++) {
    const place = at(places, start + i);
    if (field.takes(place)) return place;
  }
  return undefined;
}

/** A node that takes the task, each with the same chance while most do. */
export function anyOf(field: Field): Place | undefined {
  const draws = Math.min(DRAWS_MAX, field.places.length);
  for (let i = 0; i < draws; i++) {
    const place = at(field.places, anyIndex(field));
    if (field.takes(place)) return place;
  }
  return firstFrom(field, anyIndex(field));
}

export const TASKS_A_CPU = 'tasks for each CPU';

/** Tasks at a node, and those on offer to it, for each of its CPUs. */
export function relativeLoad({ running, queued, offered, slots }: Place): number {
  return (running + queued + offered) / slots;
}

/** CPUs that such tasks would have of a node, those that wait there and that are on offer included, for each that it has. */
export function usedShare({ slots, free, queued, offered }: Place, cpus: number): number {
  return (slots - free + (queued + offered) * cpus) / slots;
}

function anyIndex({ places, prng }: Field): number {
  return places.length === 0 ? 0 : prng.below(places.length);
}

function at(places: readonly Place[], i: number): Place {
  return known(places[i < places.length ? i : i - places.length], 'a place');
}
