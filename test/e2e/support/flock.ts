import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Explanation, NodeView } from '../../../src/api/schema.js';
import { connect, type Flock as Client } from '../../../src/client/index.js';
import { until } from '../../support/until.js';
import { covey, type CliOptions, type CliResult } from './covey.js';
import { Daemon } from './daemon.js';
import { kill, processesWith } from './processes.js';
import type { ShowAnswer } from './views.js';

const GONE_MS = 5_000;

interface FlockCliOptions extends CliOptions {
  /** Whose daemon is asked. @default 0 */
  readonly node?: number;
}

/** Real daemons on loopback, node 0 the seed of the others, and everything needed to leave no trace of them. */
export class Flock {
  readonly #daemons: Daemon[] = [];

  private constructor(
    readonly dir: string,
    private readonly upArgs: readonly string[],
    private readonly program: readonly string[] | undefined,
  ) {}

  /**
   * Starts `size` daemons and waits until each sees all of them alive.
   *
   * @param upArgs - further options of `covey up`, for each of them
   * @param program - what Node runs in place of covey
   */
  static async start(size: number, upArgs: readonly string[] = [], program?: readonly string[]): Promise<Flock> {
    const flock = new Flock(mkdtempSync(join(tmpdir(), 'covey-e2e-')), upArgs, program);
    try {
      mkdirSync(flock.path('files'));
      await flock.up(0, []);
      const join = ['--join', flock.daemon(0).ready.listen[0]!];
      await Promise.all(Array.from({ length: size - 1 }, (_, i) => flock.up(i + 1, join)));
      await flock.settled();
      return flock;
    } catch (error) {
      await flock.stop().catch(() => undefined);
      throw error;
    }
  }

  /** A path in the flock's own temporary directory. */
  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  dataDir(node: number): string {
    return this.path(`${node}`);
  }

  id(node: number): string {
    return this.daemon(node).ready.node;
  }

  daemon(node: number): Daemon {
    const daemon = this.#daemons[node];
    if (daemon === undefined) throw new Error(`node ${node} was never started`);
    return daemon;
  }

  cli(args: readonly string[], { node = 0, ...options }: FlockCliOptions = {}): Promise<CliResult> {
    return covey(args, { ...options, env: { COVEY_DATA: this.dataDir(node), ...options.env } });
  }

  /** What `covey ARGS --json` says; throws where it does not end with 0. */
  async json<T>(args: readonly string[], options: FlockCliOptions = {}): Promise<T> {
    const [command, ...rest] = args;
    const { code, stdout, stderr } = await this.cli([command ?? '', '--json', ...rest], options);
    if (code !== 0) throw new Error(`covey ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** One object a line. */
  async jsonLines<T>(args: readonly string[], options: FlockCliOptions = {}): Promise<T[]> {
    const [command, ...rest] = args;
    const { code, stdout, stderr } = await this.cli([command ?? '', '--json', ...rest], options);
    if (code !== 0) throw new Error(`covey ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  /** How `node` sees the flock: the states of all members by their ids. */
  async states(node: number): Promise<Map<string, NodeView['state']>> {
    const { nodes } = await this.ask(node, (client) => client.nodes());
    return new Map(nodes.map(({ id, state }) => [id, state]));
  }

  explain(id: string, node = 0): Promise<Explanation> {
    return this.ask(node, (client) => client.explain(id));
  }

  /** Waits until all tasks of a job have succeeded. Throws else, with what is known of one that has not. */
  async succeeded(job: string, node = 0): Promise<void> {
    const { code, stderr } = await this.cli(['wait', job, '--timeout', '90s'], { node, timeoutMs: 100_000 });
    if (code === 0) return;
    const { tasks } = await this.json<ShowAnswer>(['show', job, '--all'], { node });
    const task = tasks.find(({ state }) => state !== 'succeeded');
    const known = task === undefined ? 'nothing' : JSON.stringify(await this.explain(task.id, node));
    throw new Error(
      `waiting for job ${job} ended with ${code}: ${stderr}of its tasks not succeeded is known: ${known}`,
    );
  }

  /** By the API, which costs a hundredth of what a run of the command line does. */
  async ask<T>(node: number, ask: (client: Client) => Promise<T>): Promise<T> {
    const client = connect({ addr: [this.daemon(node).ready.socket] });
    try {
      return await ask(client);
    } finally {
      client.close();
    }
  }

  /** Waits until every running node sees every running node alive. */
  async settled(deadlineMs = 30_000): Promise<void> {
    const running = this.#daemons.flatMap((daemon, node) => (daemon.running ? [node] : []));
    for (const node of running) {
      await until(
        `node ${node} sees ${running.length} alive`,
        async () => {
          const states = await this.states(node);
          return running.every((other) => states.get(this.id(other)) === 'alive');
        },
        deadlineMs,
      );
    }
  }

  kill9(node: number): Promise<void> {
    return this.daemon(node).kill9();
  }

  /**
   * Starts a node that has ended again, on its data directory; whom to join it must remember itself.
   *
   * @param where - on another port, or on its own, where the others find it though they ended, too
   * @param readyMs - how long it may take
   */
  async restart(node: number, where: 'elsewhere' | 'same-port' = 'elsewhere', readyMs?: number): Promise<void> {
    const before = this.daemon(node);
    if (before.running) throw new Error(`node ${node} still runs`);
    const port = where === 'same-port' ? /\/tcp\/(\d+)/.exec(before.ready.listen[0] ?? '')?.[1] : undefined;
    await this.up(node, [], port, readyMs);
  }

  /** Ends all daemons and removes their files. Throws where one did not end by itself or left a process behind. */
  async stop(): Promise<void> {
    const ends = await Promise.allSettled(
      this.#daemons.filter(({ running }) => running).map((daemon) => daemon.stop()),
    );
    const left = await until('nothing is left', () => processesWith(this.dir).length === 0, GONE_MS).then(
      () => [],
      () => processesWith(this.dir),
    );
    for (const { pid } of left) kill(pid, 'SIGKILL');
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
    const failed = ends.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed !== undefined) throw failed.reason;
    if (left.length > 0)
      throw new Error(`left behind: ${left.map(({ pid, command }) => `${pid} ${command}`).join('; ')}`);
  }

  private async up(node: number, join: readonly string[], port = '0', readyMs?: number): Promise<void> {
    const where = ['--data', this.dataDir(node), '--listen', `127.0.0.1:${port}`];
    this.#daemons[node] = await Daemon.start([...where, ...join, ...this.upArgs], this.program, readyMs);
  }
}
