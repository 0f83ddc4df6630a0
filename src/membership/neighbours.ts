import type { NodeId } from '../kernel/ids.js';
import type { Prng } from '../kernel/prng.js';
import type { MembershipConfig } from './config.js';
import { isLive } from './member.js';
import type { View } from './view.js';

/** In a flock too large for all to be connected, probes of peers that are, for one of a peer that is not. */
const NEAR_PER_FAR = 64;

/**
 * Of so many lost connections one is looked after, in such a flock: most were closed for want of room, by either side, and a
 * probe makes one more. Of the hundreds who lose one to a node that died that leaves enough.
 */
const LOST_PER_DOUBT = 16;

/**
 * Whom to talk to about the others. Any peer; but in a flock of more than one keeps connections, those connected: each word
 * to another would make one connection more, until all nodes are full and refuse each other, and refusals look like deaths.
 */
export class Neighbours {
  /** Peers with an open connection. */
  readonly connected: Set<NodeId>;

  constructor(
    private readonly view: View,
    private readonly config: Pick<MembershipConfig, 'connectionsMax'>,
    private readonly prng: Prng,
    connected: Iterable<NodeId> = [],
  ) {
    this.connected = new Set(connected);
  }

  /** Up to `n` different ones that nobody accuses, in random order. */
  sample(n: number, but?: NodeId): NodeId[] {
    const isWanted = (id: NodeId) => id !== but && this.view.get(id)?.state === 'alive';
    if (!this.#isSparse()) return this.view.sample(n, this.prng, isWanted);
    return this.prng.sample([...this.connected].filter(isWanted), n);
  }

  /**
   * Whom to probe, each once, in random order. Everyone keeps connections, so everyone is probed as often as ever. A few
   * who are not connected go along, for the sake of who died before anybody was.
   */
  round(): NodeId[] {
    const { peers } = this.view;
    if (!this.#isSparse()) return this.prng.sample(peers, peers.length);
    const near = [...this.connected].filter((id) => this.#isLive(id));
    const far = this.view.sample(Math.ceil(near.length / NEAR_PER_FAR), this.prng, (id) => !this.connected.has(id));
    const round = [...near, ...far];
    return this.prng.sample(round, round.length);
  }

  /** Whether it costs no new connection to talk to a peer, or new ones are no matter. */
  isNear(id: NodeId): boolean {
    return this.connected.has(id) || !this.#isSparse();
  }

  /** A connection has closed. @returns whether that is a reason to doubt that the peer lives */
  lost(id: NodeId): boolean {
    const wasSparse = this.#isSparse();
    this.connected.delete(id);
    return !wasSparse || this.prng.chance(1 / LOST_PER_DOUBT);
  }

  /** Before it is connected to anybody a node cannot choose. */
  #isSparse(): boolean {
    return this.view.peers.length > this.config.connectionsMax && this.connected.size > 0;
  }

  #isLive(id: NodeId): boolean {
    const member = this.view.get(id);
    return member !== undefined && isLive(member);
  }
}
