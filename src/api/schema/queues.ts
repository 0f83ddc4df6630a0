import { QUEUE_DISCIPLINES } from '../../kernel/queues.js';
import { oneOf, record, Type } from '../../kernel/schema.js';
import { integer, meaning, string, type View } from './parts.js';

export const QueueViewSchema = record({
  name: string(),
  weight: meaning('What part it gets beside the others.', Type.Number()),
  guarantee: meaning("Part of a node's CPUs that it has whenever it needs it.", Type.Number()),
  limit: meaning("Part of a node's CPUs that it never exceeds.", Type.Number()),
  discipline: oneOf(...QUEUE_DISCIPLINES),
  version: meaning('Grows with each change.', integer()),
  by: meaning('The node where it was changed last.', string()),
});
/** A queue of the flock. */
export interface QueueView extends View<typeof QueueViewSchema> {}

export const QueuesAnswerSchema = record({ queues: Type.Array(QueueViewSchema) });
export interface QueuesAnswer extends View<typeof QueuesAnswerSchema> {}

export const QueueRemovedSchema = record({ name: string(), removed: Type.Literal(true) });
