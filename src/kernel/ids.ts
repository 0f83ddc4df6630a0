import { CoveyError } from './errors.js';

declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A node's libp2p PeerId in its string form. */
export type NodeId = Brand<string, 'NodeId'>;
/** One submission. Fresh ids sort by time; ids of keyed submissions are a hash of (submitter, key). */
export type JobId = Brand<string, 'JobId'>;
/** `<job>/<index>`: one task of a job. */
export type TaskId = Brand<string, 'TaskId'>;

const JOB = /^[0-9a-z]{4,40}$/;
const NODE = /^[0-9A-Za-z-]{1,64}$/;

/** @throws CoveyError `usage` unless `text` has the form of a node id. */
export function nodeId(text: string): NodeId {
  if (!NODE.test(text)) throw new CoveyError('usage', `${JSON.stringify(text)} is not a node id`, 'see `covey nodes`');
  return text as NodeId;
}

/** @throws CoveyError `usage` unless `text` has the form of a job id. */
export function jobId(text: string): JobId {
  if (!JOB.test(text)) throw new CoveyError('usage', `${JSON.stringify(text)} is not a job id`, 'see `covey ls`');
  return text as JobId;
}

export function taskId(job: JobId, index: number): TaskId {
  return `${job}/${index}` as TaskId;
}

/** @throws CoveyError `usage` unless `text` reads `<job>/<index>`. */
export function parseTaskId(text: string): { readonly job: JobId; readonly index: number } {
  const [job = '', index = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^\d{1,10}$/.test(index)) {
    throw new CoveyError('usage', `${JSON.stringify(text)} is not a task id`, 'a task id reads JOB/INDEX');
  }
  return { job: jobId(job), index: Number(index) };
}

/** A total order, the same on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
