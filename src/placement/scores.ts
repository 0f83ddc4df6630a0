import type { NodeId } from '../kernel/ids.js';
import type { PolicyName } from '../kernel/policies.js';
import type { Place } from './place.js';
import type { Field, Measure } from './policies/policy.js';

/** Candidates shown: more than any walk looks at. */
export const SHOWN_MAX = 20;

export interface NodeScore {
  readonly node: NodeId;
  readonly score: number;
}

/** How whoever places a task would choose a node for it. */
export interface Scored {
  /** The one that decides: where `custom` is named and there is none, another. */
  readonly policy: PolicyName;
  /** Absent where chance decides alone, or nothing is known yet. */
  readonly measure?: Measure;
  /** Those that take the task, the best first, then others. */
  readonly scores: NodeScore[];
}

/** The best by a score, those that take the task before others, of equals the first by id; without those that are not looked at. */
export function ranked(field: Field, { best }: Measure, scoreOf: (place: Place) => number): NodeScore[] {
  const sign = best === 'least' ? 1 : -1;
  return field.places
    .map((place) => ({ node: place.id, score: scoreOf(place), takes: field.takes(place) }))
    .filter(({ score }) => Number.isFinite(score))
    .sort((a, b) => Number(b.takes) - Number(a.takes) || sign * (a.score - b.score))
    .slice(0, SHOWN_MAX)
    .map(({ node, score }) => ({ node, score }));
}
