import type { JobId } from '../kernel/ids.js';
import { NOTICE } from '../kernel/notify.js';
import type { JobSpec } from './spec.js';

/** A job that tells of the end of another. */
export interface Notice {
  /** Follows from that of the other. */
  readonly job: JobId;
  readonly spec: JobSpec;
}

/** What hangs is given up after this. */
const TIMEOUT_MS = 600_000;

/** The jobs that tell of the end of this one. A schedule has none: those that it makes do. */
export function noticesOf(job: JobId, spec: JobSpec): readonly Notice[] {
  const { notify = {}, submitter, cwd, upload, env } = spec;
  if (spec.schedule) return [];
  const common: JobSpec = {
    ...{ name: `notify ${job}`, submitter, argv: [], shell: false, env: {}, retries: 0, contract: 'at-least-once' },
    needs: { cpus: 0, memBytes: 0, gpus: 0, custom: {} },
    timeoutMs: TIMEOUT_MS,
    start: { after: [{ job, on: 'any' }] },
  };
  const notices: Notice[] = [];
  if (notify.command !== undefined) {
    const place = { env, ...(cwd === undefined ? {} : { cwd }), ...(upload === undefined ? {} : { upload }) };
    const what = { ...common, ...place, argv: [notify.command], notice: 'command' as const };
    notices.push({ job: `${NOTICE}c${job}` as JobId, spec: what });
  }
  if (notify.url !== undefined) {
    notices.push({ job: `${NOTICE}u${job}` as JobId, spec: { ...common, argv: [notify.url], notice: 'url' } });
  }
  return notices;
}
