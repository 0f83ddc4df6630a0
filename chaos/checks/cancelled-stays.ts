import { jobOf, type History } from '../history/history.js';
import type { Finding } from './finding.js';

const rule = 'cancelled-stays';

/** How long after the last fault an acknowledged cancel may take to reach whoever runs the tasks. */
const REACH_MS = 15_000;
/** /proc/uptime counts hundredths of a second. */
const GRAIN_MS = 10;

/**
 * A cancel is a committed write, final once open offers are answered or their nodes dead. So a start may still cross its
 * acknowledgement, but:
 * - once `cancelled` was read as its outcome, a task starts no more
 * - what was acknowledged before the last fault was over holds everywhere {@link REACH_MS} after it
 */
export function cancelledStays({ cancels, reads, marks, calmMs }: History): Finding[] {
  const readMs = new Map<string, number>();
  for (const { task, state, answeredMs } of reads) {
    if (state === 'cancelled') readMs.set(task, Math.min(readMs.get(task) ?? Infinity, answeredMs));
  }
  const acknowledged = new Set(
    cancels
      .filter(({ answeredMs = Infinity }) => answeredMs <= calmMs)
      .map(({ job, index }) => (index === undefined ? job : `${job}/${index}`)),
  );
  const findings = new Map<string, Finding>();
  for (const { what, task, node, epoch, atMs } of marks) {
    if (what !== 'start') continue;
    const start = `started on ${node} under epoch ${epoch}`;
    const late = atMs - (readMs.get(task) ?? Infinity);
    if (late > GRAIN_MS) {
      findings.set(task, { rule, task, message: `${task} was read as cancelled, and ${start} ${late} ms later` });
    } else if (atMs > calmMs + REACH_MS && (acknowledged.has(task) || acknowledged.has(jobOf(task)))) {
      const message = `the cancel of ${task} was acknowledged, and it ${start} ${atMs - calmMs} ms after the last fault`;
      findings.set(task, { rule, task, message });
    }
  }
  return [...findings.values()];
}
