import type { Head, RegisterId } from '../../src/tasks/register/head.js';
import { majorityOf } from '../../src/tasks/register/replica-set.js';
import { CORE_PREFIX } from '../../src/tasks/register/stored.js';
import { coreIn } from '../history/register-writes.js';
import type { Flock } from '../world/flock.js';
import type { Story } from './story.js';

/** Without this node all can still run, and every register that is not finished has a majority: a minority of its set is away. */
export function mayStayAway(flock: Flock, { jobs, machines }: Story, id: string): boolean {
  const others = machines.filter((_, i) => `n${i}` !== id).map(({ cpus }) => cpus);
  if (jobs.some(({ cpus }) => cpus > Math.max(...others))) return false;
  const heads = new Map<RegisterId, Head>();
  const finished = new Set<RegisterId>();
  for (const node of flock.ids) {
    for (const put of flock.disk(node).range(CORE_PREFIX)) {
      const found = coreIn(put);
      if (!found?.core.head) continue;
      const { register, core } = found;
      if (core.final !== undefined) finished.add(register);
      const known = heads.get(register);
      if (core.head && core.head.generation >= (known?.generation ?? 0)) heads.set(register, core.head);
    }
  }
  return [...heads].every(([register, { set }]) => {
    return finished.has(register) || set.filter((node) => node !== id).length >= majorityOf(set);
  });
}
