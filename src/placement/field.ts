import type { NodeId } from '../kernel/ids.js';
import { QUEUE_MAX } from '../kernel/load.js';
import { isBounded } from '../kernel/policies.js';
import type { Prng } from '../kernel/prng.js';
import { shortage } from '../kernel/resources.js';
import { loadBound } from '../ring/bounded-load.js';
import type { Demand } from '../tasks/placer.js';
import type { FlockView } from './flock-view.js';
import type { Place } from './place.js';
import type { Places } from './places.js';
import { allWorkMs, roomOf, startable, workBoundMs } from './room.js';
import type { Field } from './policies/policy.js';

/** Of rounding, as in `startable`: a part of a task. */
const SLACK = 1e-9;

/** What is to be known of the flock for one decision. */
export class PlacesField implements Field {
  readonly places: readonly Place[];
  readonly cpus: number;
  readonly key: string;
  readonly batch: number;
  readonly #isBounded: boolean;
  /** The task needs nothing of a kind of its own. */
  readonly #isPlain: boolean;
  /** Tasks and work of all, as the bounds count them. */
  readonly #total: number;
  readonly #allMs: number;

  constructor(
    private readonly view: FlockView,
    private readonly table: Places,
    private readonly demand: Demand,
    /** Nodes that get nothing now. */
    shut: Iterable<NodeId>,
    readonly prng: Prng,
    readonly workMs: number,
    private readonly nowMs: number,
  ) {
    this.places = table.now(demand.offers, shut);
    this.cpus = demand.needs.cpus;
    this.key = demand.key;
    this.batch = demand.batch;
    this.#isBounded = isBounded(demand.policy);
    this.#isPlain = Object.keys(demand.needs.custom).length === 0;
    const { totals } = view.loads;
    this.#total = totals.running + totals.queued + totals.waiting;
    this.#allMs = allWorkMs(totals);
  }

  responseMs(): (place: Place) => number {
    return this.table.responseMs(this.nowMs);
  }

  measureRoundTrips(): void {
    this.table.measureRoundTrips(this.nowMs);
  }

  *walk(): Iterable<Place> {
    for (const id of this.view.ring.walk(this.demand.key)) {
      const place = this.table.get(id);
      if (place) yield place;
    }
  }

  canRun({ isOpen, isShut, capacity }: Place): boolean {
    const { needs } = this.demand;
    if (!isOpen || isShut) return false;
    // Nearly always enough to look at, and much cheaper.
    const isEnough = needs.cpus <= capacity.cpus && needs.memBytes <= capacity.memBytes && needs.gpus <= capacity.gpus;
    return (isEnough && this.#isPlain) || shortage(needs, capacity) === undefined;
  }

  takes(place: Place): boolean {
    return this.#room(place) - place.offered >= 1 && this.canRun(place) && !this.demand.closed(place.id);
  }

  starts({ queued, free, offered }: Place): boolean {
    return queued === 0 && free + SLACK * this.cpus >= (offered + 1) * this.cpus;
  }

  /** How many such tasks it would likely take, were none on offer to it. */
  #room(place: Place): number {
    const { queued, free } = place;
    return roomOf(startable(queued, free, this.cpus), this.#below(place), queued);
  }

  #below({ share, running, queued, workMs }: Place): number {
    const left = QUEUE_MAX - queued;
    if (!this.#isBounded) return left;
    if (workMs > workBoundMs(this.#allMs, share, 0)) return 0;
    return Math.min(loadBound(this.#total, share) - running - queued, left);
  }
}
