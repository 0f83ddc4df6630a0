import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CoveyError } from '../kernel/errors.js';

/** Where a daemon is reached. `name` is how errors call it. */
export type Address =
  | { readonly kind: 'socket'; readonly path: string; readonly name: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly name: string };

export interface Place {
  /** Path of a Unix socket, `http://HOST:PORT` or `HOST:PORT`; or several, in order, also with commas between them. */
  readonly addr?: string | readonly string[] | undefined;
  /** A daemon's data directory; its socket is `covey.sock` in there. */
  readonly data?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** `sun_path` holds 108 bytes on Linux and 104 elsewhere, with the NUL at its end. */
const SOCKET_PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103;

/** A daemon's socket in its data directory. */
export const SOCKET = 'covey.sock';

/** The data directory: as given, COVEY_DATA, or ~/.covey. */
export function dataDirectory(data: string | undefined, env: Env): string {
  const chosen = data ?? env['COVEY_DATA'];
  return chosen === undefined || chosen === '' ? join(homedir(), '.covey') : resolve(chosen);
}

/**
 * What was given comes before the environment: `addr`, the socket in `data`, COVEY_ADDR, the socket in COVEY_DATA.
 *
 * @throws CoveyError `usage`
 */
export function locate(place: Place, env: Env): readonly [Address, ...Address[]] {
  const given = place.addr ?? (place.data === undefined ? env['COVEY_ADDR'] : undefined) ?? [];
  const texts = [given].flat().flatMap((text) => text.split(','));
  const [first, ...more] = texts.filter((text) => text !== '').map(addressOf);
  return [first ?? socketAddress(join(dataDirectory(place.data, env), SOCKET)), ...more];
}

function addressOf(addr: string): Address {
  const url = addr.startsWith('http://')
    ? addr
    : /^(?:\[[^\]/]+\]|[^:/]+):\d+$/.test(addr)
      ? `http://${addr}`
      : undefined;
  if (url !== undefined) return tcpAddress(url, addr);
  if (/^[a-z]+:\/\//i.test(addr)) throw unreadable(addr);
  return socketAddress(resolve(addr));
}

function tcpAddress(text: string, given: string): Address {
  if (!URL.canParse(text)) throw unreadable(given);
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { kind: 'tcp', host, port: url.port === '' ? 80 : Number(url.port), name: `http://${url.host}` };
}

function socketAddress(path: string): Address {
  const length = Buffer.byteLength(path);
  if (length > SOCKET_PATH_BYTES_MAX) {
    throw new CoveyError(
      'usage',
      `the socket's path ${path} has ${length} bytes; the system takes ${SOCKET_PATH_BYTES_MAX}`,
      'choose a shorter --data',
    );
  }
  return { kind: 'socket', path, name: path };
}

function unreadable(addr: string): CoveyError {
  return new CoveyError('usage', `${JSON.stringify(addr)} is no address`, 'give a socket path or http://HOST:PORT');
}
