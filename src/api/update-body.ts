import { record, text, Type, type Static } from '../kernel/schema.js';
import { SubmitBodySchema } from './submit-body.js';

const { maxFails, deadlineMs, timeoutMs, priority, retries, retryOn, maxParallel } = SubmitBodySchema.properties;

/** POST /v1/jobs/{job}/update: what is left out stays as it is. */
export const UpdateBodySchema = record({
  /** Once more tasks than this have ended badly the rest is cancelled; where so many have already, at once. */
  maxFails,
  /** What has not ended so long from now, or by this time (ISO 8601), ends `expired`, in place of any earlier deadline. */
  deadlineMs,
  notAfter: Type.Optional(text(40)),
  /** What has not begun goes by these; what waits in the queue of a node is called back and offered again. */
  ...{ timeoutMs, priority, maxParallel },
  /** Of tasks that run, too. */
  ...{ retries, retryOn },
});
export type UpdateBody = Static<typeof UpdateBodySchema>;
