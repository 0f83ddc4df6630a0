import type { JobId } from '../kernel/ids.js';

/** Names in the store. Numbers are padded, so that key order is number order. */
const pad = (n: number, digits: number) => String(n).padStart(digits, '0');

export const jobKey = (job: JobId) => `job/${job}`;
export const specKey = (job: JobId) => `spec/${job}`;
export const itemsKey = (job: JobId, shard: number) => `item/${job}/${pad(shard, 7)}`;
export const shardKey = (job: JobId, shard: number) => `shard/${job}/${pad(shard, 7)}`;
export const taskPrefix = (job: JobId, shard: number) => `task/${job}/${pad(shard, 7)}/`;
export const taskKey = (job: JobId, shard: number, index: number) => `${taskPrefix(job, shard)}${pad(index, 10)}`;

/** The shard's name on the ring: where its home is, and the default placement key of its tasks. */
export const shardName = (job: JobId, shard: number) => `${job}#${shard}`;
