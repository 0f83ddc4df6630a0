import type { NodeId } from '../kernel/ids.js';
import { NOTHING, type Resources } from '../kernel/resources.js';
import type { MemberState } from '../membership/member.js';

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
  readonly zone: string;
  /** Money that one of its CPUs costs an hour, and watts that it takes, by its labels; 0 or more. */
  readonly price: number;
  readonly watts: number;
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
  /** Once it was asked for: `Places.measureRoundTrips`. */
  roundTripMs: number;
  /** Of what tasks took there: src/placement/response-times.ts. */
  responseSumMs: number;
  responseWeight: number;
}

/** A node may declare no CPUs at all: src/placement/flock-view.ts. */
const SLOTS_MIN = 2 ** -6;

/** @param before - the same node, as the flock was then */
export function placeOf(id: NodeId, member: MemberState | undefined, share: number, before?: Place): Place {
  const capacity = member?.profile.capacity ?? NOTHING;
  return {
    id,
    isOpen: member?.state === 'alive' && !member.draining,
    capacity,
    slots: Math.max(capacity.cpus, SLOTS_MIN),
    share,
    speed: member?.profile.speed ?? 1,
    zone: member?.profile.zone ?? '',
    price: amountOf(member?.profile.labels['cost']),
    watts: amountOf(member?.profile.labels['energy']),
    running: 0,
    queued: 0,
    free: capacity.cpus,
    workMs: 0,
    offered: 0,
    isShut: false,
    credit: before?.credit ?? 0,
    roundTripMs: 0,
    responseSumMs: before?.responseSumMs ?? 0,
    responseWeight: before?.responseWeight ?? 0,
  };
}

/** Of a label; what is no number is none. */
function amountOf(label = ''): number {
  return /^\d+(\.\d+)?$/.test(label) ? Number(label) : 0;
}
