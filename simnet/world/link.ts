import type { NodeId } from '../../src/kernel/ids.js';
import type { Message } from '../../src/node/core/wire.js';
import type { Process } from './network-process.js';
import { Traffic } from './network-traffic.js';

/** A message on its way, kept back while the way is cut. */
export interface Held {
  readonly message: Message;
  readonly isBulk: boolean;
  readonly bytes: number;
}

/**
 * A machine's place in the network, which outlives the processes on it. What is asked for each message stands in plain
 * fields, so that no message looks up more than its two ends.
 */
export class Endpoint {
  /** The node that runs here now. */
  process: Process | undefined;
  /** Without power: nobody refuses a dial there, nobody answers it. */
  isDark = false;
  zone = '';
  readonly traffic = new Traffic();

  /** Open ends of connections here, by peer and as a list of the same. */
  readonly links = new Map<NodeId, Half>();
  readonly peers: Half[] = [];
  /** Ends elsewhere that do not know yet that theirs here is closed. */
  readonly dangling = new Set<Half>();

  /** Nodes of different sides do not hear each other, unless one is a bridge. */
  side = -1;
  isBridge = false;
  /** Bits of the one-way cuts that this node is on the mute or on the deaf side of. */
  mute = 0;
  deaf = 0;
  clogs: Map<NodeId, number> | undefined;
  bandwidthBytesPerS: number | undefined;
  /** When all that was sent so far has left. */
  uplinkFreeMs = 0;

  readonly mesh: Half[] = [];
  /** Gossip ids that came in each of the last heartbeats, the running one first. */
  readonly heard: number[] = [];

  constructor(
    readonly id: NodeId,
    readonly index: number,
    /** Where in a heartbeat's time this node's lies, 0..1. */
    readonly phase: number,
  ) {}
}

/** One end of a connection, and the way from it. Each end sees it close for itself. */
export class Half {
  readonly reverse: Half;
  isOpen = true;
  isInMesh = false;
  /** Its place in the list of peers. */
  place = -1;
  /** When what was sent last on each lane arrives, and what has not arrived yet. */
  controlMs = 0;
  bulkMs = 0;
  controlBytes = 0;
  bulkBytes = 0;
  /** When a message last left or came in here. */
  usedMs = 0;
  held: Held[] | undefined;
  heldSinceMs = 0;
  /** Since when nothing can have come in here; -1 where something may. */
  silentSinceMs = -1;

  constructor(
    readonly from: Endpoint,
    readonly to: Endpoint,
    reverse?: Half,
  ) {
    this.reverse = reverse ?? new Half(to, from, this);
  }
}

/** Whether what leaves `from` gets to `to`. */
export function isHeard(from: Endpoint, to: Endpoint): boolean {
  return (from.side === to.side || from.isBridge || to.isBridge) && (from.mute & to.deaf) === 0;
}

export function isJoined(a: Endpoint, b: Endpoint): boolean {
  return isHeard(a, b) && isHeard(b, a);
}
