import { locate, type Address, type Place } from './address.js';
import { Flock } from './flock.js';
import { Http } from './http.js';
import { Peers } from './peers.js';

export interface ConnectOptions {
  /** Called for each request that the daemon leaves unanswered for seconds; it is waited for nevertheless. */
  readonly onLate?: () => void;
}

/**
 * Speaks to a flock through one daemon at a time: those given, else those of COVEY_ADDR, else the local one. Where it goes away,
 * the next is spoken to; a submission is then repeated under its key, which cannot make it twice.
 *
 * No connection is made until something is asked. Call `close()` in the end.
 *
 * @throws CoveyError `usage` where the address cannot be read
 */
export function connect(
  place: Place = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
  options: ConnectOptions = {},
): Flock {
  const [first, ...more] = locate(place, env);
  const to = (address: Address) => new Http(address, options.onLate);
  return new Flock(new Peers([to(first), ...more.map(to)]));
}

export { CoveyError, type ErrorCode } from '../kernel/errors.js';
export { Flock } from './flock.js';
export type { FlockFiles } from './files.js';
export type { FlockQueues } from './queues.js';
export type { Manifest, FileEntry, LinkEntry } from '../files/manifest.js';
export type { JobsQuery, TasksQuery, WaitOptions } from './queries.js';
export type { Event, EventsQuery } from './events.js';
export type { JobLog, JobLogsQuery } from './job-logs.js';
export type { LogsQuery } from './logs.js';
export { dataDirectory, SOCKET, type Place } from './address.js';
export type { FunctionRef, MapOptions, MapResults } from './map.js';
export type { FunctionContext } from '../executor/io/functions/function-context.js';
export type * from '../api/schema.js';
