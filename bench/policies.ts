import { do_not_optimize as keep, measure } from 'mitata';
import xxhash from 'xxhash-wasm';
import { COST_WEIGHTS } from '../src/kernel/cost-weights.js';
import { nodeId, type NodeId } from '../src/kernel/ids.js';
import { QUEUE_MAX } from '../src/kernel/load.js';
import { BUILT_IN_POLICIES, type PolicyName } from '../src/kernel/policies.js';
import { Prng } from '../src/kernel/prng.js';
import { Breakers } from '../src/placement/breakers.js';
import { FlockView } from '../src/placement/flock-view.js';
import { Placement } from '../src/placement/placement.js';
import { BoundedRing } from '../src/placement/policies/bounded-ring.js';
import { RingCache } from '../src/ring/ring-cache.js';
import type { Demand } from '../src/tasks/placer.js';
import type { Row } from './row.js';

const NODES = 1000;
const CPUS = 4;
/** Nodes that have not answered an offer yet. */
const ON_OFFER = 32;
const TARGET_US = 20;
const DEFAULT_TARGET_US = 2;

type Flock = 'mixed' | 'idle' | 'full';

/** One decision among 1,000 nodes, by each policy, against what issue 6 holds it to. */
export async function benchPolicies(): Promise<Row[]> {
  const wasm = await xxhash();
  const rings = new RingCache((text) => wasm.h32(text));
  const flocks = (['mixed', 'idle', 'full'] as const).map((flock) => placementOf(flock, rings));
  const rows: Row[] = [];
  for (const policy of BUILT_IN_POLICIES) {
    const [mixed, idle, full] = [
      await usPerChoice(flocks[0]!, policy),
      await usPerChoice(flocks[1]!, policy),
      await usPerChoice(flocks[2]!, policy),
    ];
    rows.push({
      name: `placement: one task among ${NODES} nodes, ${policy}`,
      figure: mixed,
      unit: 'µs',
      target: policy === 'bounded-ring' ? DEFAULT_TARGET_US : TARGET_US,
      better: 'less',
      beside: `all idle ${idle.toPrecision(3)}, no room anywhere ${full.toPrecision(3)}`,
    });
  }
  return rows;
}

interface Placing {
  readonly placement: Placement;
  readonly offers: ReadonlyMap<NodeId, number>;
}

/** Loads of all kinds, none, or queues that are full. */
function placementOf(flock: Flock, rings: RingCache): Placing {
  const prng = new Prng(1);
  const view = new FlockView(rings);
  const capacity = { cpus: CPUS, memBytes: 8e9, gpus: 0, custom: {} };
  const profile = { addresses: [], capacity, labels: {}, zone: '', speed: 1, version: '0' };
  const offers = new Map<NodeId, number>();
  for (let i = 0; i < NODES; i++) {
    const id = nodeId(`12D3KooW${letters(prng, 44)}`);
    view.update({ id, boot: 1, n: 0, state: 'alive', draining: false, profile });
    if (flock === 'idle') continue;
    const running = flock === 'full' ? CPUS : prng.below(CPUS + 1);
    const queued = flock === 'full' ? QUEUE_MAX : running < CPUS ? 0 : prng.below(8);
    const held = { running, queued, free: CPUS - running, workMs: 500 * (running + queued) };
    view.loads.note({ node: id, boot: 1, seq: 1, waiting: 0, slots: CPUS, draining: false, ...held });
    if (offers.size < ON_OFFER && prng.chance(0.1)) offers.set(id, 1 + prng.below(2));
  }
  const breakers = new Breakers({ nowMs: () => 0, size: () => 3, chance: () => 0 });
  const placement = new Placement({
    ...{ view, ring: new BoundedRing(view), breakers, prng, costWeights: COST_WEIGHTS },
    ...{ workMs: () => 400, nowMs: () => 0, roundTripMs: () => 3 },
  });
  return { placement, offers };
}

/** The median over batches of choices, each for another key. */
async function usPerChoice({ placement, offers }: Placing, policy: PolicyName): Promise<number> {
  const needs = { cpus: 1, memBytes: 0, gpus: 0, custom: {} };
  const closed = new Set<NodeId>();
  const keys = Array.from({ length: 1024 }, (_, i) => `key ${i}`);
  let i = 0;
  const { p50 } = await measure(
    () => {
      const demand: Demand = {
        key: keys[i++ & 1023] ?? '',
        name: 'work',
        policy,
        needs,
        batch: 1 + (i & 7),
        closed: (node) => closed.has(node),
        offers,
        seeksSlot: false,
        isForAny: true,
      };
      keep(placement.choose(demand));
    },
    { min_cpu_time: 3e8 },
  );
  return p50 / 1000;
}

function letters(prng: Prng, n: number): string {
  return Array.from({ length: n }, () => prng.below(36).toString(36)).join('');
}
