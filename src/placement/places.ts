import type { NodeId } from '../kernel/ids.js';
import type { LoadVector } from '../kernel/load.js';
import { NOTHING, type Resources } from '../kernel/resources.js';
import type { MemberState } from '../membership/member.js';
import type { FlockView } from './flock-view.js';
import { ResponseTimes } from './response-times.js';

/** A node on the ring with what is believed of its load, its numbers side by side: a thousand are looked through at once. */
export interface Place {
  readonly id: NodeId;
  /** Alive, and not draining. */
  readonly isOpen: boolean;
  readonly capacity: Resources;
  /** CPUs; above 0. */
  readonly slots: number;
  /** Its part of the ring's weight, 0..1. */
  readonly share: number;
  readonly speed: number;
  running: number;
  queued: number;
  /** CPUs that nobody has. */
  free: number;
  /** Estimated work queued and running, in milliseconds of one CPU. */
  workMs: number;
  /** Tasks on offer to it. */
  offered: number;
  /** It fails what others do. */
  isShut: boolean;
  /** Of weighted round-robin. */
  credit: number;
  /** Of what tasks took there: src/placement/response-times.ts. */
  responseSumMs: number;
  responseWeight: number;
}

/** A node may declare no CPUs at all: src/placement/flock-view.ts. */
const SLOTS_MIN = 2 ** -6;

/** The nodes on the ring, by id; made when it is first asked for, and again when the members have changed. */
export class Places {
  #version = -1;
  #list: readonly Place[] = [];
  #byId = new Map<NodeId, Place>();
  #marked: readonly Place[] = [];
  #shut: readonly Place[] = [];
  readonly #responses = new ResponseTimes();

  constructor(private readonly view: FlockView) {
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

function placeOf(id: NodeId, member: MemberState | undefined, share: number, before?: Place): Place {
  const capacity = member?.profile.capacity ?? NOTHING;
  return {
    id,
    isOpen: member?.state === 'alive' && !member.draining,
    capacity,
    slots: Math.max(capacity.cpus, SLOTS_MIN),
    share,
    speed: member?.profile.speed ?? 1,
    running: 0,
    queued: 0,
    free: capacity.cpus,
    workMs: 0,
    offered: 0,
    isShut: false,
    credit: before?.credit ?? 0,
    responseSumMs: before?.responseSumMs ?? 0,
    responseWeight: before?.responseWeight ?? 0,
  };
}
