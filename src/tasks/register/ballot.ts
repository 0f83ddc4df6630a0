import type { NodeId } from '../../kernel/ids.js';

/** Who may write: the higher `n` rules. */
export interface Ballot {
  readonly n: number;
  readonly node: NodeId;
}

/** The only ballot that is not prepared: the create's, by the first replica in its first life (register.md, rule 3). */
export const FIRST_N = 1;

/** Numbers stay below it, so that an epoch is a safe integer. */
export const N_MAX = 2 ** 32;

/**
 * Whether a replica that promised `promised` may still serve `ballot`. Of two nodes with one n the first to come has it: the
 * names of nodes never break a tie (register.md, rule 1), or two coordinators would count epochs from the same n.
 */
export function admits(promised: Ballot | undefined, ballot: Ballot): boolean {
  if (promised === undefined || ballot.n > promised.n) return true;
  return ballot.n === promised.n && ballot.node === promised.node;
}
