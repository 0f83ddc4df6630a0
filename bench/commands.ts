import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createShellRunner } from '../src/executor/io/shell-runner.js';
import type { CommandRunner } from '../src/executor/runner.js';
import { jobId, taskId } from '../src/kernel/ids.js';
import { median } from './measure.js';
import type { Row } from './row.js';

const SLOTS = 2;
/** Commands in a round, and rounds of each kind, by turns, compared pair by pair: other load falls on both alike. */
const COMMANDS = 300;
const ROUNDS = 11;
const JOB = jobId('bench');
const ENV = {
  ...{ PATH: '/usr/local/bin:/usr/bin:/bin', COVEY_JOB: JOB, COVEY_ATTEMPT: '1', COVEY_EPOCH: '1048577' },
  COVEY_NODE: '12D3KooWGzBqWrAXUtwAkAhCpcQyYk1EwEwHqzVvvyLqCZ2ZpXYq',
};

/** Starts of /bin/true, output captured, beside what xargs does with the same two cores. */
export async function benchCommands(): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'covey-bench-'));
  const commands = new Commands();
  const runner = await createShellRunner({ dataDir, slots: SLOTS, events: commands });
  try {
    await commands.round(runner, 3 * COMMANDS);
    const small = await compare('daemon of 60 MB', commands, runner);
    const ballast = Buffer.alloc(2 ** 30, 1);
    const large = await compare('daemon of 1 GB', commands, runner);
    return ballast.length > 0 ? [...small, ...large] : [];
  } finally {
    await runner.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function compare(where: string, commands: Commands, runner: CommandRunner): Promise<Row[]> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const ours: number[] = [];
  const xargs: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    xargs.push(await xargsRound(COMMANDS));
    delay.enable();
    ours.push(await commands.round(runner, COMMANDS));
    delay.disable();
  }
  const ratios = ours.map((rate, i) => rate / xargs[i]!);
  return [
    {
      name: `commands started, ${SLOTS} slots, ${where}`,
      figure: median(ratios),
      unit: 'x xargs -P2',
      target: 1.2,
      better: 'more',
      beside: `${Math.round(median(ours))}/s; xargs ${Math.round(median(xargs))}/s`,
    },
    {
      name: `loop blocked while commands start (p99), ${where}`,
      figure: delay.percentile(99) / 1e6,
      unit: 'ms',
      target: 5,
      better: 'less',
    },
  ];
}

/** Keeps every slot busy: each end is the next start. */
class Commands {
  private next = 0;
  private last = 0;
  private unfinished = 0;
  private runner: CommandRunner | undefined;
  private finished: () => void = () => undefined;

  /** @returns commands a second */
  async round(runner: CommandRunner, count: number): Promise<number> {
    this.runner = runner;
    this.unfinished = count;
    this.last = this.next + count;
    const startMs = performance.now();
    await new Promise<void>((resolve) => {
      this.finished = resolve;
      for (let i = 0; i < SLOTS; i++) this.start();
    });
    return (count / (performance.now() - startMs)) * 1000;
  }

  ended(): void {
    if (this.next < this.last) this.start();
    if (--this.unfinished === 0) this.finished();
  }

  private start(): void {
    const task = taskId(JOB, this.next++);
    this.runner?.start(
      { task, epoch: 1 },
      { kind: 'command', argv: ['/bin/true'], shell: false, env: { ...ENV, COVEY_TASK: task } },
    );
  }
}

/** @returns commands a second */
async function xargsRound(count: number): Promise<number> {
  const xargs = spawn('xargs', ['-P2', '-n1', '/bin/true'], { stdio: ['pipe', 'ignore', 'inherit'] });
  // A spawn from a large process takes its time, which is not xargs's.
  const startMs = performance.now();
  const ended = new Promise((resolve) => xargs.once('exit', resolve));
  xargs.stdin.end(Array.from({ length: count }, (_, i) => `${i}\n`).join(''));
  await ended;
  return (count / (performance.now() - startMs)) * 1000;
}
