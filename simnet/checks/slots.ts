import type { JobId, NodeId } from '../../src/kernel/ids.js';
import { partsOf, type History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'slots';

/** Against sums of fractions. */
const CRUMB = 1e-6;

/** What runs on a node at one time needs no more CPUs than it has. */
export function slots({ attempts, messages, clients }: History): Finding[] {
  const capacity = new Map<NodeId, number>();
  for (const { node, cpus } of messages.starts) capacity.set(node, cpus);
  const needs = new Map<JobId, number>();
  for (const { job, cpus = 1 } of clients.submissions) needs.set(job, cpus);
  const findings: Finding[] = [];
  const byNode = new Map<NodeId, { readonly untilMs: number; readonly cpus: number }[]>();
  for (const { node, task, startMs: atMs, endMs = Infinity } of attempts) {
    const has = capacity.get(node);
    if (has === undefined) continue;
    const beside = (byNode.get(node) ?? []).filter(({ untilMs }) => untilMs > atMs);
    beside.push({ untilMs: endMs, cpus: needs.get(partsOf(task).job) ?? 1 });
    byNode.set(node, beside);
    const used = beside.reduce((sum, { cpus }) => sum + cpus, 0);
    const message = `${node} has ${has} CPUs, and runs what needs ${used} since ${task} started`;
    if (used > has + CRUMB) findings.push({ invariant, message, atMs });
  }
  return findings;
}
