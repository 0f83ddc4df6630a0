import { Flock } from '../simnet/world/flock.js';
import type { Row } from './row.js';

const SETTLE_MS = 10_000;
const JOBS = 20_000;
/** 10,000 nodes take minutes and 2.5 GB: only where asked for. */
const HUGE = process.env['COVEY_BENCH_HUGE'] === '1';

/** The simulator's own speed: full cores on one core of this machine, by CPU time. */
export async function benchSimnet(): Promise<Row[]> {
  await Promise.resolve();
  const rows = [steady(5, 1_000, 1_000_000), steady(100, undefined, 600_000), steady(1_000, 10, 60_000)];
  if (HUGE) rows.push(steady(10_000, 1, 10_000));
  return [...rows, throughput(), forming(1_000), tasks(100, 1)];
}

/** @param target - times real time */
function steady(nodes: number, target: number | undefined, forMs: number): Row {
  const flock = Flock.warm(nodes, { seed: 7 });
  flock.world.run(SETTLE_MS);
  const run = measured(flock, () => {
    flock.world.run(forMs);
  });
  return {
    name: `simnet: ${nodes} nodes, steady`,
    figure: forMs / 1000 / run.cpuS,
    unit: 'x real time',
    ...(target === undefined ? {} : { target }),
    better: 'more',
    beside: `${perSecond(run)}, ${(run.steps / nodes / (forMs / 1000)).toFixed(1)} a node and second, ${rss()}`,
  };
}

/** What the cores take in when nothing but the cores and their network is in the way. */
function throughput(): Row {
  const flock = Flock.warm(50, { seed: 7 });
  flock.world.run(60_000);
  const run = measured(flock, () => {
    flock.world.run(1_200_000);
  });
  return {
    name: 'simnet: events through full cores, 50 nodes',
    figure: run.steps / run.cpuS,
    unit: 'events/s',
    target: 300_000,
    better: 'more',
    beside: `${run.steps} events`,
  };
}

function forming(nodes: number): Row {
  const startMs = performance.now();
  const startS = cpuS();
  const flock = Flock.formed(nodes, { seed: 7 });
  const wallS = (performance.now() - startMs) / 1000;
  return {
    name: `simnet: ${nodes} nodes form`,
    figure: cpuS() - startS,
    unit: 's of CPU',
    target: 60,
    better: 'less',
    beside: `${wallS.toFixed(0)} s by the clock, ${(flock.world.nowMs / 1000).toFixed(1)} s virtual, ${rss()}`,
  };
}

/** Jobs of one task each, 0.5 to 1.5 s long, given to nodes in turn so that 80 % of all slots are busy. */
function tasks(nodes: number, tasksEach: number): Row {
  const flock = Flock.warm(nodes, { seed: 7 });
  flock.world.run(10_000);
  const everyMs = 1000 / ((0.8 * nodes * 2) / tasksEach);
  let accepted = 0;
  for (let i = 0; i < JOBS; i++) {
    flock.world.after(i * everyMs, () => {
      const { id } = flock.node(`n${(i * 7919) % nodes}`);
      flock.node(id).request(flock.submission('sleep 500-1500', { tasks: tasksEach }), (result) => {
        if (result?.isOk === true) accepted += 1;
      });
    });
  }
  const run = measured(flock, () => {
    flock.world.run(JOBS * everyMs + 10_000);
  });
  const left = flock.total('unfinished');
  return {
    name: `simnet: ${JOBS} jobs of one task on ${nodes} nodes, 80 % load`,
    figure: JOBS / run.cpuS,
    unit: 'tasks/s',
    better: 'more',
    beside: `${perSecond(run)}, ${(run.steps / JOBS).toFixed(1)} a task, ${accepted} accepted, ${left} left, ${rss()}`,
  };
}

interface Run {
  readonly steps: number;
  readonly cpuS: number;
}

function measured(flock: Flock, run: () => void): Run {
  const before = stepsOf(flock);
  const startS = cpuS();
  run();
  return { steps: stepsOf(flock) - before, cpuS: cpuS() - startS };
}

function stepsOf(flock: Flock): number {
  return flock.up.reduce((sum, { steps }) => sum + steps, 0);
}

/** Of this process, whatever else the machine does. */
function cpuS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function perSecond({ steps, cpuS }: Run): string {
  return `${Math.round(steps / cpuS / 1000)} k events/s`;
}

function rss(): string {
  return `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`;
}
