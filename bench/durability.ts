import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Flock as Client } from '../src/client/index.js';
import type { SubmitBody } from '../src/api/schema.js';
import { Flock } from '../test/e2e/support/flock.js';
import { until } from '../test/support/until.js';
import { bundled } from './bundled.js';
import { benchStore, fsyncs } from './durability-store.js';
import { cpuMs, inTurns, median, memoryBytes, quantile, timed } from './measure.js';
import type { Row } from './row.js';

const NODES = 3;
const ALL = Array.from({ length: NODES }, (_, node) => node);
/** Smaller numbers give an impression sooner. */
const JOBS = Number(process.env['BENCH_JOBS'] ?? 100_000);
const ARRAY = 1_000_000;
const NOOPS = Number(process.env['BENCH_NOOPS'] ?? 20_000);
/** Further arguments of Node for the daemons that run nothing, as in `--cpu-prof`. */
const NODE_ARGS = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter((arg) => arg !== '');
/** Each node has one of these, and something that keeps it: what needs one waits. */
const HELD = { custom: { held: 1 } };
/** Of pending jobs one runs on each node, and goes on to: else the others would come to an end while the flock starts. */
const ENDLESS = ['sleep', '100000'];
const SETTLE_MS = 120_000;
/** Long beyond the target, so that a miss has a figure. */
const START_MS = 600_000;

/** What it costs that three nodes hold whatever was accepted: BENCH_ONLY names some of the parts. */
export async function benchDurability(): Promise<Row[]> {
  const parts = { store: benchStore, noops, latency, arrays, pending };
  const only = process.env['BENCH_ONLY']?.split(',') ?? Object.keys(parts);
  const rows: Row[] = [];
  for (const [name, part] of Object.entries(parts)) if (only.includes(name)) rows.push(...(await part()));
  return rows;
}

async function noops(): Promise<Row[]> {
  return withFlock(['--cpus', '16'], [...NODE_ARGS, await bundled('bench/noop-daemon.ts')], async (flock, [client]) => {
    const round = () => runAll(client, NOOPS);
    await round();
    const rates: number[] = [];
    const cpus: number[] = [];
    for (let i = 0; i < 5; i++) {
      const before = cpuOf(flock);
      rates.push((NOOPS / (await timed(round))) * 1000);
      cpus.push((cpuOf(flock) - before) / NOOPS);
    }
    const fsyncMs = median(fsyncs(flock.path())).toFixed(2);
    const beside = `${median(cpus).toFixed(3)} ms of the daemons' CPU a task; one fsync ${fsyncMs} ms`;
    const name = `no-op tasks, three daemons, one array of ${NOOPS}`;
    return [{ name, figure: median(rates), unit: 'a second', target: 5_000, better: 'more', beside }];
  });
}

async function latency(): Promise<Row[]> {
  return withFlock(['--cpus', '2'], undefined, async (flock, [client]) => {
    const times: number[] = [];
    const asked: number[] = [];
    for (let i = 0; i < 320; i++) {
      let job = '';
      const ms = await timed(async () => ({ job } = await client.submit({ argv: ['true'] })));
      await client.wait(job);
      const askedMs = await timed(() => client.job(job));
      if (i < 20) continue;
      times.push(ms);
      asked.push(askedMs);
    }
    const fsyncMs = median(fsyncs(flock.path())).toFixed(2);
    const beside = `a question alone ${median(asked).toFixed(1)} ms, one fsync ${fsyncMs} ms`;
    const name = 'idle submit -> durable, three daemons';
    const p99 = quantile(times, 0.99);
    return [
      { name: `${name}, p50`, figure: median(times), unit: 'ms', target: 4, better: 'less', beside },
      { name: `${name}, p99`, figure: p99, unit: 'ms', target: 15, better: 'less' },
    ];
  });
}

async function arrays(): Promise<Row[]> {
  return withFlock(['--cpus', '2', '--resource', 'held=1'], undefined, async (flock, clients) => {
    const [client] = clients;
    await holdAll(client, flock);
    const before = await settledBytes(flock);
    const times: number[] = [];
    let bytes = 0;
    for (let i = 0; i < 5; i++) {
      let job = '';
      times.push(await timed(async () => ({ job } = await client.submit(array(ARRAY, HELD)))));
      if (i === 0) bytes = (await settledBytes(flock)) - before;
      await client.cancel(job);
      await client.wait(job);
    }
    const name = 'an array of 1,000,000';
    const beside = times.map((ms) => ms.toFixed(0)).join(', ');
    return [
      { name: `${name} accepted durably`, figure: median(times), unit: 'ms', target: 200, better: 'less', beside },
      { name: `${name} pending, all nodes`, figure: bytes / ARRAY, unit: 'B a task', better: 'less' },
    ];
  });
}

