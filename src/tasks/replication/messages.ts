import { list, record, Type, type Static } from '../../kernel/schema.js';
import { RegisterIdSchema } from '../register/head.js';
import { ReplicaSetSchema } from '../register/replica-set.js';

const ids = list(RegisterIdSchema, 1024);

/** What replicas say to a coordinator besides their votes. */
export const REPLICATION_MESSAGES = {
  /** You are the last coordinator that these unfinished registers had. */
  /** Whether these finished jobs are gone: their shards may go then. `isPressed`: they are in the way, and may go now. */
  'job.gone-ask': record({ kind: Type.Literal('job.gone-ask'), ids, isPressed: Type.Boolean() }),
  'job.gone-tell': record({
    kind: Type.Literal('job.gone-tell'),
    gone: ids,
    moved: list(record({ id: RegisterIdSchema, set: ReplicaSetSchema }), 1024),
  }),
  'register.remind': record({ kind: Type.Literal('register.remind'), ids }),
} as const;

type Schemas = typeof REPLICATION_MESSAGES;
export type ReplicationMessage = { [K in keyof Schemas]: Static<Schemas[K]> }[keyof Schemas];
