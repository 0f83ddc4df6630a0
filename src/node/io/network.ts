import './shim.js';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import type { GossipSub } from '@chainsafe/libp2p-gossipsub';
import { identify, type Identify } from '@libp2p/identify';
import type { Libp2p, PrivateKey } from '@libp2p/interface';
import { preSharedKey } from '@libp2p/pnet';
import { tcp } from '@libp2p/tcp';
import { createLibp2p } from 'libp2p';
import { CoveyError } from '../../kernel/errors.js';
import { parseMultiaddr, toHostPort } from './addresses.js';
import { inBigSteps, inOneWrite } from './fewer-writes.js';
import { gossipService } from './gossip.js';
import type { TransportLimits } from './limits.js';

/** Streams of one protocol on one connection. One is in use; the others leave room for it to be replaced. */
export const STREAMS_PER_PROTOCOL = 4;

export interface NetworkOptions {
  /** Multiaddrs; port 0 takes a free one. */
  readonly listen: readonly string[];
  readonly privateKey: PrivateKey;
  /** 32 bytes; a node with another key, or none, cannot connect. */
  readonly clusterKey?: Uint8Array | undefined;
  readonly cluster: string;
}

export type Network = Libp2p<{ readonly identify: Identify; readonly pubsub: GossipSub }>;

/** libp2p over TCP, noise and yamux, with gossipsub; not started. Nobody is dialled but by the transport's wish. */
export async function createNetwork(options: NetworkOptions, limits: TransportLimits): Promise<Network> {
  return createLibp2p({
    start: false,
    privateKey: options.privateKey,
    addresses: { listen: options.listen.map((address) => parseMultiaddr(address).toString()) },
    transports: [tcp({ backlog: 512, dialOpts: { noDelay: true }, listenOpts: { noDelay: true } })],
    connectionEncrypters: [inOneWrite(noise())],
    // The transport's own heartbeat does what yamux's would, and notices silence besides.
    streamMuxers: [inBigSteps(yamux({ enableKeepAlive: false, maxInboundStreams: 32, maxOutboundStreams: 64 }))],
    ...(options.clusterKey && { connectionProtector: preSharedKey({ psk: swarmKey(options.clusterKey) }) }),
    connectionManager: connectionLimits(limits),
    // It would open a stream per connection and ping.
    connectionMonitor: { enabled: false },
    services: {
      identify: identify({ protocolPrefix: 'covey', timeout: limits.dialTimeoutMs }),
      pubsub: gossipService(options.cluster, limits),
    },
  });
}

/** @throws CoveyError `held` where a port is taken, `usage` where an address cannot be listened on */
export async function startNetwork(network: Network, listen: readonly string[]): Promise<void> {
  try {
    await network.start();
  } catch (error) {
    await network.stop();
    throw listenError(error, listen);
  }
}

function connectionLimits(limits: TransportLimits) {
  return {
    maxConnections: limits.connectionsMax,
    maxParallelDials: limits.handshakesMax,
    dialTimeout: limits.dialTimeoutMs,
    addressDialTimeout: limits.dialTimeoutMs,
    inboundUpgradeTimeout: limits.dialTimeoutMs,
    // A whole flock may stand behind one address.
    inboundConnectionThreshold: limits.connectionsMax,
    maxIncomingPendingConnections: 64,
    reconnectRetries: 0,
  };
}

/** The form in which libp2p's private networks take their key. */
function swarmKey(key: Uint8Array): Uint8Array {
  return Buffer.from(`/key/swarm/psk/1.0.0/\n/base16/\n${Buffer.from(key).toString('hex')}`);
}

function listenError(error: unknown, listen: readonly string[]): unknown {
  const text = error instanceof Error ? error.message : String(error);
  const where = listen.map(toHostPort).join(', ');
  if (text.includes('EADDRINUSE')) {
    return new CoveyError(
      'held',
      `cannot listen on ${where}: the port is in use`,
      'choose another with --listen HOST:PORT',
    );
  }
  if (/EADDRNOTAVAIL|EACCES|ENOTFOUND|UnsupportedListen/.test(text)) {
    return new CoveyError(
      'usage',
      `cannot listen on ${where}: no such address here, or not allowed`,
      'see --listen HOST:PORT',
    );
  }
  return error;
}
