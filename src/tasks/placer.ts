import type { NodeId } from '../kernel/ids.js';
import type { PolicyName } from '../kernel/policies.js';
import type { Resources } from '../kernel/resources.js';

/** What a shard's coordinator wants placed. */
export interface Demand {
  /** Hashed onto the ring; the walk starts there. */
  readonly key: string;
  /** The user named no key, and so no place: whoever can be reached at once is as good. */
  readonly isForAny: boolean;
  /** What such tasks are called: what ran under it before says how long they may take. */
  readonly name: string;
  /** How a node is chosen; absent: by default. */
  readonly policy?: PolicyName | undefined;
  readonly needs: Resources;
  /** Tasks that are to be placed, this one among them. */
  readonly batch: number;
  /** Nodes that refused lately, or that hold offers enough. */
  readonly closed: (node: NodeId) => boolean;
  /** Tasks offered to nodes that these have not answered yet. */
  readonly offers: ReadonlyMap<NodeId, number>;
  /** A free slot further on is better than a place in the first queue with room. */
  readonly seeksSlot: boolean;
}

export interface Choice {
  readonly node: NodeId;
  /** How many such tasks it likely takes; at least 1. It decides itself. */
  readonly room: number;
  /** It is believed to have free slots, and is to take no more than can start there at once. */
  readonly startsNow: boolean;
}

/** A node that gets no work of this coordinator, since it fails what others do: how tasks ended there before that was seen. */
export interface Shunned {
  readonly node: NodeId;
  readonly ended: number;
  readonly failed: number;
  /** Until it is tried again, in milliseconds; absent: it is being tried. */
  readonly forMs?: number;
}

/** An attempt at a task has ended at a node. */
export interface End {
  readonly node: NodeId;
  /** Of the task. */
  readonly name: string;
  readonly isFailure: boolean;
  /** When this coordinator offered it to the node; absent where another one did. */
  readonly offeredAtMs: number | undefined;
}

/** Chooses nodes for tasks; the placement room stands behind it. */
export interface Placer {
  /** The next node to be offered such tasks; undefined where none is known to have room. */
  choose(demand: Demand): Choice | undefined;
  /** Slots that a node is believed to have free, with nothing queued for them. */
  freeSlots(node: NodeId): number;
  /** Whether tasks may be offered to this very node now (it asked for them). */
  mayOffer(node: NodeId, needs: Resources): boolean;
  /** The same of tasks that are for no other node: how it did with earlier ones does not count. */
  mayPin(node: NodeId, needs: Resources): boolean;
  /** By the clock that offers are stamped with; monotonic. */
  nowMs(): number;
  ended(end: End): void;
  shunned(): readonly Shunned[];
  /** How long tasks of a name have taken here of late, at speed 1, in milliseconds; 0 where nothing is known. */
  learntMs(name: string): number;
  /** The boot that this node knows of; 0 where the node is unknown. */
  bootOf(node: NodeId): number;
}
