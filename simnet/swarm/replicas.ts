import type { NodeId } from '../../src/kernel/ids.js';
import type { Head, RegisterId } from '../../src/tasks/register/head.js';
import { CORE_PREFIX } from '../../src/tasks/register/stored.js';
import { coreIn } from '../history/register-writes.js';
import type { Flock } from '../world/flock.js';

/** Replicas that a register has where there are as many nodes (design.md, section 1). */
const REPLICAS = 3;

/**
 * Registers of which fewer living nodes have a copy than there should be, each with what is wrong with it in words: the last
 * set that a living disk names is to be as large as the flock allows, all of it up, and each of it to hold the register. What
 * nobody knows to have been at a majority was never acknowledged.
 */
export function shortOfReplicas(flock: Flock): string[] {
  const living = flock.up.map(({ id }) => id);
  const copies = new Map<RegisterId, Map<NodeId, Head>>();
  const doubted = new Set<RegisterId>();
  for (const node of living) {
    for (const put of flock.disk(node).range(CORE_PREFIX)) {
      const found = coreIn(put);
      if (found?.core.doubt !== undefined) doubted.add(found.register);
      if (!found?.core.head || found.core.isGone || found.core.isStub) continue;
      if (found.core.isMade !== true && found.core.final === undefined) continue;
      const held = copies.get(found.register) ?? new Map<NodeId, Head>();
      copies.set(found.register, held.set(node, found.core.head));
    }
  }
  const wanted = Math.min(REPLICAS, living.length);
  return [...copies].flatMap(([register, held]) => {
    const { generation, set } = [...held.values()].reduce(later);
    // Of what a living one has lost all others must be there to make it whole.
    if (doubted.has(register)) return [];
    const whole = set.filter((node) => held.get(node)?.generation === generation);
    return whole.length >= wanted
      ? []
      : [`${register}, kept by ${set.join(', ')}, is whole at ${whole.join(', ') || 'none'}`];
  });
}

function later(a: Head, b: Head): Head {
  return b.generation > a.generation ? b : a;
}
