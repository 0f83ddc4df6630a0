import type { LoadVector } from '../../kernel/load.js';
import { LoadVectorSchema } from '../../kernel/load.js';
import { answers, asked, count, record, Type, type Static } from '../../kernel/schema.js';
import { MEMBERSHIP_MESSAGES, type MembershipMessage } from '../../membership/messages.js';
import { QUEUE_MESSAGES, type QueueMessage } from '../../membership/queue-table.js';
import { TASK_MESSAGES, type TaskMessage } from '../../tasks/messages.js';
import { QUERY_MESSAGES, type QueryMessage } from '../../tasks/queries.js';
import type { RegisterMessage } from '../../tasks/register/messages.js';
import { REPLICATION_MESSAGES, type ReplicationMessage } from '../../tasks/replication/messages.js';
import { REGISTER_MESSAGES } from '../../tasks/replication/values.js';
import type { Lane } from './ports.js';

/** Everything that travels between nodes, by `kind`: what the codec checks on decode. */
export const WIRE_SCHEMAS = {
  ...MEMBERSHIP_MESSAGES,
  ...QUEUE_MESSAGES,
  ...TASK_MESSAGES,
  ...QUERY_MESSAGES,
  ...REPLICATION_MESSAGES,
  ...REGISTER_MESSAGES,
  /** Take no work any more, where `begin` says so; what is still there is answered. */
  'node.drain': record({ kind: Type.Literal('node.drain'), ...asked, begin: Type.Boolean() }),
  'node.draining': record({
    kind: Type.Literal('node.draining'),
    ...answers,
    running: count(),
    queued: count(),
    /** Results and tasks handed back that nobody has taken down yet. */
    handing: count(),
    /** Jobs and shards of which it is a replica. */
    records: count(),
    /** Tasks that have not ended and stay here, since nobody is there to take them. */
    unfinished: Type.Optional(count()),
  }),
  /** How loaded its origin is: gossiped, and told to those whom it has turned away. */
  'load.vector': record({ kind: Type.Literal('load.vector'), vector: LoadVectorSchema }),
};

interface LoadMessage {
  readonly kind: 'load.vector';
  readonly vector: LoadVector;
}

type NodeMessage = Static<(typeof WIRE_SCHEMAS)['node.drain' | 'node.draining']>;

export type Message =
  | MembershipMessage
  | QueueMessage
  | TaskMessage
  | QueryMessage
  | ReplicationMessage
  | RegisterMessage
  | NodeMessage
  | LoadMessage;

/** Kinds that may be large: they take the bulk lane, so that probes and grants never wait behind them. */
const BULK: ReadonlySet<Message['kind']> = new Set<Message['kind']>([
  'swim.digest',
  'swim.states',
  'queue.tell',
  'job.items',
  'job.create',
  'shard.create',
  'held.ask',
  'held.tell',
  'register.ask',
  'register.tell',
  'query.jobs-told',
  'query.tasks-told',
  'query.output-told',
  'query.changes-told',
]);

export function laneOf(message: Message): Lane {
  return BULK.has(message.kind) ? 'bulk' : 'control';
}
