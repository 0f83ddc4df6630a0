import { amount, count, record, text, Type, type Static } from '../../kernel/schema.js';
import { ReplicaSetSchema } from './replica-set.js';
import { generation } from './version.js';

/** The name of a register: a job's id, or that of a shard. It stands in the store's keys, so it has no slash. */
export const RegisterIdSchema = Type.String({ pattern: '^[0-9A-Za-z#._-]{1,64}$' });
export type RegisterId = string;

const KEY_MAX = 64;
export const EntryKeySchema = text(KEY_MAX);

/** Of a claim (ADR 18). */
export const rank = count();

/** What the replicas of one generation of a register are told of it. */
export const HeadSchema = record({
  set: ReplicaSetSchema,
  generation,
  createdAtMs: amount(),
  /** Of the set that the create named: with `createdAtMs` it tells two registers with one id apart. */
  digest: count(),
  /** Of the claim under which it was made, from 1 on; without one where nobody had to claim its id (ADR 18). */
  rank: Type.Optional(rank),
  /** Since when a replica of this generation may know of it: since the create, or since the seal that made the set. */
  bornAtMs: amount(),
  /** The set of the generation before, which forwards. */
  before: Type.Optional(ReplicaSetSchema),
});
export type Head = Static<typeof HeadSchema>;

/** The end of a generation: the state goes on at `set`. */
export const SealSchema = record({ set: ReplicaSetSchema, atMs: amount() });
export type Seal = Static<typeof SealSchema>;

/** Which of the registers that an id might name. */
export interface Lineage {
  readonly createdAtMs: number;
  readonly digest: number;
  readonly rank?: number;
}

export function rankOf({ rank: claimed = 0 }: Lineage): number {
  return claimed;
}

/**
 * Of two registers with one id the one of the higher rank stays, below 0 the first: it was made when the other was known to
 * be void (ADR 18). Where nobody claimed the id, it is the older one (register.md, rule 7). Within one set the ballots decide,
 * not this.
 */
export function compareLineages(a: Lineage, b: Lineage): number {
  if (a.digest === b.digest) return 0;
  const byAge = rankOf(a) === 0 ? a.createdAtMs - b.createdAtMs : 0;
  return rankOf(b) - rankOf(a) || byAge || a.digest - b.digest;
}

/** What is found of a register goes on under the latest claim for its set. */
export function claimedBy(claim: Lineage, found: Head): Head {
  const isSame = found.generation === 0 && claim.digest === found.digest;
  return isSame && rankOf(claim) > rankOf(found) ? { ...found, rank: rankOf(claim) } : found;
}

/** The head of the generation that a seal begins. */
export function successor(head: Head, seal: Seal): Head {
  return { ...head, set: seal.set, generation: head.generation + 1, bornAtMs: seal.atMs, before: head.set };
}
