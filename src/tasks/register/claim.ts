import { compareLineages, rankOf, type Head, type Lineage } from './head.js';

/**
 * A promise to whoever is about to make a register: none of a lower rank is taken any more. Claims for one set that follow
 * each other are one.
 */
export interface Claim extends Lineage {
  readonly rank: number;
  /** The rank since which nobody has claimed the id for another set. */
  readonly since: number;
}

/** What a node says to a claim; it is durable before it is said. */
export interface ClaimAnswer {
  readonly isGranted: boolean;
  /** The rank of what is in the way: of another claim, or of a register. */
  readonly outdone?: number;
  /** The register that it has, of this lineage or another. */
  readonly head?: Head;
}

/** Whether the promise forbids a register that is not known to be at a majority. */
export function isShutOut(lineage: Lineage, claim: Claim | undefined): boolean {
  if (!claim) return false;
  // What was claimed before another set was is as void as if it were of a third one.
  return claim.digest === lineage.digest ? rankOf(lineage) < claim.since : compareLineages(claim, lineage) < 0;
}

/** The promise that follows where it can be given. */
export function claimAfter(before: Claim | undefined, lineage: Lineage): Claim {
  const { createdAtMs, digest } = lineage;
  const rank = rankOf(lineage);
  if (before?.digest !== digest) return { createdAtMs, digest, rank, since: rank };
  return rank > before.rank ? { ...before, rank } : before;
}
