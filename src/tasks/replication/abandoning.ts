import type { JobRecord } from '../job-record.js';
import type { Held } from '../register/entries.js';
import type { Written } from '../register/messages.js';
import type { ReplicaSet } from '../register/replica-set.js';
import type { ShardRecord } from '../shard-record.js';
import type { Loss } from './degraded.js';
import type { Degradation } from './effects.js';
import { JOB, SHARD } from './names.js';

/** What a register has lost, as one of its replicas knows it. */
export interface AbandonLoss extends Loss {
  /** This node can end it alone: nothing of it was lost here. */
  readonly isWhole: boolean;
}

/** Why what was abandoned is cancelled, in words for people. */
export function abandonedBecause({ gone, replicas }: Pick<Loss, 'gone' | 'replicas'>): string {
  return `abandoned: ${gone} of ${replicas} replicas are gone`;
}

/**
 * What is recorded of a register that is abandoned before anybody may act on it: its job, its shard, or both, are cancelled. So
 * nothing of it is ever started without its majority, and where that comes back it is proposed like any cancel.
 */
export function abandonedEntries(
  entries: Iterable<readonly [string, Held]>,
  opening: { readonly set: ReplicaSet; readonly degradation: Degradation },
): Written[] {
  const reason = abandonedBecause({ gone: opening.degradation.gone, replicas: opening.set.length });
  const ended: Written[] = [];
  for (const [key, { value }] of entries) {
    if (key === JOB) ended.push({ key, value: { ...(value as JobRecord), cancelled: true, reason, abandoned: true } });
    if (key === SHARD) ended.push({ key, value: { ...(value as ShardRecord), cancelled: true, abandoned: true } });
  }
  return ended;
}

/** Whether what was recorded of a register without its majority says that it is abandoned. */
export function isAbandoned(provisional: ReadonlyMap<string, Held>): boolean {
  const job = provisional.get(JOB)?.value as JobRecord | undefined;
  const shard = provisional.get(SHARD)?.value as ShardRecord | undefined;
  return job?.abandoned === true || shard?.abandoned === true;
}
