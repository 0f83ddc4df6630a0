import { list, record, Type, type Static } from '../../kernel/schema.js';
import { RegisterIdSchema } from '../register/head.js';
import { generation } from '../register/version.js';
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
  /** You were away: have you these, which are finished, of this generation? What is missing is answered with `register.not-mine`. */
  'register.check': record({
    kind: Type.Literal('register.check'),
    finished: list(record({ id: RegisterIdSchema, generation }), 1024),
  }),
  /** Reminded or asked about these, I can bring none of them: see to them yourself. */
  'register.not-mine': record({ kind: Type.Literal('register.not-mine'), ids }),
} as const;

type Schemas = typeof REPLICATION_MESSAGES;
export type ReplicationMessage = { [K in keyof Schemas]: Static<Schemas[K]> }[keyof Schemas];
