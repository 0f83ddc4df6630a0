import type { ClaimAnswer } from '../../../../src/tasks/register/claim.js';
import type { Head } from '../../../../src/tasks/register/head.js';

/** What a gateway is about to make. */
export interface Claimed {
  readonly set: readonly number[];
  readonly rank: number;
}

interface Answers {
  readonly granted: Set<number>;
  readonly heads: Map<number, Head>;
}

/** So many of those that may hold the register may stay silent: fewer than a majority of a set. */
const SILENT_MAX = 1;

/** What gateways were told: each makes a register only where it knows that no other set has it, or ever will. */
export class Claims {
  readonly #answers = new Map<string, Answers>();

  /** @param digest - of the set that is claimed for */
  note(claim: Claimed, digest: number, node: number, { isGranted, head }: ClaimAnswer): void {
    const answers = this.#answers.get(nameOf(claim)) ?? { granted: new Set(), heads: new Map() };
    this.#answers.set(nameOf(claim), answers);
    // The first answer is the least that it may know.
    if (answers.granted.has(node) || !isGranted) return;
    answers.granted.add(node);
    if (head && (head.digest !== digest || head.generation > 0)) answers.heads.set(node, head);
  }

  /** @param indexOf - the place of a node among `nodes` */
  mayCreate(claim: Claimed, nodes: number, indexOf: (id: string) => number): boolean {
    const { granted, heads } = this.#answers.get(nameOf(claim)) ?? {};
    if (!granted || !heads || nodes - granted.size > SILENT_MAX) return false;
    return [...heads.values()].every(({ generation, set, digest }) => {
      const free = set.map(indexOf).filter((node) => granted.has(node) && heads.get(node)?.digest !== digest);
      return generation === 0 && 2 * free.length > set.length;
    });
  }
}

function nameOf({ set, rank }: Claimed): string {
  return `${set.join('')} ${rank}`;
}
