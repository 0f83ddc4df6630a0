import { count, record, text, Type, type Static } from '../kernel/schema.js';

/** POST /v1/jobs/{job}/update: what is left out stays as it is. */
export const UpdateBodySchema = record({
  /** Once more tasks than this have ended badly the rest is cancelled; where so many have already, at once. */
  maxFails: Type.Optional(count(1_000_000)),
  /** What has not ended so long from now, or by this time (ISO 8601), ends `expired`, in place of any earlier deadline. */
  deadlineMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 366 * 86_400_000 })),
  notAfter: Type.Optional(text(40)),
});
export type UpdateBody = Static<typeof UpdateBodySchema>;
