import type { Connection } from '@libp2p/interface';
import { nodeId, type NodeId } from '../../kernel/ids.js';
import type { Lane } from '../core/ports.js';
import type { TransportLimits } from './limits.js';
import { Peer, type PeerEvents } from './peer.js';
import type { Tally } from './tally.js';

/** The peers that are connected, and those that something waits for while they are dialled. */
export class PeerTable {
  readonly #peers = new Map<NodeId, Peer>();
  readonly #events: PeerEvents;
  #keptAliveMs = performance.now();

  constructor(
    readonly protocols: Readonly<Record<Lane, string>>,
    readonly limits: TransportLimits,
    events: { connected(peer: NodeId): void; disconnected(peer: NodeId): void },
    readonly tally: Tally,
  ) {
    this.#events = {
      greeted: ({ id }) => {
        events.connected(id);
        this.#shed();
      },
      gone: (peer, wasGreeted) => {
        this.#forget(peer);
        if (wasGreeted) events.disconnected(peer.id);
      },
    };
  }

  get connected(): number {
    return [...this.#peers.values()].filter((peer) => peer.isConnected).length;
  }

  /** True where nothing waits to leave, but for peers that are not connected. */
  get isIdle(): boolean {
    const lanes = [...this.#peers.values()]
      .filter((peer) => peer.isConnected)
      .flatMap(({ lanes }) => Object.values(lanes));
    return lanes.every((lane) => lane.isIdle);
  }

  find(id: NodeId): Peer | undefined {
    return this.#peers.get(id);
  }

  isConnected(id: NodeId): boolean {
    return this.#peers.get(id)?.isConnected === true;
  }

  /** The peer, new where it is not there. */
  take(id: NodeId): Peer {
    const known = this.#peers.get(id);
    if (known !== undefined) return known;
    const peer = new Peer(id, this.protocols, this.limits, this.#events, this.tally);
    this.#peers.set(id, peer);
    return peer;
  }

  /** No dial reached the peer: what waits for it is dropped. */
  giveUp(id: NodeId): void {
    const peer = this.#peers.get(id);
    if (peer !== undefined && !peer.hasConnection) this.#forget(peer);
  }

  opened(connection: Connection): void {
    if (connection.status === 'open') this.take(peerIdOf(connection)).add(connection);
  }

  closed(connection: Connection): void {
    this.find(peerIdOf(connection))?.remove(connection);
  }

  /** To be called every `heartbeatMs`. */
  keepAlive(): void {
    const now = performance.now();
    // Where this process itself stood still, what the peers sent may lie unread.
    const stoodStill = now - this.#keptAliveMs > 2 * this.limits.heartbeatMs;
    this.#keptAliveMs = now;
    for (const peer of this.#peers.values()) {
      if (stoodStill) peer.heard();
      if (peer.hasConnection) peer.keepAlive(now);
    }
  }

  /** Keeps those used last; who closes may be wrong about who is wanted next, and then dials again. */
  #shed(): void {
    const connected = [...this.#peers.values()].filter((peer) => peer.isConnected && !peer.isParting);
    const excess = connected.length - this.limits.connectionsKept;
    if (excess <= 0) return;
    for (const peer of connected.sort((a, b) => a.usedMs - b.usedMs).slice(0, excess)) peer.part();
  }

  #forget(peer: Peer): void {
    peer.clear();
    this.#peers.delete(peer.id);
  }
}

export function peerIdOf(connection: Connection): NodeId {
  return nodeId(connection.remotePeer.toString());
}
