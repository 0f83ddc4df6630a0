import type { NodeId } from '../kernel/ids.js';
import { compareStates } from './member.js';
import type { Rumour } from './messages.js';

interface Queued {
  readonly rumour: Rumour;
  sent: number;
}

/**
 * The news that still ride on pings and acks, so that a flock whose gossip mesh has not formed yet knows itself too. Only
 * the latest state of a member is told, once for each slot where it is a suspicion.
 */
export class RumourQueue {
  readonly #about = new Map<NodeId, Queued[]>();
  /** By how often they were told, each in order of arrival. */
  readonly #told: Set<Queued>[] = [];

  get isEmpty(): boolean {
    return this.#about.size === 0;
  }

  add(rumour: Rumour): void {
    const { id } = rumour.member;
    const about = this.#about.get(id) ?? [];
    const latest = about[0]?.rumour.member;
    const order = latest === undefined ? 1 : compareStates(rumour.member, latest);
    if (order < 0 || (order === 0 && about.some((q) => q.rumour.slot === rumour.slot))) return;
    if (order > 0) this.forget(id);
    const queued = { rumour, sent: 0 };
    this.#about.set(id, order > 0 ? [queued] : [...about, queued]);
    this.#tier(0).add(queued);
  }

  /** Up to `most` rumours, least told first; each is given away `times` times in all. */
  take(most: number, times: number): Rumour[] {
    if (this.#about.size === 0) return [];
    const taken: Queued[] = [];
    for (const tier of this.#told) {
      if (taken.length >= most) break;
      for (const queued of tier) {
        if (taken.length >= most) break;
        taken.push(queued);
      }
    }
    for (const queued of taken) {
      this.#tier(queued.sent).delete(queued);
      queued.sent++;
      if (queued.sent < times) this.#tier(queued.sent).add(queued);
      else this.#drop(queued);
    }
    return taken.map(({ rumour }) => rumour);
  }

  forget(id: NodeId): void {
    for (const queued of this.#about.get(id) ?? []) this.#tier(queued.sent).delete(queued);
    this.#about.delete(id);
  }

  #drop(queued: Queued): void {
    const { id } = queued.rumour.member;
    const rest = (this.#about.get(id) ?? []).filter((other) => other !== queued);
    if (rest.length > 0) this.#about.set(id, rest);
    else this.#about.delete(id);
  }

  #tier(sent: number): Set<Queued> {
    return (this.#told[sent] ??= new Set());
  }
}
