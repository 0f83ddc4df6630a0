import type { JobId, NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import type { Head, RegisterId } from '../../src/tasks/register/head.js';
import { CORE_PREFIX } from '../../src/tasks/register/stored.js';
import type { TimedFault } from '../faults/fault.js';
import { jobOf } from '../history/durables.js';
import { coreIn } from '../history/register-writes.js';
import type { Flock } from '../world/flock.js';

/** Between the damage and the crash after which it shows. */
const NOTICED_MS = 1;

/** The values of one node are damaged up to three times, each time before it is killed. */
export function lies(seed: number, nodes: readonly string[], forMs: number): TimedFault[] {
  const prng = new Prng(seed);
  const node = prng.pick(nodes) ?? 'n0';
  return Array.from({ length: 1 + prng.below(3) }, () => prng.below(forMs)).flatMap((atMs): TimedFault[] => [
    { atMs, fault: { kind: 'bit-flip', node } },
    { atMs: atMs + NOTICED_MS, fault: { kind: 'crash', node, downMs: 300 + prng.below(3_000), isDark: false } },
  ]);
}

/**
 * Jobs of which the only copy was on a disk that lied. A set of three that loses one after the other for long is one node in the
 * end, and no promise holds for what one disk alone has had.
 */
export function lostWithTheirOnlyDisk(flock: Flock): JobId[] {
  const newest = new Map<RegisterId, Head>();
  const doubted = new Map<RegisterId, Set<NodeId>>();
  for (const node of flock.ids) {
    for (const put of flock.disk(node).range(CORE_PREFIX)) {
      const found = coreIn(put);
      if (!found) continue;
      const { register, core } = found;
      if (core.doubt !== undefined) doubted.set(register, (doubted.get(register) ?? new Set()).add(node));
      // Where a seal was committed the state is where it says, whether that is installed there or not.
      const { head, seal } = core;
      const next = head && seal ? { ...head, generation: head.generation + 1, set: seal.set } : head;
      if (next && next.generation >= (newest.get(register)?.generation ?? 0)) newest.set(register, next);
    }
  }
  return [...doubted].flatMap(([register, nodes]) => {
    const set = newest.get(register)?.set;
    return set?.every((node) => nodes.has(node)) !== false ? [jobOf(register)] : [];
  });
}
