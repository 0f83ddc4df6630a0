import { amount, count, record, Type, type Static } from '../kernel/schema.js';
import { TASKS_MAX } from './range.js';
import { JobSpecSchema, type JobSpec } from './spec.js';

const { timeoutMs, priority, retryOn, maxParallel } = JobSpecSchema.properties;

/** What of a spec may be changed while its job goes on; what is left out stays as it is. */
export const WishedTermsSchema = record({
  ...{ timeoutMs, priority, retryOn, maxParallel },
  retries: Type.Optional(JobSpecSchema.properties.retries),
});
export type WishedTerms = Static<typeof WishedTermsSchema>;

/** What of it was changed, all changes together. */
export const TermsSchema = record({
  changed: WishedTermsSchema,
  /** Rises with each change. */
  version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  /** The most that `maxParallel` ever was, where it was ever set: there may be shards for so many. */
  widest: maxParallel,
});
export type Terms = Static<typeof TermsSchema>;

/** The limits that count for a job now; what is absent has no limit, or is 0. `notAfterMs`: its deadline, on the wall clock. */
export const LimitsInfoSchema = record({
  ...WishedTermsSchema.properties,
  maxFails: Type.Optional(count(TASKS_MAX)),
  notAfterMs: Type.Optional(amount()),
});
export type LimitsInfo = Static<typeof LimitsInfoSchema>;

/** The spec that what has not begun goes by. */
export function withTerms(spec: JobSpec, terms: Terms | undefined): JobSpec {
  return terms ? { ...spec, ...terms.changed } : spec;
}

/** @returns the terms with the wish, or the same where it changes nothing */
export function changedTerms(spec: JobSpec, before: Terms | undefined, wish: WishedTerms): Terms | undefined {
  const now = withTerms(spec, before);
  const isNew = Object.entries(wish).some(([name, value]) => {
    return JSON.stringify(now[name as keyof WishedTerms]) !== JSON.stringify(value);
  });
  if (!isNew) return before;
  const widths = [spec.maxParallel, before?.widest, wish.maxParallel].filter((width) => width !== undefined);
  const widest = widths.length > 0 ? { widest: Math.max(...widths) } : {};
  return { version: (before?.version ?? 0) + 1, ...widest, changed: { ...before?.changed, ...wish } };
}
