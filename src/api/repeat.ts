import { CoveyError } from '../kernel/errors.js';
import { nodeId } from '../kernel/ids.js';
import type { Submission } from '../node/core/gateway/requests.js';
import { REPLICAS_MAX } from '../tasks/register/replica-set.js';
import { REPEAT_HEADER } from '../kernel/repeat.js';

const UNKNOWN = 'unknown';

type Tried = NonNullable<NonNullable<Submission['repeat']>['tried']>;

export function repeatToken({ set, createdAtMs, rank = 0 }: Tried): string {
  return Buffer.from(JSON.stringify([createdAtMs, rank, ...set])).toString('base64url');
}

/** @throws CoveyError `usage` */
export function repeatOf(header: string | string[] | undefined): Submission['repeat'] {
  if (header === undefined) return undefined;
  if (header === UNKNOWN) return {};
  try {
    const [createdAtMs, rank, ...set] = JSON.parse(Buffer.from(String(header), 'base64url').toString()) as [
      number,
      number,
      ...string[],
    ];
    const isTime = Number.isFinite(createdAtMs) && createdAtMs >= 0 && Number.isSafeInteger(rank) && rank >= 0;
    const isSet = set.length >= 1 && set.length <= REPLICAS_MAX && set.every((id) => typeof id === 'string');
    const claimed = rank > 0 ? { rank } : {};
    if (isTime && isSet && new Set(set).size === set.length)
      return { tried: { createdAtMs, set: set.map(nodeId), ...claimed } };
  } catch {
    // Whatever is wrong with it, it was not made by a daemon.
  }
  throw new CoveyError(
    'usage',
    `the header ${REPEAT_HEADER} is not one that a daemon gave`,
    `leave it out, or send ${UNKNOWN}`,
  );
}
