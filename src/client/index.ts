import { locate, type Place } from './address.js';
import { Flock } from './flock.js';
import { Http } from './http.js';

export interface ConnectOptions {
  /** Called for each request that the daemon leaves unanswered for seconds; it is waited for nevertheless. */
  readonly onLate?: () => void;
}

/**
 * Speaks to a flock through one daemon: the one given, else that of COVEY_ADDR, else the local one.
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
  return new Flock(new Http(locate(place, env), options.onLate));
}

export { CoveyError, type ErrorCode } from '../kernel/errors.js';
export { Flock, type JobsQuery, type LogsQuery, type TasksQuery, type WaitOptions } from './flock.js';
export { dataDirectory, SOCKET, type Place } from './address.js';
export type { FunctionRef, MapOptions, MapResults } from './map.js';
export type { FunctionContext } from '../executor/io/functions/function-context.js';
export type * from '../api/schema.js';
