import type { NodeId } from '../../kernel/ids.js';
import type { Demand } from '../../tasks/placer.js';
import type { Place } from '../place.js';
import type { Field, Measure } from './policy.js';

/** A task that is to be placed, as a policy of the user's sees it. */
export interface ScoredTask {
  /** Its place on the ring: the placement key, or the shard's id. */
  readonly key: string;
  readonly name: string;
  readonly cpus: number;
  readonly memBytes: number;
  readonly gpus: number;
  /** How long it is expected to run at speed 1, in milliseconds; above 0. */
  readonly workMs: number;
  /** Tasks of its shard that are to be placed, this one among them. */
  readonly batch: number;
}

/** A node that may be offered it, as its coordinator believes it to be. */
export interface Candidate {
  readonly id: NodeId;
  readonly zone: string;
  readonly cpus: number;
  /** CPUs that nobody has. */
  readonly free: number;
  readonly speed: number;
  readonly running: number;
  readonly queued: number;
  /** Tasks on offer to it. */
  readonly offered: number;
  /** Of what runs and is queued there, in milliseconds of one CPU. */
  readonly workMs: number;
  readonly roundTripMs: number;
  /** From offer to end, of late. */
  readonly responseMs: number;
  /** Of its labels `cost` and `energy`. */
  readonly price: number;
  readonly watts: number;
}

/**
 * A policy of the user's: a score for each candidate, in their order; the least is picked, Infinity never. Undefined where it
 * threw, took too long, or answered nonsense.
 */
export type Scorer = (task: ScoredTask, candidates: readonly Candidate[]) => readonly number[] | undefined;

/** Nodes that are scored for one task: in a wide flock as many drawn ones are as good as all, and cost less. */
const CANDIDATES_MAX = 128;

/** The candidate of the least score; undefined where there is none, `failed` where the scorer did. */
export function pickScored(score: Scorer, field: Field, demand: Demand): Place | undefined | 'failed' {
  // In random order: of equals the first is picked, and not all that place at the same time are to choose the same.
  const places = field.prng.sample(takers(field), CANDIDATES_MAX);
  const scores = scoresBy(score, field, demand, places);
  if (scores === undefined) return 'failed';
  let best: Place | undefined;
  let lowest = Infinity;
  for (const [place, own] of scores) {
    if (own >= lowest) continue;
    best = place;
    lowest = own;
  }
  return best;
}

export const CUSTOM: Measure = { what: 'score of the module', best: 'least', among: 'all' };

/** For people: of the first nodes that take the task, by id. Infinity of others; undefined where the scorer failed. */
export function customScores(score: Scorer, field: Field, demand: Demand): ((place: Place) => number) | undefined {
  const scores = scoresBy(score, field, demand, takers(field).slice(0, CANDIDATES_MAX));
  return scores && ((place) => scores.get(place) ?? Infinity);
}

function takers(field: Field): Place[] {
  return field.places.filter((place) => field.takes(place));
}

function scoresBy(
  score: Scorer,
  field: Field,
  { key, name, needs, batch }: Demand,
  places: readonly Place[],
): ReadonlyMap<Place, number> | undefined {
  if (places.length === 0) return new Map();
  field.measureRoundTrips();
  const responseMs = field.responseMs();
  const task = { key, name, cpus: needs.cpus, memBytes: needs.memBytes, gpus: needs.gpus, workMs: field.workMs, batch };
  const scores = score(
    task,
    places.map((place) => candidateOf(place, responseMs(place))),
  );
  return scores && new Map(places.map((place, i) => [place, scores[i] ?? Infinity]));
}

function candidateOf(place: Place, responseMs: number): Candidate {
  const { id, zone, slots: cpus, free, speed, running, queued, offered, workMs, roundTripMs, price, watts } = place;
  return { id, zone, cpus, free, speed, running, queued, offered, workMs, roundTripMs, responseMs, price, watts };
}
