import { amount, count, record, text, Type, type Static } from '../../kernel/schema.js';
import { ReplicaSetSchema } from './replica-set.js';
import { generation } from './version.js';

/** The name of a register: a job's id, or that of a shard. It stands in the store's keys, so it has no slash. */
export const RegisterIdSchema = Type.String({ pattern: '^[0-9A-Za-z#._-]{1,64}$' });
export type RegisterId = string;

const KEY_MAX = 64;
export const EntryKeySchema = text(KEY_MAX);

/** What the replicas of one generation of a register are told of it. */
export const HeadSchema = record({
  set: ReplicaSetSchema,
  generation,
  createdAtMs: amount(),
  /** Of the set that the create named: with `createdAtMs` it tells two registers with one id apart. */
  digest: count(),
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
}

/** Of two registers with one id the lower stays (register.md, rule 7). Within one set the ballots decide, not this. */
export function compareLineages(a: Lineage, b: Lineage): number {
  return a.digest === b.digest ? 0 : a.createdAtMs - b.createdAtMs || a.digest - b.digest;
}

/** The head of the generation that a seal begins. */
export function successor(head: Head, seal: Seal): Head {
  const { createdAtMs, digest, generation: ended, set: before } = head;
  return { set: seal.set, generation: ended + 1, createdAtMs, digest, bornAtMs: seal.atMs, before };
}
