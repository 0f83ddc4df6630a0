import { nodeId, type NodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { NodeEvent } from '../../../src/node/core/events.js';
import type { Message } from '../../../src/node/core/wire.js';
import { addressOf, Network } from '../../../simnet/world/network.js';
import type { NetworkGiven } from '../../../simnet/world/network-options.js';
import { World } from '../../../simnet/world/world.js';

interface Arrival {
  readonly atMs: number;
  readonly event: NodeEvent;
}

/** Nodes without a core in a simulated network, and what each was told. */
export class Rig {
  readonly world = new World();
  readonly network: Network;
  readonly ids: readonly NodeId[];
  readonly #told = new Map<NodeId, Arrival[]>();

  constructor(size: number, given: NetworkGiven = {}, seed = 1) {
    this.network = new Network(this.world, new Prng(seed), { handshakesPerSecond: 1_000, ...given });
    this.ids = Array.from({ length: size }, (_, i) => nodeId(`n${i}`));
    for (const id of this.ids) this.attach(id);
  }

  /** All connected to all, and what they were told of that forgotten. */
  static connected(size: number, given: NetworkGiven = {}, seed = 1): Rig {
    const rig = new Rig(size, given, seed);
    rig.ids.forEach((id, i) => rig.dial(id, ...rig.ids.slice(0, i)));
    const isDone = () => rig.ids.every((id) => rig.network.peers(id).connected === size - 1);
    rig.world.runUntil('all are connected', 60_000, isDone, 100);
    rig.clear();
    return rig;
  }

  attach(id: NodeId): void {
    const told = this.#told.get(id) ?? [];
    this.#told.set(id, told);
    this.network.attach(id, (event) => told.push({ atMs: this.world.nowMs, event }));
  }

  dial(from: NodeId, ...to: readonly NodeId[]): void {
    for (const id of to) this.network.dial(from, [addressOf(id)]);
  }

  send(from: NodeId, to: NodeId, seq: number, lane: 'control' | 'bulk' = 'control'): void {
    this.network.send(from, to, nack(seq), lane);
  }

  told(id: NodeId): readonly Arrival[] {
    return this.#told.get(id) ?? [];
  }

  /** The numbers of the messages that came to a node. */
  heard(id: NodeId): number[] {
    return this.told(id).flatMap(({ event }) =>
      event.kind === 'message' && event.message.kind === 'swim.nack' ? [event.message.seq] : [],
    );
  }

  /** The same of what was gossiped. */
  gossip(id: NodeId): number[] {
    return this.told(id).flatMap(({ event }) =>
      event.kind === 'gossip' && event.message.kind === 'load.vector' ? [event.message.vector.seq] : [],
    );
  }

  /** When a node was told that it lost a peer, or of the first event of another kind. */
  whenTold(id: NodeId, kind: NodeEvent['kind']): number | undefined {
    return this.told(id).find(({ event }) => event.kind === kind)?.atMs;
  }

  clear(): void {
    for (const told of this.#told.values()) told.length = 0;
  }
}

function nack(seq: number): Message {
  return { kind: 'swim.nack', seq };
}

export function vector(node: NodeId, seq: number): Message {
  const load = { running: 0, queued: 0, waiting: 0, slots: 2, free: 2, workMs: 0, draining: false };
  return { kind: 'load.vector', vector: { node, boot: 1, seq, ...load } };
}

export function counted(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
