import type { Connection, Stream } from '@libp2p/interface';
import type { NodeId } from '../../kernel/ids.js';
import type { Lane } from '../core/ports.js';
import type { TransportLimits } from './limits.js';
import { OutgoingLane } from './outgoing-lane.js';
import type { Tally } from './tally.js';

/** Two connections whose openings lie closer than this are two dials that met; otherwise the new one replaces the old. */
const SIMULTANEOUS_MS = 3_000;

/** What a peer tells the transport. */
export interface PeerEvents {
  /** The peer speaks our protocols. Once until `gone`. */
  greeted(peer: Peer): void;
  /** The last connection has closed. */
  gone(peer: Peer, wasGreeted: boolean): void;
}

/** One other node: its connections, what waits for it, and the streams it sends on. */
export class Peer {
  readonly lanes: Readonly<Record<Lane, OutgoingLane>>;
  #connections: Connection[] = [];
  readonly #inbound = new Map<Lane, Stream>();
  #greeting: Promise<void> = Promise.resolve();
  #greeted = false;
  #heardMs = 0;
  #usedMs = performance.now();
  #isParting = false;

  constructor(
    readonly id: NodeId,
    readonly protocols: Readonly<Record<Lane, string>>,
    readonly limits: TransportLimits,
    readonly events: PeerEvents,
    tally: Tally,
  ) {
    const lane = (name: Lane) => new OutgoingLane(() => this.#openStream(name), limits, tally);
    this.lanes = { control: lane('control'), bulk: lane('bulk') };
  }

  get isConnected(): boolean {
    return this.#greeted;
  }

  get hasConnection(): boolean {
    return this.#connections.length > 0;
  }

  /** When a message last left for it or came from it, on the monotonic clock. */
  get usedMs(): number {
    return this.#usedMs;
  }

  get isParting(): boolean {
    return this.#isParting;
  }

  /** Resolves once the peer has shown that it speaks our protocols, rejects where it does not. */
  get greeting(): Promise<void> {
    return this.#greeting;
  }

  /**
   * A connection of an earlier time beside a new one is dead: whoever dialled knew of none. Two dials that met both stay.
   */
  add(connection: Connection): void {
    const opened = connection.timeline.open;
    const stale = this.#connections.filter((other) => opened - other.timeline.open > SIMULTANEOUS_MS);
    this.#connections = [...this.#connections.filter((other) => !stale.includes(other)), connection];
    for (const other of stale) other.abort(new Error('replaced by a newer connection'));
    this.heard();
    this.#greeting = this.#greet(connection);
    this.#greeting.catch(() => undefined);
  }

  /** Connections of one peer share one fate, since gossipsub and the lanes each hold on to one of them only. */
  remove(connection: Connection): void {
    if (!this.#connections.includes(connection)) return;
    this.#connections = this.#connections.filter((other) => other !== connection);
    if (this.hasConnection) return this.abort('another connection to the peer has closed');
    const wasGreeted = this.#greeted;
    this.#greeted = false;
    this.events.gone(this, wasGreeted);
  }

  abort(reason: string): void {
    for (const connection of this.#connections) connection.abort(new Error(reason));
  }

  /** Closes the connections, for want of room; what was sent leaves first. */
  part(): void {
    this.#isParting = true;
    for (const connection of this.#connections) {
      connection.close().catch((error: unknown) => {
        connection.abort(error instanceof Error ? error : new Error(String(error)));
      });
    }
  }

  send(lane: Lane, message: Uint8Array): void {
    this.used();
    this.lanes[lane].push(message);
    if (this.#greeted) this.lanes[lane].flush();
  }

  /** Drops what waits. */
  clear(): void {
    this.lanes.control.clear();
    this.lanes.bulk.clear();
  }

  /** A stream of the peer's. The newest alone counts, so that what an older one still holds cannot overtake. */
  adopt(lane: Lane, stream: Stream): void {
    this.#inbound.get(lane)?.abort(new Error('replaced by a newer stream'));
    this.#inbound.set(lane, stream);
    this.heard();
    this.#markGreeted();
  }

  isCurrent(lane: Lane, stream: Stream): boolean {
    return this.#inbound.get(lane) === stream;
  }

  heard(): void {
    this.#heardMs = performance.now();
  }

  used(): void {
    this.#usedMs = performance.now();
  }

  /** Shows life, and gives up a peer that showed none for too long. */
  keepAlive(nowMs: number): void {
    if (nowMs - this.#heardMs > this.limits.silenceMs) return this.abort('the peer has fallen silent');
    if (this.#greeted && nowMs - this.lanes.control.lastSentMs >= this.limits.heartbeatMs) this.lanes.control.ping();
  }

  async #greet(connection: Connection): Promise<void> {
    try {
      await this.lanes.control.open();
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    if (this.hasConnection) this.#markGreeted();
  }

  #markGreeted(): void {
    if (this.#greeted) return;
    this.#greeted = true;
    this.events.greeted(this);
    this.lanes.control.flush();
    this.lanes.bulk.flush();
  }

  async #openStream(lane: Lane): Promise<Stream> {
    const connection = this.#connections.at(-1);
    if (connection === undefined) throw new Error('there is no connection');
    return connection.newStream(this.protocols[lane], { signal: AbortSignal.timeout(this.limits.dialTimeoutMs) });
  }
}
