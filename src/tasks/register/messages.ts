import { amount, count, list, oneOfKinds, record, Type, type Static, type TSchema } from '../../kernel/schema.js';
import { EntryKeySchema, HeadSchema, rank, RegisterIdSchema, SealSchema, type Head, type RegisterId } from './head.js';
import { ballotNumber, generation, seq, VersionSchema } from './version.js';

/** Entries in one message, over all its items: with the largest records they stay below the frame's 1 MiB. */
export const MESSAGE_ENTRIES_MAX = 64;
/** Items in one message. */
export const MESSAGE_ITEMS_MAX = 1024;

/** Which generation of which register is meant, so that a replica that does not know it can say whether that means anything. */
const about = {
  id: RegisterIdSchema,
  generation,
  createdAtMs: amount(),
  digest: count(),
  rank: Type.Optional(rank),
  /** A majority is known to have had it: no claim for another register of this id can have been granted (ADR 18). */
  isMade: Type.Optional(Type.Literal(true)),
  bornAtMs: amount(),
  n: ballotNumber,
};
/** What a replica's answer answers. */
const re = { id: RegisterIdSchema, n: ballotNumber };

/**
 * What coordinators ask of replicas, and what these answer: many registers in one message. The sender is the ballot's node.
 * Nothing here needs to arrive, or to arrive once, or in order.
 *
 * @param value - the schema of an entry's value
 */
export function registerMessages(value: TSchema) {
  const content = Type.Unsafe<unknown>(value);
  const written = record({ key: EntryKeySchema, value: content });
  const learned = record({ key: EntryKeySchema, version: VersionSchema, value: content });
  const ask = oneOfKinds(
    record({ kind: Type.Literal('prepare'), ...about }),
    /** The rest of what was promised, after a key. */
    record({ kind: Type.Literal('page'), ...about, after: EntryKeySchema }),
    record({
      kind: Type.Literal('accept'),
      ...about,
      seq,
      entries: list(written, MESSAGE_ENTRIES_MAX),
      /** Comes last: whoever has accepted it has accepted everything that the ballot's coordinator began with. */
      head: Type.Optional(HeadSchema),
      seal: Type.Optional(SealSchema),
      /** Everything that this ballot wrote up to this seq is at a majority. */
      committed: seq,
      /** Repairs this doubt of the replica. */
      doubt: Type.Optional(count()),
    }),
    /** `sum` stands for all versions that the coordinator's own replica holds: one that has others has missed something. */
    record({ kind: Type.Literal('committed'), ...about, committed: seq, sum: count() }),
    /** The state is installed at a majority of the set of `head`. */
    record({ kind: Type.Literal('settled'), id: RegisterIdSchema, head: HeadSchema }),
  );
  const tell = oneOfKinds(
    record({
      kind: Type.Literal('promise'),
      ...re,
      /** The page: what follows this key; whether more follows. */
      after: Type.Optional(EntryKeySchema),
      next: Type.Optional(EntryKeySchema),
      entries: list(learned, MESSAGE_ENTRIES_MAX),
      head: Type.Optional(HeadSchema),
      headAt: Type.Optional(VersionSchema),
      seal: Type.Optional(SealSchema),
      sealAt: Type.Optional(VersionSchema),
      /** It only forwards: the state went on to the head's set. */
      isStub: Type.Boolean(),
      /** It is over, and forgotten but for its name. */
      isGone: Type.Boolean(),
    }),
    record({ kind: Type.Literal('accepted'), ...re, seq }),
    /** Its versions are not those of the coordinator's. */
    record({ kind: Type.Literal('behind'), ...re }),
    record({ kind: Type.Literal('refused'), ...re, promised: ballotNumber, head: Type.Optional(HeadSchema) }),
    /** It may have forgotten, and does not vote. Without a doubt there is nothing to repair: the register is too old. */
    record({ kind: Type.Literal('abstains'), ...re, doubt: Type.Optional(count()) }),
  );
  return {
    'register.ask': record({ kind: Type.Literal('register.ask'), items: list(ask, MESSAGE_ITEMS_MAX) }),
    'register.tell': record({ kind: Type.Literal('register.tell'), items: list(tell, MESSAGE_ITEMS_MAX) }),
  } as const;
}

type Schemas = ReturnType<typeof registerMessages>;
export type RegisterMessages = { [K in keyof Schemas]: Static<Schemas[K]> };
export type RegisterMessage = RegisterMessages[keyof RegisterMessages];

export type Ask = RegisterMessages['register.ask']['items'][number];
export type Tell = RegisterMessages['register.tell']['items'][number];
export type AskOf<K extends Ask['kind']> = Extract<Ask, { readonly kind: K }>;
export type TellOf<K extends Tell['kind']> = Extract<Tell, { readonly kind: K }>;
export type About = Omit<AskOf<'prepare'>, 'kind'>;
export type Written = AskOf<'accept'>['entries'][number];

export function aboutOf(id: RegisterId, head: Head, n: number, isMade: boolean): About {
  const { generation: of, createdAtMs, digest, rank: claimed, bornAtMs } = head;
  const more = { ...(claimed === undefined ? {} : { rank: claimed }), ...(isMade ? { isMade: true as const } : {}) };
  return { id, generation: of, createdAtMs, digest, bornAtMs, n, ...more };
}
