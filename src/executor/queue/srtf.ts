import { addResources, shortage } from '../../kernel/resources.js';
import type { Now } from '../../kernel/time.js';
import type { Assignment } from '../assignment.js';
import type { Discipline, Place, Scene } from './discipline.js';
import { sjf } from './sjf.js';

/** A task that has begun so often is stopped no more, whatever its attempts ended with. */
const ATTEMPTS_MAX = 3;

/** An attempt that may be stopped. */
interface Candidate {
  readonly place: Place;
  readonly leftMs: number;
  /** How much later it ends: it begins anew once the head is done. */
  readonly delayMs: number;
}

/**
 * The shortest remaining time first (Schrage, Operations Research 16, 1968): `sjf`, and what runs is stopped for a head that is
 * shorter. What is stopped begins anew, so its head must gain more than what runs loses by that: the shortest of what is left
 * of those that are stopped is what the head would wait for. Only under at-least-once. O(r log r) for r that run.
 */
export function srtf(): Discipline {
  const shortest = sjf();
  return {
    enter: (one, now) => shortest.enter(one, now),
    leave: (one) => shortest.leave(one),
    first: () => shortest.first(),
    preempt(scene, now) {
      const head = shortest.first()?.assignment;
      return head === undefined || head.estimateMs === 0 ? [] : victims(head, scene, now);
    },
    [Symbol.iterator]: () => shortest[Symbol.iterator](),
  };
}

function victims({ work: { needs }, estimateMs }: Assignment, scene: Scene, now: Now): readonly Place[] {
  let { free } = scene;
  const candidates: Candidate[] = [];
  for (const place of scene.places()) {
    if (place.ending !== undefined) free = addResources(free, place.assignment.work.needs);
    const ranMs = now.monoMs - place.sinceMs;
    const candidate = { place, leftMs: place.assignment.estimateMs - ranMs, delayMs: ranMs + estimateMs };
    if (mayStop(place) && candidate.leftMs > candidate.delayMs) candidates.push(candidate);
  }
  const chosen: Candidate[] = [];
  candidates.sort((a, b) => b.leftMs - a.leftMs);
  for (const candidate of candidates) {
    if (shortage(needs, free) === undefined) break;
    chosen.push(candidate);
    free = addResources(free, candidate.place.assignment.work.needs);
  }
  if (shortage(needs, free) !== undefined) return [];
  const needed = chosen.filter((one) => {
    const without = addResources(free, one.place.assignment.work.needs, -1);
    if (shortage(needs, without) !== undefined) return true;
    free = without;
    return false;
  });
  return isWorthIt(needed) ? needed.map(({ place }) => place) : [];
}

function mayStop({ assignment: { work, attempt }, ending, bundle }: Place): boolean {
  return ending === undefined && bundle === undefined && work.contract === 'at-least-once' && attempt <= ATTEMPTS_MAX;
}

function isWorthIt(chosen: readonly Candidate[]): boolean {
  const lostMs = chosen.reduce((sum, { delayMs }) => sum + delayMs, 0);
  return Math.min(...chosen.map(({ leftMs }) => leftMs)) > lostMs;
}
