import { addResources, shortage, type Resources } from '../../kernel/resources.js';
import type { Now } from '../../kernel/time.js';
import type { Assignment } from '../assignment.js';
import type { Arrivals } from './arrivals.js';
import type { Discipline, Scene } from './discipline.js';
import { fifo } from './fifo.js';

/** Tasks behind the first that are looked at: each start would cost a walk through all of the queue. */
const LOOKED_AT_MAX = 100;

/** When there will be room for the first in line, and what it leaves free then. */
interface Reservation {
  readonly atMs: number;
  readonly spare: Resources;
}

/** When a place is free again, and what of. */
interface End {
  readonly atMs: number;
  readonly needs: Resources;
}

/**
 * First in, first out, but where the first has no room yet one behind it may start that does not delay it: it ends before the
 * first can start, or needs only what the first leaves free (EASY: Lifka 1995; Mu'alem and Feitelson, IEEE TPDS 12, 2001).
 * O(r log r + 100) where the first must wait and r attempts run, else O(1).
 */
export function backfill(arrivals: Arrivals): Discipline {
  return {
    ...fifo(arrivals),
    pass(scene, now) {
      const { oldest } = arrivals;
      const reserved = oldest && reservation(oldest.assignment.work.needs, scene, now);
      if (!reserved) return undefined;
      let left = LOOKED_AT_MAX;
      for (let one = oldest.newer; one && left > 0; one = one.newer) {
        left -= 1;
        const { needs } = one.assignment.work;
        if (!scene.canStart(needs)) continue;
        if (now.monoMs + longestMs(one.assignment) <= reserved.atMs) return one;
        if (shortage(needs, reserved.spare) === undefined) return one;
      }
      return undefined;
    },
  };
}

/** What is overdue, or of which nothing is known, may end at any moment: the first in line is to profit from that. */
function reservation(needs: Resources, scene: Scene, now: Now): Reservation | undefined {
  const ends: End[] = [];
  for (const { assignment, sinceMs } of scene.places()) {
    ends.push({ atMs: Math.max(now.monoMs, sinceMs + assignment.estimateMs), needs: assignment.work.needs });
  }
  ends.sort((a, b) => a.atMs - b.atMs);
  let { free } = scene;
  let atMs = shortage(needs, free) === undefined ? now.monoMs : Infinity;
  for (const end of ends) {
    if (end.atMs > atMs) break;
    free = addResources(free, end.needs);
    if (atMs === Infinity && shortage(needs, free) === undefined) atMs = end.atMs;
  }
  return atMs === Infinity ? undefined : { atMs, spare: addResources(free, needs, -1) };
}

/** It will have ended by then, as far as anybody knows. */
function longestMs({ estimateMs, work }: Assignment): number {
  return estimateMs > 0 ? estimateMs : (work.timeoutMs ?? Infinity);
}
