import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Flock as Client } from '../src/client/index.js';
import { Flock } from '../test/e2e/support/flock.js';
import { cpuMs, median, memoryBytes, timed } from './measure.js';
import { pareto } from './pareto.js';
import type { Row } from './row.js';

const COMMANDS = 2_000;
const ROUNDS = 5;
/** After so many tasks on five daemons each of them runs compiled code. */
const WARM_UP = 24_000;

/** Real daemons, each its own process: what users see of speed and size. */
export async function benchFlock(): Promise<Row[]> {
  return [...(await oneNode()), ...(await fiveNodes()), ...(await paretoOn(1, 8)), ...(await paretoOn(4, 2))];
}

async function oneNode(): Promise<Row[]> {
  return withFlock(1, ['--cpus', '2'], async (flock, client) => {
    const latency = await idleLatency(client);
    const { ratio, beside } = await besideXargs(client);
    return [
      {
        name: 'idle submit -> result, p50',
        figure: latency.p50,
        unit: 'ms',
        target: 8,
        better: 'less',
        beside: latency.beside,
      },
      { name: '/bin/true, one node', figure: ratio, unit: 'x xargs -P2', target: 1, better: 'more', beside },
    ];
  });
}

async function fiveNodes(): Promise<Row[]> {
  const startedAt = performance.now();
  return withFlock(5, ['--cpus', '2'], async (flock, client) => {
    const formedMs = performance.now() - startedAt;
    await pause(3_000);
    const idle = await idleCost(flock.daemon(2).pid);
    const { ratio, beside, job } = await besideXargs(client);
    const nodes = await nodesUsed(client, job);
    await runAll(client, ['/bin/true'], WARM_UP);
    const warm = await besideXargs(client);
    const sleeps = await makespan(
      client,
      Array.from({ length: 500 }, () => 0.05),
    );
    return [
      { name: 'five daemons started, all seen by all', figure: formedMs / 1000, unit: 's', target: 5, better: 'less' },
      { name: 'idle daemon among five, CPU', figure: idle.cpuPercent, unit: '% of a core', target: 2, better: 'less' },
      { name: 'idle daemon among five, RSS', figure: idle.rssMb, unit: 'MB', target: 120, better: 'less' },
      {
        ...{
          name: '/bin/true, five nodes, through one',
          figure: ratio,
          unit: 'x xargs -P2',
          target: 0.6,
          better: 'more',
        },
        beside: `${beside}; ${nodes} of 5 nodes ran some`,
      },
      {
        ...{
          name: `the same, after ${WARM_UP} tasks more`,
          figure: warm.ratio,
          unit: 'x xargs -P2',
          target: 0.6,
          better: 'more',
        },
        beside: warm.beside,
      },
      {
        ...{
          name: '500 sleeps of 50 ms on 5 x 2 slots',
          figure: sleeps / 2_500,
          unit: 'x ideal',
          target: 1.25,
          better: 'less',
        },
        beside: `${sleeps.toFixed(0)} ms, ideal 2500 ms`,
      },
    ];
  });
}

/** 400 sleeps, Pareto with mean 50 ms and cap 2 s, on 8 slots, against max(longest, sum / 8). */
async function paretoOn(nodes: number, cpus: number): Promise<Row[]> {
  return withFlock(nodes, ['--cpus', String(cpus)], async (_flock, client) => {
    const seconds = pareto(400, 0.05, 2, 7);
    const idealMs = Math.max(Math.max(...seconds), seconds.reduce((a, b) => a + b) / 8) * 1000;
    const reached: number[] = [];
    for (let round = 0; round < 3; round++) reached.push(await makespan(client, seconds));
    const ms = median(reached);
    const name = `400 Pareto sleeps on ${nodes} x ${cpus} slots`;
    const beside = `${ms.toFixed(0)} ms, bound ${idealMs.toFixed(0)} ms; first-come list ${listMs(seconds, 8).toFixed(0)} ms`;
    return [{ name, figure: idealMs / ms, unit: 'of the bound', target: 0.9, better: 'more', beside }];
  });
}

