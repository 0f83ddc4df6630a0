import type { JobId } from '../../src/kernel/ids.js';
import { partsOf, type History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'told-its-part';

/** A program is told the epoch that it runs under, which fences its effects, and the line of its own task. */
export function toldItsPart({ messages, clients }: History): Finding[] {
  const items = new Map<JobId, readonly string[][]>();
  for (const { job, items: own } of clients.submissions) {
    if (own) items.set(job, [...(items.get(job) ?? []), [...own]]);
  }
  return messages.starts.flatMap(({ atMs, node, task, epoch, saidEpoch, saidItem }) => {
    const { job, index } = partsOf(task);
    const lines = items.get(job)?.map((own) => own[index]);
    if (saidEpoch !== String(epoch)) {
      return [{ invariant, message: `${task} on ${node} was told epoch ${saidEpoch}, and is of ${epoch}`, atMs }];
    }
    if (!lines || lines.includes(saidItem)) return [];
    return [{ invariant, message: `${task} on ${node} was given \`${saidItem}\`, not \`${lines[0]}\``, atMs }];
  });
}
