import type { NodeId } from '../../kernel/ids.js';
import { loadOf, QUEUE_MAX } from '../../kernel/load.js';
import { lackOf, shortage, type Resources } from '../../kernel/resources.js';
import { loadBound } from '../../ring/bounded-load.js';
import type { Choice, Demand } from '../../tasks/placer.js';
import type { Breakers } from '../breakers.js';
import type { FlockView } from '../flock-view.js';
import { allWorkMs, roomOf, startable, workBoundMs } from '../room.js';

/**
 * Nodes that could run the task, looked at in one walk. A full flock must not cost a walk around the whole ring; with
 * c = 1.25 the expected walk is a few nodes (Mirrokni et al., theorem 4), and whoever is passed over may steal.
 */
const CANDIDATES_MAX = 16;

/** While so many nodes are to answer offers none goes to where a handshake comes first: these are rationed, and tasks wait for them. */
const FAR_OFFERS_MAX = 4;

/** Tasks of no cost still travel in bounded batches. */
const ROOM_MAX = 256;

/** What is believed of a node as a place for some task. */
export interface Standing {
  readonly load: number;
  readonly bound: number;
  readonly free: number;
  /** How many such tasks it would likely take now. */
  readonly room: number;
  /** Why it cannot take any, whatever its load. */
  readonly out?: string;
}

interface Walk {
  readonly choice?: Choice;
  /** There is a node that could run it, with room or without. */
  readonly isAny: boolean;
  /** Nobody was left out for not being meant. */
  readonly isWhole: boolean;
}

/** The default policy: filter, then walk the ring from the key's place to the first node with room (design.md section 7). */
export class BoundedRing {
  /** @param isNear - whether a message to a node needs no handshake first: in a large flock, to those it is connected to */
  constructor(
    private readonly view: FlockView,
    private readonly isNear: (node: NodeId) => boolean = () => true,
  ) {}

  choose(demand: Demand, breakers?: Pick<Breakers, 'lets' | 'size'>): Choice | undefined {
    const lets = breakers?.size === 0 ? undefined : breakers;
    const near = this.#walk(demand, lets, demand.isForAny ? this.isNear : undefined);
    if (near.choice) return near.choice;
    if (near.isAny && (near.isWhole || demand.offers.size >= FAR_OFFERS_MAX)) return undefined;
    const all = near.isWhole ? near : this.#walk(demand, lets);
    // Where no other node could run it, one that fails is better than none.
    return all.isAny ? all.choice : this.#walk(demand).choice;
  }

  #walk(demand: Demand, breakers?: Pick<Breakers, 'lets'>, isMeant?: (node: NodeId) => boolean): Walk {
    let isWhole = true;
    let candidates = 0;
    let below: Choice | undefined;
    for (const node of this.view.ring.walk(demand.key)) {
      if (isMeant?.(node) === false) {
        isWhole = false;
        continue;
      }
      if (this.#filter(node, demand.needs) !== undefined || breakers?.lets(node) === false) continue;
      if (++candidates > CANDIDATES_MAX) break;
      if (demand.closed(node)) continue;
      const offered = demand.offers.get(node) ?? 0;
      const fits = this.#startable(node, demand.needs);
      const left = Math.min(this.#room(node, fits), ROOM_MAX) - offered;
      if (left < 1) continue;
      const slots = Math.min(left, fits - offered);
      if (demand.seeksSlot && slots >= 1)
        return { choice: { node, room: slots, startsNow: true }, isAny: true, isWhole };
      below ??= { node, room: left, startsNow: false };
      if (!demand.seeksSlot) break;
    }
    return { isAny: candidates > 0, isWhole, ...(below ? { choice: below } : {}) };
  }

  freeSlots(node: NodeId): number {
    const vector = this.view.loads.of(node);
    return !vector || vector.queued > 0 ? 0 : Math.floor(vector.free);
  }

  mayOffer(node: NodeId, needs: Resources): boolean {
    return this.#filter(node, needs) === undefined;
  }

  bootOf(node: NodeId): number {
    return this.view.member(node)?.boot ?? 0;
  }

  /**
   * A node as seen from here; its own word in answer to an offer is what counts.
   *
   * @param isBounded - else it takes such tasks while its queue has room
   */
  standing(node: NodeId, needs: Resources, isBounded = true): Standing {
    const vector = this.view.loads.of(node);
    const free = vector?.free ?? this.view.member(node)?.profile.capacity.cpus ?? 0;
    const load = vector ? loadOf(vector) : 0;
    const out = this.#filter(node, needs);
    const fits = this.#startable(node, needs);
    const queued = vector?.queued ?? 0;
    const room = isBounded ? this.#room(node, fits) : roomOf(fits, QUEUE_MAX - queued, queued);
    return { load, bound: this.bound(node), free, room, ...(out === undefined ? {} : { out }) };
  }

  /** Tasks that a node may hold while it has no free slot. */
  bound(node: NodeId): number {
    const { running, queued, waiting } = this.view.loads.totals;
    return loadBound(running + queued + waiting, this.view.ring.share(node));
  }

  /** The same bound for work, in milliseconds, with room for one task more. Tasks that wait count as those placed do. */
  workBoundMs(node: NodeId, estimateMs: number): number {
    return workBoundMs(allWorkMs(this.view.loads.totals), this.view.ring.share(node), estimateMs);
  }

  /** @param fits - such tasks that could start there at once */
  #room(node: NodeId, fits: number): number {
    const vector = this.view.loads.of(node);
    const isLaden = (vector?.workMs ?? 0) > this.workBoundMs(node, 0);
    const queued = vector?.queued ?? 0;
    const load = vector ? loadOf(vector) : 0;
    const below = isLaden ? 0 : Math.min(this.bound(node) - load, QUEUE_MAX - queued);
    return roomOf(fits, below, queued);
  }

  #startable(node: NodeId, needs: Resources): number {
    const vector = this.view.loads.of(node);
    const free = vector?.free ?? this.view.member(node)?.profile.capacity.cpus ?? 0;
    return startable(vector?.queued ?? 0, free, needs.cpus);
  }

  #filter(node: NodeId, needs: Resources): string | undefined {
    const member = this.view.member(node);
    if (!member) return 'unknown';
    if (member.state !== 'alive') return member.state;
    if (member.draining) return 'draining';
    const short = shortage(needs, member.profile.capacity);
    return short === undefined ? undefined : lackOf(short);
  }
}
