import type { NodeId } from '../kernel/ids.js';
import type { LoadVector } from '../kernel/load.js';
import type { FlockView } from './flock-view.js';
import { placeOf, type Place } from './place.js';
import { ResponseTimes } from './response-times.js';
import { RoundTrips } from './round-trips.js';

/** The nodes on the ring, by id; made when it is first asked for, and again when the members have changed. */
export class Places {
  #version = -1;
  #list: readonly Place[] = [];
  #byId = new Map<NodeId, Place>();
  #marked: readonly Place[] = [];
  #shut: readonly Place[] = [];
  readonly #responses = new ResponseTimes();
  readonly #roundTrips: RoundTrips;

  /** @param roundTripMs - as measured; undefined where it was not */
  constructor(
    private readonly view: FlockView,
    roundTripMs: (node: NodeId) => number | undefined,
  ) {
    this.#roundTrips = new RoundTrips(roundTripMs);
    view.loads.watch((vector) => this.#hear(vector));
  }

  get(id: NodeId): Place | undefined {
    return this.#byId.get(id);
  }

  /** A task has ended well at a node, so long after it was offered to it. */
  responded(id: NodeId, tookMs: number, nowMs: number): void {
    const place = this.#byId.get(id);
    if (place) this.#responses.note(place, tookMs, nowMs, this.#list);
  }

  responseMs(nowMs: number): (place: Place) => number {
    return this.#responses.expected(nowMs);
  }

  measureRoundTrips(nowMs: number): void {
    this.#roundTrips.read(this.#list, nowMs);
  }

  /**
   * @param offers - tasks on offer, by node
   * @param shut - nodes that get nothing
   */
  now(offers: ReadonlyMap<NodeId, number>, shut: Iterable<NodeId>): readonly Place[] {
    if (this.#version !== this.view.version) this.#build();
    this.#shutOnly(shut);
    for (const place of this.#marked) place.offered = 0;
    const marked: Place[] = [];
    for (const [id, tasks] of offers) {
      const place = this.#byId.get(id);
      if (!place) continue;
      place.offered = tasks;
      marked.push(place);
    }
    this.#marked = marked;
    return this.#list;
  }

  #shutOnly(nodes: Iterable<NodeId>): void {
    for (const place of this.#shut) place.isShut = false;
    this.#shut = Array.from(nodes, (id) => this.#byId.get(id) ?? []).flat();
    for (const place of this.#shut) place.isShut = true;
  }

  #build(): void {
    const { ring, loads } = this.view;
    const before = this.#byId;
    this.#byId = new Map();
    this.#list = ring.members.map(({ id }) => {
      const place = placeOf(id, this.view.member(id), ring.share(id), before.get(id));
      this.#byId.set(id, place);
      const said = loads.of(id);
      if (said) this.#hear(said);
      return place;
    });
    this.#marked = [];
    this.#shut = [];
    this.#version = this.view.version;
  }

  #hear({ node, running, queued, free, workMs }: LoadVector): void {
    const place = this.#byId.get(node);
    if (!place) return;
    place.running = running;
    place.queued = queued;
    place.free = free;
    place.workMs = workMs;
  }
}
