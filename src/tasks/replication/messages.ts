import { list, record, Type, type Static } from '../../kernel/schema.js';
import { RegisterIdSchema } from '../register/head.js';
import { ReplicaSetSchema } from '../register/replica-set.js';

const ids = list(RegisterIdSchema, 1024);

/** What replicas say to a coordinator besides their votes. */
export const REPLICATION_MESSAGES = {
  /** Whether these finished jobs are gone: their shards may go then. `isPressed`: they are in the way, and may go now. */
  'job.gone-ask': record({ kind: Type.Literal('job.gone-ask'), ids, isPressed: Type.Boolean() }),
  'job.gone-tell': record({
    kind: Type.Literal('job.gone-tell'),
    gone: ids,
    moved: list(record({ id: RegisterIdSchema, set: ReplicaSetSchema }), 1024),
  }),
  /** These are yours to see to: unfinished registers whose last coordinator you are, finished ones that you should move. */
  'register.remind': record({ kind: Type.Literal('register.remind'), ids }),
  /** Reminded of these, I can bring none of them: see to them yourself. */
  'register.not-mine': record({ kind: Type.Literal('register.not-mine'), ids }),
} as const;

type Schemas = typeof REPLICATION_MESSAGES;
export type ReplicationMessage = { [K in keyof Schemas]: Static<Schemas[K]> }[keyof Schemas];
