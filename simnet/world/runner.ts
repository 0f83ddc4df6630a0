import type { AttemptEnd, AttemptId, Command } from '../../src/executor/runner.js';
import type { World } from './world.js';

/** What a command does on the virtual clock. */
interface Program {
  readonly ms: number;
  readonly exitCode: number;
  /** It does not end when asked to; only a kill ends it. */
  readonly isStubborn: boolean;
}

/**
 * Commands are programs of this little language:
 * `sleep MS [CODE]` ends after MS milliseconds; `sleep A-B` after some time between, ever the same for one task;
 * `fail-first N MS` fails in its first N attempts; `stubborn MS` stands a TERM.
 */
function programOf({ argv, env }: Command, hash: (text: string) => number): Program {
  const [verb, ...args] = argv;
  const attempt = Number(env['COVEY_ATTEMPT']);
  switch (verb) {
    case 'sleep':
      return {
        ms: duration(args[0], env['COVEY_TASK'] ?? '', hash),
        exitCode: Number(args[1] ?? 0),
        isStubborn: false,
      };
    case 'fail-first':
      return { ms: Number(args[1]), exitCode: attempt <= Number(args[0]) ? 1 : 0, isStubborn: false };
    case 'stubborn':
      return { ms: Number(args[0]), exitCode: 0, isStubborn: true };
    default:
      return { ms: 1, exitCode: 127, isStubborn: false };
  }
}

function duration(text = '0', task: string, hash: (text: string) => number): number {
  const [low = 0, high = low] = text.split('-').map(Number);
  return low + (hash(task) % (high - low + 1));
}

interface Running {
  readonly program: Program;
  readonly startedAtMs: number;
  readonly end: (exitCode: number) => void;
}

/** Runs programs; they die with their node. */
export class VirtualRunner {
  readonly #running = new Map<string, Running>();

  constructor(
    private readonly world: World,
    private readonly hash: (text: string) => number,
    private readonly ended: (attempt: AttemptId, end: AttemptEnd) => void,
  ) {}

  get size(): number {
    return this.#running.size;
  }

  start(attempt: AttemptId, command: Command): void {
    const name = `${attempt.task} ${attempt.epoch}`;
    const program = programOf(command, this.hash);
    const startedAtMs = this.world.nowMs;
    const running: Running = {
      program,
      startedAtMs,
      end: (exitCode) => {
        if (this.#running.get(name) !== running) return;
        this.#running.delete(name);
        this.ended(attempt, { exitCode, startedAtMs, finishedAtMs: this.world.nowMs, ...NO_OUTPUT });
      },
    };
    if (this.#running.has(name)) throw new Error(`${name} is running already`);
    this.#running.set(name, running);
    this.world.after(program.ms, () => running.end(program.exitCode));
  }

  signal(attempt: AttemptId, how: 'term' | 'kill'): void {
    const running = this.#running.get(`${attempt.task} ${attempt.epoch}`);
    if (!running || (how === 'term' && running.program.isStubborn)) return;
    this.world.after(2, () => running.end(how === 'term' ? 143 : 137));
  }

  /** The node has died: nothing ends any more, it is just gone. */
  die(): void {
    this.#running.clear();
  }
}

const NO_OUTPUT = { stdoutTail: new Uint8Array(0), stderrTail: new Uint8Array(0), stdoutBytes: 0, stderrBytes: 0 };
