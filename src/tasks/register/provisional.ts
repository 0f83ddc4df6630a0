import { compareText } from '../../kernel/ids.js';
import { compareVersions, type Version } from './version.js';

/**
 * How a task ended, as one side of a partition knows it. A provisional outcome was reached without a majority, under an epoch
 * whose degraded bit is set; it is final only once the committed lineage has taken it over like any result.
 */
export interface Outcome {
  readonly isCommitted: boolean;
  readonly version: Version;
  /** Of the value, the same on every node: it decides between what is otherwise alike. */
  readonly digest: string;
  readonly value: unknown;
}

/**
 * Which of two outcomes stays (register.md, rule 18): what is committed beats what is provisional; among provisional ones the
 * generation decides, then the ballot. A total order, so the better of many is the same whatever the order in which they are
 * met, and however often.
 */
export function compareOutcomes(a: Outcome, b: Outcome): number {
  return (
    Number(a.isCommitted) - Number(b.isCommitted) ||
    compareVersions(a.version, b.version) ||
    compareText(a.digest, b.digest)
  );
}

/** Of two outcomes of one task the one that stays. */
export function better(a: Outcome, b: Outcome): Outcome {
  return compareOutcomes(a, b) >= 0 ? a : b;
}
