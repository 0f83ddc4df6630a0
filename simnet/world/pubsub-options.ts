import { MESH } from '../../src/node/core/mesh.js';
import type { Latency } from './network-latency.js';

/** gossipsub's own, by the names of its specification (v1.1). */
export interface PubsubOptions {
  /** Mesh peers that a node grafts up to once it has less than `low`; it takes no graft at `high`. @default the daemon's (MESH) */
  degree: number;
  low: number;
  high: number;
  /** What is published goes to all peers, not to the mesh alone; js-libp2p's default, and the daemon's. @default true */
  floodPublish: boolean;
  /** Peers outside of the mesh that hear of recent ids each heartbeat, at least. @default the daemon's */
  lazy: number;
  /** The same as a part of them. @default the daemon's */
  gossipFactor: number;
  /** Heartbeats for which a message is told of. @default 3 */
  gossipWindows: number;
  /** How long ids are remembered. @default 120_000 */
  seenMs: number;
  /**
   * From the arrival of a copy to its delivery and the sending on: decoding, validation, the loop's turn. Shaped by
   * bench/gossip-calibration.ts, where 0.5 ms a node fits. @default lognormal, median 1 ms, sigma 0.9
   */
  hop: Latency;
}

export const PUBSUB_DEFAULTS: PubsubOptions = {
  ...MESH,
  floodPublish: true,
  gossipWindows: 3,
  seenMs: 120_000,
  hop: { kind: 'lognormal', medianMs: 1, sigma: 0.9 },
};
