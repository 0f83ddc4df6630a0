import { nextTime } from '../../src/cron.js';
import { known } from '../../src/kernel/assert.js';
import type { NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import type { MemberState } from '../../src/membership/member.js';
import type { FormedFlock } from '../../src/node/core/machines.js';
import { NodeCore } from '../../src/node/core/node-core.js';
import type { RingCache } from '../../src/ring/ring-cache.js';
import { hash } from '../hash.js';
import type { Machine } from './machine.js';

/**
 * For each of `n` nodes the places of its peers: all others, or, where they are more than `max`, a random part of them,
 * equally many for each (a circulant graph of random steps).
 */
export function acquaintances(n: number, max: number, prng: Prng): number[][] {
  const steps = Array.from({ length: Math.floor(n / 2) }, (_, i) => i + 1);
  const chosen = n - 1 <= max ? steps : prng.sample(steps, Math.floor(max / 2));
  return Array.from({ length: n }, (_, i) => {
    const peers = new Set(chosen.flatMap((step) => [(i + step) % n, (i - step + n) % n]));
    peers.delete(i);
    return [...peers];
  });
}

/** Every two that know each other, once. */
export function* pairsOf(
  links: readonly (readonly number[])[],
  machines: readonly Machine[],
): Generator<[NodeId, NodeId]> {
  for (const [i, peers] of links.entries()) {
    for (const j of peers) if (i < j) yield [idOf(machines, i), idOf(machines, j)];
  }
}

/** A node that has heard of all in their first boot, and is not one of the flock. */
export function initiated(machines: readonly Machine[], rings: RingCache): FormedFlock['like'] {
  const members = machines.map(({ id, profile }): MemberState => {
    return { id, boot: 1, n: 0, state: 'alive', draining: false, profile };
  });
  const [self, teller = self] = machines;
  const { id, profile } = known(self, 'a first node');
  const options = { self: id, boot: 1, profile, hash, nextTime, rings, prng: new Prng(1), baseEnv: {}, seeds: [] };
  const core = new NodeCore(options);
  const now = { monoMs: 0, wallMs: 0 };
  core.step({ kind: 'start' }, now);
  const message = { kind: 'swim.states', members, want: [], done: true } as const;
  core.step({ kind: 'message', from: known(teller, 'a teller').id, message: { ...message, want: [] } }, now);
  return core;
}

function idOf(machines: readonly Machine[], i: number): NodeId {
  return known(machines[i], `machine ${i}`).id;
}
