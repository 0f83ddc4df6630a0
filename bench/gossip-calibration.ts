import { setTimeout as pause } from 'node:timers/promises';
import { Prng } from '../src/kernel/prng.js';
import { nodeId, type NodeId } from '../src/kernel/ids.js';
import { WIRE_SCHEMAS, type Message } from '../src/node/core/wire.js';
import type { Transport } from '../src/node/core/ports.js';
import { createCodec } from '../src/node/io/codec.js';
import { newIdentity } from '../src/node/io/identity.js';
import type { Network as Libp2p } from '../src/node/io/network.js';
import { createTransport } from '../src/node/io/transport.js';
import { addressOf, Network } from '../simnet/world/network.js';
import { World } from '../simnet/world/world.js';
import Table from 'cli-table3';

const MESSAGES = 100;
const SIZES = [30, 60];
/** So that one message is delivered before the next is published: all nodes share one processor here. */
const GAP_MS = 300;
const DRAIN_MS = 3_000;
/** Of a hop, for each node that shares the processor, which serves them in turn: fitted to 30 nodes. */
const HOP_MS = 0.5;
/** Of the loopback interface. */
const LOOPBACK = { kind: 'uniform', lowMs: 0.02, highMs: 0.1 } as const;

interface Found {
  readonly delivered: number;
  readonly copies: number;
  readonly timesMs: readonly number[];
  readonly meshMean: number;
  readonly degree: number;
}

/** What the simulated flock is given of the real one. */
interface Circumstances {
  readonly opts: Pubsub['opts'];
  /** From one node's connecting to the next one's. */
  readonly joinGapMs: number;
}

/** A gossipsub node, by the parts of it that are looked at here. */
interface Pubsub {
  readonly opts: { readonly D: number; readonly Dlo: number; readonly Dhi: number };
  handleReceivedMessage(...args: readonly unknown[]): unknown;
}

/**
 * `node --import tsx bench/gossip-calibration.ts [NODES…]`
 *
 * Sends load vectors through real gossipsub on loopback and through the simulated mesh, and shows both side by side.
 */
async function main(sizes: readonly number[]): Promise<void> {
  const head = ['nodes', '', 'delivered', 'duplicates a delivery', 'mesh', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms'];
  const table = new Table({ head, style: { head: [] } });
  for (const size of sizes.length > 0 ? sizes : SIZES) {
    const real = await measureReal(size);
    table.push([size, 'libp2p', ...cells(real.found, size)]);
    table.push([size, 'simulated', ...cells(simulate(size, real), size)]);
    console.log(
      `${size} nodes: ${real.cpuMs.toFixed(2)} ms of CPU a delivery with its duplicates, ${real.joinGapMs.toFixed(0)} ms a join`,
    );
  }
  console.log(table.toString());
}

async function measureReal(size: number): Promise<Circumstances & { readonly found: Found; readonly cpuMs: number }> {
  const heard = new Recorder();
  const transports = await Promise.all(Array.from({ length: size }, () => startReal(heard)));
  const pubsubs = transports.map((transport) => {
    const { network } = transport as unknown as { readonly network: Libp2p };
    return network.services.pubsub as unknown as Pubsub;
  });
  let copies = 0;
  for (const pubsub of pubsubs) {
    const handle = pubsub.handleReceivedMessage.bind(pubsub);
    pubsub.handleReceivedMessage = (...args) => {
      copies += 1;
      return handle(...args);
    };
  }
  const joinGapMs = await knit(transports);
  const idleMs = await cpuOf(() => pause(4_000));
  const busyMs = await cpuOf(() => publishAll(transports, heard));
  const meshes = transports.map((transport) => transport.stats().mesh.load);
  await Promise.all(transports.map((transport) => transport.close()));
  const found = heard.found();
  const cpuMs = (busyMs - (idleMs * (MESSAGES * GAP_MS + DRAIN_MS)) / 4_000) / found.delivered;
  const { opts } = pubsubs[0]!;
  return { found: { ...found, copies, meshMean: mean(meshes), degree: opts.D }, opts, joinGapMs, cpuMs };
}

async function publishAll(transports: readonly Transport<Message>[], heard: Recorder): Promise<void> {
  for (let seq = 0; seq < MESSAGES; seq++) {
    const publisher = transports[(seq * 7) % transports.length]!;
    heard.published(seq, performance.now());
    publisher.publish('load', vector(publisher.id, seq));
    await pause(GAP_MS);
  }
  await pause(DRAIN_MS);
}

async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

async function startReal(heard: Recorder): Promise<Transport<Message>> {
  const { privateKey } = await newIdentity();
  const ignore = () => undefined;
  return createTransport<Message>({
    listen: ['/ip4/127.0.0.1/tcp/0'],
    privateKey,
    codec: createCodec<Message>(WIRE_SCHEMAS),
    limits: { handshakesPerSecond: 100 },
    events: {
      ...{ message: ignore, connected: ignore, disconnected: ignore, unreachable: ignore },
      gossip: (_topic, message) => heard.delivered(message, performance.now()),
    },
  });
}

/** Node by node: the handshakes of a whole flock at once would time out on one processor. Returns the time of one, in ms. */
async function knit(transports: readonly Transport<Message>[]): Promise<number> {
  const startedMs = performance.now();
  for (const [i, transport] of transports.entries()) {
    for (const other of transports.slice(0, i)) transport.dial(other.addresses());
    await until(`node ${i} is connected`, () => transport.stats().peers === i);
  }
  const joinGapMs = (performance.now() - startedMs) / transports.length;
  await until('all are in the mesh', () => transports.every((transport) => transport.stats().mesh.load >= 4));
  await pause(3_000);
  return joinGapMs;
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`gave up after 60 s waiting until ${what}`);
    await pause(20);
  }
}

