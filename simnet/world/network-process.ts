import type { NodeId } from '../../src/kernel/ids.js';
import type { NodeEvent } from '../../src/node/core/events.js';
import type { Lane } from '../../src/node/core/ports.js';
import type { Message } from '../../src/node/core/wire.js';
import type { Dials } from './network-dials.js';

interface Waiting {
  readonly message: Message;
  readonly lane: Lane;
  readonly bytes: number;
}

/** What was sent to one peer that is being dialled. */
export class WaitingList {
  readonly messages: Waiting[];
  #bytes: number;

  constructor(first: Waiting) {
    this.messages = [first];
    this.#bytes = first.bytes;
  }

  /** False where it would be more than may wait. */
  add(waiting: Waiting, bytesMax: number): boolean {
    if (this.#bytes + waiting.bytes > bytesMax) return false;
    this.#bytes += waiting.bytes;
    this.messages.push(waiting);
    return true;
  }
}

/** What one run of a node knows of the network; gone with it. */
export class Process {
  readonly learned = new Map<NodeId, readonly string[]>();
  /** What it knew from its start, in a flock that need not form. */
  book: ReadonlyMap<NodeId, readonly string[]> | undefined;
  readonly waiting = new Map<NodeId, WaitingList>();

  constructor(
    readonly feed: (event: NodeEvent) => void,
    readonly dials: Dials,
  ) {}
}
