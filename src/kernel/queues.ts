import { count, NodeIdSchema, oneOf, record, text, Type, type Static } from './schema.js';

/** Orders within one queue of the flock. */
export const QUEUE_DISCIPLINES = ['fifo', 'priority', 'sjf', 'edf', 'rm', 'dm'] as const;
export type QueueDiscipline = (typeof QUEUE_DISCIPLINES)[number];

/** Of a flock: each is known to all nodes. */
export const QUEUES_MAX = 100;

export const QueueNameSchema = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' });

const settings = {
  /** What part it gets beside the others. */
  weight: Type.Number({ exclusiveMinimum: 0, maximum: 1e6 }),
  /** Parts of a node's CPUs: what it has whenever it needs it, and what it never exceeds. */
  guarantee: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  limit: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
  discipline: Type.Optional(oneOf(...QUEUE_DISCIPLINES)),
};

/** What is set of a queue. */
export const QueueSettingsSchema = record(settings);
export type QueueSettings = Static<typeof QueueSettingsSchema>;

/** A queue as nodes tell it each other. */
export const QueueSchema = record({
  name: QueueNameSchema,
  ...settings,
  /** One above the last that was known where it was set, and that node: the later of two is believed. */
  version: count(),
  by: NodeIdSchema,
  isGone: Type.Optional(Type.Boolean()),
});
export type Queue = Readonly<Static<typeof QueueSchema>>;

/** A queue as a job takes it along: the name that was asked for, and what was set when it was submitted. */
export const JobQueueSchema = record({ name: QueueNameSchema, settings: Type.Optional(QueueSettingsSchema) });
export type JobQueue = Readonly<Static<typeof JobQueueSchema>>;

export const DigestSchema = text(32);
