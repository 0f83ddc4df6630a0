import type { Head, RegisterId } from '../../src/tasks/register/head.js';
import { majorityOf, type ReplicaSet } from '../../src/tasks/register/replica-set.js';
import { CORE_PREFIX } from '../../src/tasks/register/stored.js';
import { coreIn } from '../history/register-writes.js';
import type { Flock } from '../world/flock.js';
import type { Story } from './story.js';

/**
 * Without this node all can still run, and every register that is not finished has a majority: a minority of its set is away,
 * and of the set to which it is under way, as a seal binds.
 */
export function mayStayAway(flock: Flock, { jobs, machines }: Story, id: string): boolean {
  const others = machines.filter((_, i) => `n${i}` !== id).map(({ cpus }) => cpus);
  if (jobs.some(({ cpus }) => cpus > Math.max(...others))) return false;
  const heads = new Map<RegisterId, Head>();
  const sealed = new Map<RegisterId, { readonly generation: number; readonly set: ReplicaSet }[]>();
  const finished = new Set<RegisterId>();
  for (const node of flock.ids) {
    for (const put of flock.disk(node).range(CORE_PREFIX)) {
      const found = coreIn(put);
      const head = found?.core.head;
      if (!found || !head) continue;
      const { register, core } = found;
      if (core.final !== undefined) finished.add(register);
      const known = heads.get(register);
      const { generation } = head;
      if (generation >= (known?.generation ?? 0)) heads.set(register, head);
      if (core.seal) sealed.set(register, [...(sealed.get(register) ?? []), { generation, set: core.seal.set }]);
    }
  }
  const canSpare = (set: ReplicaSet) => set.filter((node) => node !== id).length >= majorityOf(set);
  return [...heads].every(([register, { generation, set }]) => {
    const next = (sealed.get(register) ?? []).filter((seal) => seal.generation === generation);
    return finished.has(register) || [set, ...next.map((seal) => seal.set)].every(canSpare);
  });
}