async function pending(): Promise<Row[]> {
  return withFlock(['--cpus', '2', '--resource', 'held=1'], undefined, async (flock, clients) => {
    await holdAll(clients[0], flock);
    const before = await settledBytes(flock);
    const submitMs = await timed(() =>
      inTurns(JOBS, 96, async (i) => {
        await (clients[i % NODES] ?? clients[0]).submit({ argv: ENDLESS, needs: HELD });
      }),
    );
    const bytes = (await settledBytes(flock)) - before;
    for (const node of ALL) await flock.kill9(node);
    const startMs = await timed(() => Promise.all(ALL.map((node) => flock.restart(node, 'same-port', START_MS))));
    const afterMs = await timed(() =>
      until('all of them are coordinated', async () => (await unfinished(flock)) >= JOBS, 600_000),
    );
    const again = (await settledBytes(flock)) - before;
    for (const node of ALL) await flock.kill9(node);
    const name = `${JOBS} pending jobs of one task`;
    const rate = Math.round((JOBS / submitMs) * 1000);
    const perJob = (total: number) => (total / JOBS / 1024).toFixed(2);
    return [
      {
        ...{ name: `${name}, memory each, all nodes`, figure: bytes / JOBS / 1024, unit: 'KB', target: 3 },
        ...{ better: 'less', beside: `submitted at ${rate}/s; after a restart ${perJob(again)} KB` },
      },
      {
        ...{ name: `${name}, start-up of all three`, figure: startMs / 1000, unit: 's', target: 10 },
        ...{ better: 'less', beside: `all coordinated again ${(afterMs / 1000).toFixed(1)} s later` },
      },
    ];
  });
}

type Clients = readonly [Client, ...Client[]];

async function withFlock(
  args: readonly string[],
  program: readonly string[] | undefined,
  measure: (flock: Flock, clients: Clients) => Promise<Row[]>,
): Promise<Row[]> {
  const flock = await Flock.start(NODES, args, program);
  const clientOf = (node: number) => connect({ data: flock.dataDir(node) });
  const clients: Clients = [clientOf(0), ...ALL.slice(1).map(clientOf)];
  const end = () => {
    for (const client of clients) client.close();
    return flock.stop();
  };
  const rows = await measure(flock, clients).catch(async (error: unknown) => {
    // What ended the measurement is what counts, not what its daemons say of being ended in the middle of it.
    await end().catch(() => undefined);
    throw error;
  });
  await end();
  return rows;
}

function array(count: number, needs: SubmitBody['needs'] = {}): SubmitBody {
  return { argv: ['true'], needs, tasks: { kind: 'range', first: 1, last: count, step: 1 } };
}

async function runAll(client: Client, count: number): Promise<void> {
  const { job } = await client.submit(array(count));
  const { state } = await client.wait(job);
  if (state !== 'succeeded') throw new Error(`job ${job} ended ${state}`);
}

/** Takes what the pending tasks need on every node. */
async function holdAll(client: Client, flock: Flock): Promise<void> {
  for (let i = 0; i < NODES; i++) await client.submit({ argv: ENDLESS, needs: HELD });
  await until('every node is held', async () => (await statOf(flock, 'running')) === NODES, 30_000);
}

function unfinished(flock: Flock): Promise<number> {
  return statOf(flock, 'unfinished');
}

async function statOf(flock: Flock, name: string): Promise<number> {
  let sum = 0;
  for (const node of ALL) {
    const client = connect({ data: flock.dataDir(node) });
    sum += (await client.self()).stats[name] ?? 0;
    client.close();
  }
  return sum;
}

/** Anonymous memory of all daemons once it grows and shrinks no more, or as it is after two minutes. */
async function settledBytes(flock: Flock): Promise<number> {
  const total = () => ALL.reduce((sum, node) => sum + memoryBytes(flock.daemon(node).pid, 'RssAnon'), 0);
  const untilMs = performance.now() + SETTLE_MS;
  for (let last = Infinity; performance.now() < untilMs;) {
    await pause(10_000);
    const now = total();
    if (Math.abs(now - last) < 0.005 * now) return now;
    last = now;
  }
  return total();
}

function cpuOf(flock: Flock): number {
  return ALL.reduce((sum, node) => sum + cpuMs(flock.daemon(node).pid), 0);
}
