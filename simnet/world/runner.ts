import type { AttemptEnd, AttemptId, Runnable } from '../../src/executor/runner.js';
import { FAILING, programOf, type Program } from './runner-programs.js';
import type { World } from './world.js';

/** What the runner needs of the process that it runs programs for. */
export interface RunnerHost {
  readonly hash: (text: string) => number;
  /** Of the machine: a program of 1 s takes 1 s / speed. */
  readonly speed: number;
  /** Whatever is started fails at once. */
  readonly failsAll: () => boolean;
  readonly wallMs: () => number;
  readonly ended: (attempt: AttemptId, end: AttemptEnd) => void;
  /** A program took the whole node with it. */
  readonly poisoned: () => void;
}

interface Running {
  readonly attempt: AttemptId;
  readonly program: Program;
  readonly startedAtMs: number;
}

/** From a signal to the end of what it is for. */
const SIGNAL_MS = 2;

/** Runs programs on the virtual clock; they die with their node. */
export class VirtualRunner {
  readonly #running = new Map<string, Running>();

  constructor(
    private readonly world: World,
    private readonly host: RunnerHost,
  ) {}

  get size(): number {
    return this.#running.size;
  }

  start(attempt: AttemptId, command: Runnable): void {
    const name = nameOf(attempt);
    if (this.#running.has(name)) throw new Error(`${name} is running already`);
    const program = this.host.failsAll() ? FAILING : programOf(command, this.host.hash);
    const running: Running = { attempt, program, startedAtMs: this.host.wallMs() };
    this.#running.set(name, running);
    if (program.ms === Infinity) return;
    this.world.after(program.ms / this.host.speed, () => {
      if (program.isPoison && this.#isRunning(running)) this.host.poisoned();
      else this.#end(running, { exitCode: program.exitCode, result: program.result });
    });
  }

  signal(attempt: AttemptId, how: 'term' | 'kill'): void {
    const running = this.#running.get(nameOf(attempt));
    if (!running || (how === 'term' && running.program.isStubborn)) return;
    this.world.after(SIGNAL_MS, () => this.#end(running, { exitCode: how === 'term' ? 143 : 137 }));
  }

  /** The watchdog takes a process that stands still for dead. */
  strike(): void {
    const failure = 'the watchdog killed it, since the daemon stood still';
    for (const running of [...this.#running.values()]) this.#end(running, { exitCode: 137, failure, lost: true });
  }

  /** The node has died: nothing ends any more, it is just gone. */
  die(): void {
    this.#running.clear();
  }

  #isRunning(running: Running): boolean {
    return this.#running.get(nameOf(running.attempt)) === running;
  }

  #end(running: Running, how: Pick<AttemptEnd, 'exitCode' | 'failure' | 'lost' | 'result'>): void {
    if (!this.#isRunning(running)) return;
    const { attempt, startedAtMs } = running;
    this.#running.delete(nameOf(attempt));
    // A wall clock that was set back must not make an end before its start.
    const finishedAtMs = Math.max(startedAtMs, this.host.wallMs());
    this.host.ended(attempt, { ...how, startedAtMs, finishedAtMs, ...NO_OUTPUT });
  }
}

const NO_OUTPUT = { stdoutTail: new Uint8Array(0), stderrTail: new Uint8Array(0), stdoutBytes: 0, stderrBytes: 0 };

function nameOf({ task, epoch }: AttemptId): string {
  return `${task} ${epoch}`;
}
