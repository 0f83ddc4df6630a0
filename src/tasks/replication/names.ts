import type { JobId } from '../../kernel/ids.js';
import type { RegisterId } from '../register/head.js';

/** Numbers are padded, so that key order is number order. */
const pad = (n: number, digits: number) => String(n).padStart(digits, '0');

/** A job of one shard keeps it in its own register: one round to accept it, one to finish it. */
export function registerOf(job: JobId, shard: number, shards: number): RegisterId {
  return shards === 1 ? job : shardName(job, shard);
}

/** The shard's name on the ring: where it is kept, and the default placement key of its tasks. */
export const shardName = (job: string, shard: number) => `${job}#${shard}`;

/** Whose register it is; a job's own is that of its only shard, too. */
export function namesOf(id: RegisterId): { readonly job: JobId; readonly shard: number } {
  const [job = '', shard = '0'] = id.split('#');
  return { job: job as JobId, shard: Number(shard) };
}

/** Entries of the register of a job. */
export const JOB = 'job';
export const SPEC = 'spec';
export const ITEM_PREFIX = 'item/';
export const itemEntry = (shard: number) => `${ITEM_PREFIX}${pad(shard, 7)}`;
/** Entries of the register of a shard, beside the spec. */
export const SHARD = 'shard';
export const TASK_PREFIX = 'task/';
export const taskEntry = (index: number) => `${TASK_PREFIX}${pad(index, 10)}`;
