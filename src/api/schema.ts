/**
 * The bodies of the HTTP API, shared by daemon, client and CLI. Times are ISO 8601 in UTC; ids are strings; sizes are
 * bytes. Fields may be added, never renamed.
 */
export type { SubmitBody } from './submit-body.js';
export type { UpdateBody } from './update-body.js';
export * from './schema/blobs.js';
export * from './schema/events.js';
export * from './schema/jobs.js';
export * from './schema/nodes.js';
export * from './schema/problem.js';
export * from './schema/queues.js';
export * from './schema/results.js';
