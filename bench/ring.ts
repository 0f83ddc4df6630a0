import { do_not_optimize as keep, measure } from 'mitata';
import xxhash from 'xxhash-wasm';
import type { Hash32 } from '../src/kernel/hash.js';
import { nodeId, type NodeId } from '../src/kernel/ids.js';
import { Prng } from '../src/kernel/prng.js';
import { BOUNDED_LOAD, boundedOwner } from '../src/ring/bounded-load.js';
import type { RingMember } from '../src/ring/member.js';
import { Ring } from '../src/ring/ring.js';
import type { Row } from './row.js';

const NODES = 1000;
/** A power of two, to count around in them with a mask. */
const KEYS = 2 ** 16;
const TASKS = 100_000;
const JOINS = 20;

/** The ring of section 5 of the design, 1,000 nodes of 128 points, against the figures it is held to. */
export async function benchRing(): Promise<Row[]> {
  const wasm = await xxhash();
  const hash: Hash32 = (text) => wasm.h32(text);
  const prng = new Prng(1);
  const newcomers = members(prng, JOINS);
  const ring = Ring.build(members(prng, NODES), hash);
  const keys = Array.from({ length: KEYS }, () => letters(prng, 36));
  return [
    await lookup(ring, hash, keys),
    await search(ring, hash, keys),
    await join(ring, hash, newcomers),
    movement(ring, newcomers),
    boundedLoad('uniform keys', ring, () => `key ${prng.below(2 ** 31)}`),
    boundedLoad('Zipf keys', ring, zipf(prng)),
  ];
}

async function lookup(ring: Ring, hash: Hash32, keys: readonly string[]): Promise<Row> {
  const map = new Map(keys.map((key) => [key, ring.owner(key)]));
  const next = cycle(keys);
  const figure = await nsPerCall(() => keep(ring.owner(next())));
  const hashed = await nsPerCall(() => keep(hash(next())));
  const mapped = await nsPerCall(() => keep(map.get(next())));
  const three = await nsPerCall(() => keep(ring.preference(next(), 3)));
  return {
    name: 'ring: owner of a 36-byte key, hash included',
    figure,
    unit: 'ns',
    target: 250,
    better: 'less',
    beside: `hash alone ${ns(hashed)}, Map.get among ${KEYS} keys ${ns(mapped)}, preference list of 3 ${ns(three)}`,
  };
}

async function search(ring: Ring, hash: Hash32, keys: readonly string[]): Promise<Row> {
  // Taken straight from a typed array: at this size a call and a division in between would show.
  const asked = Uint32Array.from(keys, hash);
  let i = 0;
  const figure = await nsPerCall(() => keep(ring.ownerAt(asked[i++ & (KEYS - 1)]!)));
  const { positions } = ring.points;
  const binary = await nsPerCall(() => keep(binarySearch(positions, asked[i++ & (KEYS - 1)]!)));
  return {
    name: 'ring: search alone',
    figure,
    unit: 'ns',
    target: 100,
    better: 'less',
    beside: `binary search over the same points ${ns(binary)}`,
  };
}

async function join(ring: Ring, hash: Hash32, newcomers: readonly RingMember[]): Promise<Row> {
  const next = cycle(newcomers);
  const nextMember = cycle(ring.members);
  const figure = await nsPerCall(() => keep(ring.with(next())));
  const left = await nsPerCall(() => keep(ring.without(nextMember().id)));
  const built = await nsPerCall(() => keep(Ring.build(ring.members, hash)));
  return {
    name: `ring: adding a node to ${NODES}`,
    figure: figure / 1e6,
    unit: 'ms',
    target: 5,
    better: 'less',
    beside: `removing one ${ms(left)}, building afresh ${ms(built)}`,
  };
}

function movement(ring: Ring, newcomers: readonly RingMember[]): Row {
  const moved = newcomers.map((member) => movedPart(ring, ring.with(member)) * (ring.size + 1));
  return {
    name: 'ring: keys moved by a join',
    figure: mean(moved),
    unit: 'x 1/(n+1)',
    target: 1.1,
    better: 'less',
    beside: `mean of ${moved.length}; single joins ${Math.min(...moved).toFixed(2)} to ${Math.max(...moved).toFixed(2)}`,
  };
}

/** The exact part of all positions whose owner is another. Every point of `before` must stand in `after`. */
function movedPart(before: Ring, after: Ring): number {
  let moved = 0;
  let previous = (after.points.positions.at(-1) ?? 0) - 2 ** 32;
  for (const position of after.points.positions) {
    if (before.ownerAt(position) !== after.ownerAt(position)) moved += position - previous;
    previous = position;
  }
  return moved / 2 ** 32;
}

function boundedLoad(name: string, ring: Ring, nextKey: () => string): Row {
  const plain = new Map<NodeId, number>();
  const bounded = new Map<NodeId, number>();
  let asked = 0;
  const loadOf = (id: NodeId) => {
    asked++;
    return bounded.get(id) ?? 0;
  };
  const start = performance.now();
  for (let total = 0; total < TASKS; total++) {
    const key = nextKey();
    count(plain, ring.owner(key));
    count(bounded, boundedOwner(ring, key, loadOf, total));
  }
  const nsPerTask = ((performance.now() - start) * 1e6) / TASKS;
  const average = TASKS / ring.size;
  const onPlainRing = Math.max(...plain.values()) / average;
  return {
    name: `ring: bounded load, peak over average, ${name}`,
    figure: Math.max(...bounded.values()) / average,
    unit: 'x average',
    target: Math.ceil(BOUNDED_LOAD.c * average) / average,
    better: 'less',
    beside: `plain ring ${onPlainRing.toFixed(2)}; ${(asked / TASKS).toFixed(2)} nodes asked and ${ns(nsPerTask)} a task`,
  };
}

function count(loads: Map<NodeId, number>, id: NodeId | undefined): void {
  if (id === undefined) throw new Error('a task found no node');
  loads.set(id, (loads.get(id) ?? 0) + 1);
}

/** Keys of rank 1..10,000, each drawn with a probability proportional to 1/rank. */
function zipf(prng: Prng): () => string {
  const ranks = Array.from({ length: 10_000 }, (_, i) => i + 1);
  let sum = 0;
  const sums = Float64Array.from(ranks, (rank) => (sum += 1 / rank));
  return () => `key ${binarySearch(sums, prng.float() * sum)}`;
}

/** The index of the first of `sorted` that is at least `value`. */
function binarySearch(sorted: Uint32Array | Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The median over batches of calls, as other work on the machine makes the mean jump. */
async function nsPerCall(call: () => void): Promise<number> {
  const { p50 } = await measure(call, { min_cpu_time: 3e8 });
  return p50;
}

function members(prng: Prng, n: number): RingMember[] {
  return Array.from({ length: n }, () => ({ id: nodeId(`12D3KooW${letters(prng, 44)}`), weight: 1 }));
}

function letters(prng: Prng, n: number): string {
  return Array.from({ length: n }, () => prng.below(36).toString(36)).join('');
}

function cycle<T>(items: readonly T[]): () => T {
  let i = 0;
  return () => items[i++ % items.length]!;
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

const ns = (value: number) => `${value.toFixed(0)} ns`;
const ms = (nanoseconds: number) => `${(nanoseconds / 1e6).toFixed(1)} ms`;
