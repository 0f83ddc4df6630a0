import type { NodeId } from '../../src/kernel/ids.js';
import type { LoadVector } from '../../src/kernel/load.js';
import type { Resources } from '../../src/kernel/resources.js';
import type { Liveness, MemberState } from '../../src/membership/member.js';
import { BoundedRing } from '../../src/placement/policies/bounded-ring.js';
import { FlockView } from '../../src/placement/flock-view.js';
import { RingCache } from '../../src/ring/ring-cache.js';
import type { Demand } from '../../src/tasks/placer.js';
import { node, xxh32 } from '../ring/support.js';

export { node };

export function resources(cpus: number, more: Partial<Resources> = {}): Resources {
  return { cpus, memBytes: 0, gpus: 0, custom: {}, ...more };
}

export interface MemberOptions {
  readonly state?: Liveness;
  readonly draining?: boolean;
  readonly capacity?: Resources;
  readonly boot?: number;
  readonly speed?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly zone?: string;
}

export function member(id: NodeId, options: MemberOptions = {}): MemberState {
  const { state = 'alive', draining = false, capacity = resources(1), boot = 1, speed = 1 } = options;
  const { labels = {}, zone = '' } = options;
  const profile = { addresses: [], capacity, labels, zone, speed, version: '0' };
  return { id, boot, n: 0, state, draining, profile };
}

let seq = 0;

/** A fresher vector than any before; a node of one slot that runs nothing, unless said otherwise. */
export function vectorOf(id: NodeId, more: Partial<LoadVector> = {}): LoadVector {
  const idle = { running: 0, queued: 0, waiting: 0, workMs: 0, draining: false };
  return { node: id, boot: 1, seq: ++seq, ...idle, slots: 1, free: 1, ...more };
}

/** A view of `count` nodes alive, of `cpus` CPUs each, and the default policy over it. */
export function flockOf(count: number, cpus = 1): { view: FlockView; policy: BoundedRing } {
  const view = new FlockView(new RingCache(xxh32));
  for (let i = 0; i < count; i++) view.update(member(node(i), { capacity: resources(cpus) }));
  return { view, policy: new BoundedRing(view) };
}

export function load(view: FlockView, id: NodeId, more: Partial<LoadVector>): void {
  view.loads.note(vectorOf(id, more));
}

export function demandOf(key: string, more: Partial<Demand> = {}): Demand {
  const open = { closed: () => false, offers: new Map(), seeksSlot: false, isForAny: true };
  return { key, name: 'work', needs: resources(1), batch: 1, ...open, ...more };
}
