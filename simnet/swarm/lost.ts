import type { Head, RegisterId } from '../../src/tasks/register/head.js';
import { majorityOf, type ReplicaSet } from '../../src/tasks/register/replica-set.js';
import { CORE_PREFIX } from '../../src/tasks/register/stored.js';
import { coreIn } from '../history/register-writes.js';
import type { Flock } from '../world/flock.js';
import type { Story } from './story.js';

/**
 * Without this node all can still run, every register that is not finished has a majority, and of each that is finished another
 * disk knows the end. A seal binds, of what is finished too: the set to which it is under way must have a majority as well.
 */
export function mayStayAway(flock: Flock, { jobs, machines }: Story, id: string): boolean {
  const others = machines.filter((_, i) => `n${i}` !== id).map(({ cpus }) => cpus);
  if (jobs.some(({ cpus }) => cpus > Math.max(...others))) return false;
  const heads = new Map<RegisterId, Head>();
  const sealed = new Map<RegisterId, { readonly generation: number; readonly set: ReplicaSet }[]>();
  const ended = new Map<RegisterId, number>();
  for (const node of flock.ids) {
    for (const put of flock.disk(node).range(CORE_PREFIX)) {
      const found = coreIn(put);
      const head = found?.core.head;
      if (!found || !head) continue;
      const { register, core } = found;
      const known = heads.get(register);
      const { generation } = head;
      const isTold = node !== id && core.final !== undefined;
      if (isTold) ended.set(register, Math.max(generation, ended.get(register) ?? 0));
      if (generation >= (known?.generation ?? 0)) heads.set(register, head);
      if (core.seal) sealed.set(register, [...(sealed.get(register) ?? []), { generation, set: core.seal.set }]);
    }
  }
  const canSpare = (set: ReplicaSet) => set.filter((node) => node !== id).length >= majorityOf(set);
  return [...heads].every(([register, { generation, set }]) => {
    const next = (sealed.get(register) ?? []).filter((seal) => seal.generation === generation);
    const isEndKnown = ended.get(register) === generation;
    return (isEndKnown || canSpare(set)) && next.every((seal) => canSpare(seal.set));
  });
}
