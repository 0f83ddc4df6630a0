import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kill, processesWith, type FoundProcess } from '../../test/e2e/support/processes.js';
import { until } from '../../test/support/until.js';
import type { Recorder } from '../history/recorder.js';
import { Daemon, type Death } from './daemon.js';
import { Guard } from './guard.js';
import { freePorts } from './ports.js';
import { commandOf, descendantsOf, isAlive, processOf, type Process } from './proc.js';

const LEAVE_MS = 30_000;
const GONE_MS = 12_000;

/** The daemons of a run, and what is left of them. */
export class Flock {
  readonly #guard = new Guard();
  #ports: readonly number[] = [];

  private constructor(
    readonly dir: string,
    readonly daemons: readonly Daemon[],
    private readonly recorder: Recorder,
  ) {}

  /** Daemons that are not running yet, with their directories in `dir`. */
  static async prepare(size: number, dir: string, recorder: Recorder): Promise<Flock> {
    const ports = await freePorts(size);
    const daemons: Daemon[] = [];
    const flock = new Flock(dir, daemons, recorder);
    for (const [index, port] of ports.entries()) {
      const onBreakdown = (how: string) => recorder.breakdowns.push({ daemon: index, how });
      daemons.push(new Daemon({ index, dir: join(dir, `${index}`), port, guard: flock.#guard, onBreakdown }));
    }
    flock.#ports = ports;
    return flock;
  }

  /** Starts all, the first being the seed of the others. */
  async start(): Promise<void> {
    const [first, ...others] = this.daemons;
    await first?.start();
    await Promise.all(others.map((daemon) => daemon.start(this.#ports[0])));
  }

  /** Starts those that are down, whatever the reason. */
  async startDown(): Promise<void> {
    await Promise.all(this.daemons.filter(({ state }) => state === 'down').map((daemon) => daemon.start()));
  }

  get up(): readonly Daemon[] {
    return this.daemons.filter(({ state }) => state === 'up');
  }

  daemon(index: number): Daemon {
    const daemon = this.daemons[index];
    if (!daemon) throw new Error(`there is no daemon ${index}`);
    return daemon;
  }

  /** Notes what is alive of a daemon that died before `death.atMs`. */
  noteLeftovers({ daemon, dir, atMs, descendants }: Death, when: string): void {
    const marked = processesWith(`${dir}/`).flatMap(({ pid }) => processOf(pid) ?? []);
    const left = new Map<number, Process>();
    for (const process of descendants) if (isAlive(process)) left.set(process.pid, process);
    for (const process of marked) if (process.startedMs < atMs) left.set(process.pid, process);
    for (const { pid } of left.values()) {
      this.recorder.leftovers.push({ pid, command: commandOf(pid), when: `${when} daemon ${daemon}` });
    }
  }

  /** Attempts that run now, whoever runs them. */
  attempts(): FoundProcess[] {
    return processesWith(`${this.dir}/`).filter(({ env }) => env['COVEY_EPOCH'] !== undefined);
  }

  /** Asks all daemons to leave and notes who does not, and what stays of them. */
  async leave(): Promise<void> {
    const descendants = this.daemons.flatMap(({ pid, hasEnded }) => (hasEnded ? [] : descendantsOf(pid)));
    const slow = await Promise.allSettled(this.daemons.map((daemon) => daemon.leave(LEAVE_MS)));
    for (const [daemon, { status }] of slow.entries()) {
      if (status === 'rejected') this.recorder.breakdowns.push({ daemon, how: `did not leave within ${LEAVE_MS} ms` });
    }
    await this.end();
    const left = () => descendants.filter(isAlive);
    await until('nothing is left', () => left().length === 0, GONE_MS).catch(() => undefined);
    for (const { pid } of left()) {
      this.recorder.leftovers.push({ pid, command: commandOf(pid), when: 'after all daemons left' });
    }
  }

  /** Ends every daemon at once and whatever has the run's directory in its command or environment. */
  async end(): Promise<void> {
    await Promise.all(this.daemons.map((daemon) => daemon.close()));
    if (!existsSync(this.dir)) return;
    const marked = () => processesWith(`${this.dir}/`);
    await until('the watchdogs have done their work', () => marked().length === 0, GONE_MS).catch(() => undefined);
    for (const { pid } of marked()) kill(pid, 'SIGKILL');
  }

  close(): Promise<void> {
    return this.#guard.close();
  }
}
