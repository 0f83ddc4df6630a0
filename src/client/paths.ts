import { jobId, parseTaskId } from '../kernel/ids.js';

export type Query = Readonly<Record<string, string | number | undefined>>;

/** @throws CoveyError `usage` for what is no id */
export function jobPath(id: string): string {
  return `/v1/jobs/${jobId(id)}`;
}

/** @throws CoveyError `usage` for what is no id */
export function taskPath(id: string): string {
  const { job, index } = parseTaskId(id);
  return `/v1/tasks/${job}/${index}`;
}

export function withQuery(path: string, query: Query): string {
  const entries = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return entries.length === 0 ? path : `${path}?${new URLSearchParams(entries).toString()}`;
}
