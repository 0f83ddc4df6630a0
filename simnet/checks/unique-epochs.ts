import type { Attempt, History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'unique-epochs';

/** No two attempts of a task share an epoch, wherever and whenever they run: so what runs beside its own rerun is told apart. */
export function uniqueEpochs({ attempts }: History): Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, Attempt>();
  for (const attempt of attempts) {
    const { task, epoch, node, startMs: atMs } = attempt;
    const before = seen.get(`${task} ${epoch}`);
    const message = `${task} ran under epoch ${epoch} on ${before?.node} and again on ${node}`;
    if (before) findings.push({ invariant, message, atMs });
    else seen.set(`${task} ${epoch}`, attempt);
  }
  return findings;
}
