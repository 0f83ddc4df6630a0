import './shim.js';
import { peerIdFromString } from '@libp2p/peer-id';
import { CODE_P2P, multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { CoveyError } from '../../kernel/errors.js';

const HINT = 'write HOST:PORT, or a multiaddr such as /ip4/192.0.2.7/tcp/4700';
const HOSTS = ['ip4', 'ip6', 'dns', 'dns4', 'dns6'];

/**
 * Reads a multiaddr that covey can listen on or dial: a host, a TCP port, and perhaps /p2p/<id>.
 *
 * @throws CoveyError `usage`
 */
export function parseMultiaddr(text: string): Multiaddr {
  let address: Multiaddr;
  try {
    address = multiaddr(text);
  } catch {
    throw new CoveyError('usage', `${JSON.stringify(text)} is not an address`, HINT);
  }
  const [host, port, peer, ...rest] = address.getComponents();
  const shaped = HOSTS.includes(host?.name ?? '') && port?.name === 'tcp' && rest.length === 0;
  if (!shaped || (peer !== undefined && (peer.code !== CODE_P2P || !isPeerId(peer.value)))) {
    throw new CoveyError('usage', `${JSON.stringify(text)} is not a TCP address`, HINT);
  }
  return address;
}

/**
 * The multiaddr of what users type: a multiaddr as it is, `HOST:PORT` (`[::1]:4700` for IPv6) as /ip4, /ip6 or /dns.
 *
 * @throws CoveyError `usage`
 */
export function toMultiaddr(text: string): string {
  if (text.startsWith('/')) return parseMultiaddr(text).toString();
  const found = /^(?:\[([^\]]+)\]|([^:\s/]+)):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2] ?? '';
  const port = Number(found?.[3] ?? NaN);
  const bracketed = found?.[1] !== undefined;
  if (!(port <= 65_535) || bracketed !== isIPv6(host) || !(isIP(host) > 0 || isHostName(host))) {
    throw new CoveyError('usage', `${JSON.stringify(text)} is not an address`, HINT);
  }
  return `/${isIPv4(host) ? 'ip4' : isIPv6(host) ? 'ip6' : 'dns'}/${host}/tcp/${port}`;
}

/** The `HOST:PORT` of a multiaddr. */
export function toHostPort(address: string): string {
  const [host, port] = parseMultiaddr(address).getComponents();
  return host?.name === 'ip6'
    ? `[${host.value ?? ''}]:${port?.value ?? ''}`
    : `${host?.value ?? ''}:${port?.value ?? ''}`;
}

/** True where only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  const host = parseMultiaddr(address).getComponents()[0]?.value ?? '';
  return isIPv4(host) ? host.startsWith('127.') : host === '::1' || host === 'localhost';
}

/** The id after /p2p/, where the address names one. */
export function peerOf(address: string): string | undefined {
  return multiaddr(address)
    .getComponents()
    .findLast((part) => part.code === CODE_P2P)?.value;
}

/** The address less its /p2p part. */
export function placeOf(address: string): string {
  return multiaddr(address).decapsulateCode(CODE_P2P).toString();
}

function isPeerId(text = ''): boolean {
  try {
    peerIdFromString(text);
    return true;
  } catch {
    return false;
  }
}

/** RFC 1123, and a last label with a letter in it: `1.2.3` is a mistyped IP address, not a name. */
function isHostName(host: string): boolean {
  const labels = host.split('.');
  return (
    host.length <= 253 &&
    labels.every((label) => /^[0-9a-z_](?:[0-9a-z_-]{0,61}[0-9a-z_])?$/i.test(label)) &&
    /[a-z]/i.test(labels.at(-1) ?? '')
  );
}
