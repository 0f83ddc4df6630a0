import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { connect, type Flock as Client } from '../src/client/index.js';
import { Flock } from '../test/e2e/support/flock.js';
import { median, memoryBytes, timed } from './measure.js';
import type { Row } from './row.js';

const CALLS = 20_000;
const ROUNDS = 3;
const THREADS = 2;
const LINKS = 1_000;

/** No-op functions: what a task costs where the work is nothing. */
export async function benchFunctions(): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'covey-bench-'));
  try {
    const module = join(dir, 'noop.mjs');
    writeFileSync(module, 'export default (x) => x;\n');
    return [...(await oneNode(module)), ...(await threeNodes(module))];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function oneNode(module: string): Promise<Row[]> {
  const alone = new Piscina({ filename: module, minThreads: THREADS, maxThreads: THREADS });
  const flock = await Flock.start(1, ['--cpus', String(THREADS), '--function-workers', String(THREADS)]);
  const client = connect({ data: flock.dataDir(0) });
  try {
    await mapped(client, module, CALLS);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await timed(() => mapped(client, module, CALLS)));
      theirs.push(await timed(() => pooled(alone, CALLS)));
    }
    const rate = (CALLS / median(ours)) * 1000;
    const ratio = median(ours.map((ms, i) => (theirs[i] ?? NaN) / ms));
    const beside = `piscina alone ${Math.round((CALLS / median(theirs)) * 1000)}/s, median of ${ROUNDS} pairs`;
    const name = `no-op functions, one node, submit -> results of ${CALLS}`;
    return [
      { name, figure: rate, unit: '/s', target: 15_000, better: 'more' },
      { name: 'the same', figure: ratio, unit: 'x piscina', target: 0.5, better: 'more', beside },
    ];
  } finally {
    client.close();
    await flock.stop();
    await alone.destroy();
  }
}

async function threeNodes(module: string): Promise<Row[]> {
  const calls = Number(process.env['BENCH_CALLS'] ?? 60_000);
  const flock = await Flock.start(3, ['--cpus', String(THREADS), '--function-workers', String(THREADS)]);
  const client = connect({ data: flock.dataDir(0) });
  try {
    await array(client, module, CALLS);
    const ms = await timed(() => array(client, module, calls));
    const mb = [0, 1, 2].map((node) => memoryBytes(flock.daemon(node).pid, 'RssAnon') / 2 ** 20);
    const name = `an array of ${calls} no-op functions, three daemons`;
    const linkMs = await chain(client, module);
    return [
      { name: `a chain of ${LINKS} functions, a link`, figure: linkMs, unit: 'ms', target: 5, better: 'less' },
      { name, figure: (calls / ms) * 1000, unit: '/s', target: 5_000, better: 'more' },
      {
        name: 'the same, anonymous memory of a daemon at its end',
        figure: Math.max(...mb),
        unit: 'MB',
        target: 300,
        better: 'less',
      },
    ];
  } finally {
    client.close();
    await flock.stop();
  }
}

/** Jobs of one call, each of which waits for the one before. @returns the time of one, from the release of the first on */
async function chain(client: Client, module: string): Promise<number> {
  const first = await client.submit({ function: { module }, held: true });
  let last = first.job;
  for (let i = 1; i < LINKS; i++) {
    ({ job: last } = await client.submit({ function: { module }, after: [{ job: last, on: 'ok' }] }));
  }
  const ms = await timed(async () => {
    await client.release(first.job);
    const { state } = await client.wait(last);
    if (state !== 'succeeded') throw new Error(`the chain ended ${state}`);
  });
  return ms / LINKS;
}

async function array(client: Client, module: string, calls: number): Promise<void> {
  const tasks = { kind: 'range' as const, first: 1, last: calls, step: 1 };
  const { job } = await client.submit({ function: { module }, tasks });
  const { state } = await client.wait(job);
  if (state !== 'succeeded') throw new Error(`job ${job} ended ${state}`);
}

async function mapped(client: Client, module: string, calls: number): Promise<void> {
  const results = await client
    .map(
      { module },
      Array.from({ length: calls }, (_, i) => i),
    )
    .toArray();
  if (results.length !== calls) throw new Error(`${results.length} results of ${calls}`);
}

/** As many at a time as keep it busy. */
async function pooled(alone: Piscina, calls: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < calls) await alone.run(next++);
  };
  await Promise.all(Array.from({ length: 64 }, lane));
}