function simulate(size: number, { opts: { D, Dlo, Dhi }, joinGapMs }: Circumstances): Found {
  const world = new World();
  const heard = new Recorder();
  const network = new Network(world, new Prng(1), {
    latency: LOOPBACK,
    pubsub: { degree: D, low: Dlo, high: Dhi, hop: { kind: 'lognormal', medianMs: HOP_MS * size, sigma: 0.9 } },
  });
  const ids = Array.from({ length: size }, (_, i) => nodeId(`n${i}`));
  for (const id of ids) {
    network.attach(id, (event) => event.kind === 'gossip' && heard.delivered(event.message, world.nowMs));
  }
  ids.forEach((id, i) => {
    network.options.handshakesPerSecond = Math.max(1, (1_000 * i) / joinGapMs);
    for (const other of ids.slice(0, i)) network.dial(id, [addressOf(other)]);
    world.run(joinGapMs);
  });
  world.run(10_000);
  const duplicates = () => ids.reduce((sum, id) => sum + network.traffic(id).duplicates, 0);
  const before = duplicates();
  for (let seq = 0; seq < MESSAGES; seq++) {
    const publisher = ids[(seq * 7) % size]!;
    heard.published(seq, world.nowMs);
    network.publish(publisher, vector(publisher, seq));
    world.run(GAP_MS);
  }
  world.run(DRAIN_MS);
  const found = heard.found();
  const meshMean = mean(ids.map((id) => network.peers(id).mesh));
  return { ...found, copies: found.delivered + duplicates() - before, meshMean, degree: D };
}

/** When each message was published, and how long it took to each node. */
class Recorder {
  readonly #publishedMs = new Map<number, number>();
  readonly #timesMs: number[] = [];

  published(seq: number, nowMs: number): void {
    this.#publishedMs.set(seq, nowMs);
  }

  delivered(message: Message, nowMs: number): void {
    if (message.kind === 'load.vector') this.#timesMs.push(nowMs - (this.#publishedMs.get(message.vector.seq) ?? NaN));
  }

  found(): Pick<Found, 'delivered' | 'timesMs'> {
    return { delivered: this.#timesMs.length, timesMs: [...this.#timesMs].sort((a, b) => a - b) };
  }
}

function vector(node: NodeId, seq: number): Message {
  const load = { running: 2, queued: 17, waiting: 0, slots: 8, free: 1.5, workMs: 12_345.5, draining: false };
  return { kind: 'load.vector', vector: { node, boot: 1, seq, ...load } };
}

function cells({ delivered, copies, timesMs, meshMean, degree }: Found, size: number): string[] {
  const expected = MESSAGES * (size - 1);
  const at = (part: number) =>
    (timesMs[Math.min(timesMs.length - 1, Math.floor(part * timesMs.length))] ?? NaN).toFixed(1);
  return [
    `${delivered} of ${expected}`,
    ((copies - delivered) / delivered).toFixed(2),
    `${meshMean.toFixed(1)} (D ${degree})`,
    ...[0.5, 0.9, 0.99, 1].map(at),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

await main(process.argv.slice(2).map(Number));
