import type { LoadVector } from '../../kernel/load.js';
import { LoadVectorSchema } from '../../kernel/load.js';
import { record, Type } from '../../kernel/schema.js';
import { MEMBERSHIP_MESSAGES, type MembershipMessage } from '../../membership/messages.js';
import { TASK_MESSAGES, type TaskMessage } from '../../tasks/messages.js';
import { QUERY_MESSAGES, type QueryMessage } from '../../tasks/queries.js';
import type { Lane } from './ports.js';

/** Everything that travels between nodes, by `kind`: what the codec checks on decode. */
export const WIRE_SCHEMAS = {
  ...MEMBERSHIP_MESSAGES,
  ...TASK_MESSAGES,
  ...QUERY_MESSAGES,
  /** Gossiped: how loaded its origin is. */
  'load.vector': record({ kind: Type.Literal('load.vector'), vector: LoadVectorSchema }),
};

interface LoadMessage {
  readonly kind: 'load.vector';
  readonly vector: LoadVector;
}

export type Message = MembershipMessage | TaskMessage | QueryMessage | LoadMessage;

/** Kinds that may be large: they take the bulk lane, so that probes and grants never wait behind them. */
const BULK: ReadonlySet<Message['kind']> = new Set<Message['kind']>([
  'swim.digest',
  'swim.states',
  'job.items',
  'job.create',
  'shard.create',
  'held.tell',
  'query.jobs-told',
  'query.tasks-told',
  'query.output-told',
]);

export function laneOf(message: Message): Lane {
  return BULK.has(message.kind) ? 'bulk' : 'control';
}
