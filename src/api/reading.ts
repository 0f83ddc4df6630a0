import type { FastifyRequest, FastifySchema } from 'fastify';
import { CoveyError } from '../kernel/errors.js';
import { jobId, type JobId } from '../kernel/ids.js';
import { TASK_STATES, type TaskState } from '../kernel/states.js';

type Query = Readonly<Record<string, string | undefined>>;
type Params = Readonly<Record<'job' | 'index', string>>;

export function jobOf(request: FastifyRequest): JobId {
  return jobId((request.params as Params).job);
}

export function taskOf(request: FastifyRequest): { job: JobId; index: number } {
  return { job: jobOf(request), index: whole('task', (request.params as Params).index, 0, 2 ** 31) };
}

export function queryOf(request: FastifyRequest): Query {
  return request.query as Query;
}

/** @throws CoveyError `usage` where a parameter is repeated, which would come as an array, or is none of the route's */
export function refuseUnknown(request: FastifyRequest): void {
  const query = request.query as Readonly<Record<string, string | string[]>>;
  const known = namesIn(request.routeOptions.schema);
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) throw new CoveyError('usage', `${JSON.stringify(name)} is given more than once`);
    if (known.includes(name)) continue;
    const hint = known.length === 0 ? 'there are none' : `there are ${known.join(', ')}`;
    throw new CoveyError('usage', `${JSON.stringify(name)} is no parameter here`, hint);
  }
}

function namesIn(schema: FastifySchema | undefined): readonly string[] {
  const { properties = {} } = (schema?.querystring ?? {}) as { readonly properties?: object };
  return Object.keys(properties);
}

/** A header that may stand once. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

export function stateOf(text: string | undefined): TaskState | undefined {
  if (text === undefined) return undefined;
  const state = TASK_STATES.find((known) => known === text);
  if (state === undefined)
    throw new CoveyError('usage', `no task is ever ${JSON.stringify(text)}`, TASK_STATES.join(', '));
  return state;
}

/** Reads a cursor: when the last job of a page was made, and its id, since many may be made in one millisecond. */
export function placeOf(cursor: string | undefined): { atMs: number; job: JobId } | undefined {
  if (cursor === undefined) return undefined;
  const [, atMs, job = ''] = /^(\d{1,15})-([0-9a-z]{4,40})$/.exec(cursor) ?? [];
  if (atMs !== undefined) return { atMs: Number(atMs), job: jobId(job) };
  throw new CoveyError('usage', `${JSON.stringify(cursor)} is not a cursor`, 'give the one that came with a page');
}

export function flag(name: string, text = '0'): boolean {
  if (['1', 'true'].includes(text)) return true;
  if (['0', 'false'].includes(text)) return false;
  throw new CoveyError('usage', `${name} must be 1 or 0, not ${JSON.stringify(text)}`);
}

export function whole(name: string, text: string | undefined, min: number, max: number, absent?: number): number {
  if (text === undefined && absent !== undefined) return absent;
  const value = /^-?\d{1,16}$/.test(text ?? '') ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new CoveyError('usage', `${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}