/** What a perfect first-come list with no overhead needs: each job to the slot that is free first. */
function listMs(seconds: readonly number[], slots: number): number {
  const free = Array.from({ length: slots }, () => 0);
  for (const length of seconds) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + length;
  }
  return Math.max(...free) * 1000;
}

async function withFlock(
  nodes: number,
  args: readonly string[],
  measure: (flock: Flock, client: Client) => Promise<Row[]>,
): Promise<Row[]> {
  const flock = await Flock.start(nodes, args);
  const client = connect({ data: flock.dataDir(0) });
  try {
    return await measure(flock, client);
  } finally {
    client.close();
    await flock.stop();
  }
}

async function idleLatency(client: Client): Promise<{ p50: number; beside: string }> {
  const times: number[] = [];
  for (let i = 0; i < 220; i++) {
    const startedAt = performance.now();
    const { job } = await client.submit({ argv: ['true'] });
    await client.wait(job);
    await client.task(`${job}/0`);
    if (i >= 20) times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  const bare: number[] = [];
  for (let i = 0; i < 50; i++) bare.push(await timed(() => ended('/bin/true', [])));
  return {
    p50: median(times),
    beside: `p99 ${times[197]?.toFixed(1)} ms; a bare spawn of /bin/true ${median(bare).toFixed(1)} ms`,
  };
}

/** Rounds by turns, so that whatever else the machine does falls on both alike. */
async function besideXargs(client: Client): Promise<{ ratio: number; beside: string; job: string }> {
  const ours: number[] = [];
  const theirs: number[] = [];
  let job = await runAll(client, ['/bin/true'], COMMANDS);
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await timed(async () => (job = await runAll(client, ['/bin/true'], COMMANDS))));
    theirs.push(await timed(() => ended('sh', ['-c', `seq ${COMMANDS} | xargs -P2 -n1 /bin/true`])));
  }
  const ratios = ours.map((ms, i) => (theirs[i] ?? NaN) / ms);
  const rate = (ms: number) => Math.round((COMMANDS / ms) * 1000);
  return {
    ratio: median(ratios),
    beside: `${rate(median(ours))}/s, xargs ${rate(median(theirs))}/s, median of ${ROUNDS} pairs`,
    job,
  };
}

async function runAll(client: Client, argv: string[], n: number): Promise<string> {
  const { job } = await client.submit({ argv, tasks: { kind: 'range', first: 1, last: n, step: 1 } });
  const { state } = await client.wait(job);
  if (state !== 'succeeded') throw new Error(`job ${job} ended ${state}`);
  return job;
}

async function makespan(client: Client, seconds: readonly number[]): Promise<number> {
  return timed(async () => {
    const lines = seconds.map((length) => length.toFixed(4));
    const { job } = await client.submit({ argv: ['sleep', '{}'], tasks: { kind: 'lines', lines } });
    const { state } = await client.wait(job);
    if (state !== 'succeeded') throw new Error(`job ${job} ended ${state}`);
  });
}

async function nodesUsed(client: Client, job: string): Promise<number> {
  const executors = new Set<string | null>();
  for (let after = -1; ;) {
    const page = await client.tasks(job, { after });
    for (const task of page.tasks) executors.add(task.executor);
    if (page.next === null) return executors.size;
    after = page.next;
  }
}

async function idleCost(pid: number): Promise<{ cpuPercent: number; rssMb: number }> {
  const seconds = 10;
  const before = cpuMs(pid);
  await pause(seconds * 1000);
  const cpuPercent = (cpuMs(pid) - before) / (seconds * 10);
  return { cpuPercent, rssMb: memoryBytes(pid, 'VmRSS') / 2 ** 20 };
}

function ended(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(command, args, { stdio: 'ignore' })
      .once('error', reject)
      .once('close', () => resolve());
  });
}
