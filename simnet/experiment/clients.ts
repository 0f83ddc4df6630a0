import { known } from '../../src/kernel/assert.js';
import type { ErrorCode } from '../../src/kernel/errors.js';
import type { PolicyName } from '../../src/kernel/policies.js';
import { Prng } from '../../src/kernel/prng.js';
import type { Resources } from '../../src/kernel/resources.js';
import type { Flock } from '../world/flock.js';
import type { SimNode } from '../world/sim-node.js';
import { submissionOf } from '../world/submission.js';
import type { Arrival, Trace } from '../workload/trace.js';
import type { Recorder } from './recorder.js';

export interface ClientsOptions {
  readonly trace: Trace;
  /** What comes at one instant and is alike comes as one job. */
  readonly submitsArrays: boolean;
  readonly seed: number;
  readonly policy: PolicyName;
}

type Submission = ReturnType<typeof submissionOf>;

/** As the real client's, but that these do not give up. */
const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 3_000;
/** Draws of a node before all that are up are listed. */
const TRIES = 8;

/** After these nothing was taken, or the key makes a repeat safe. */
const WORTH_A_REPEAT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['busy', 'unavailable', 'outcome-unknown']);

/** Hand in what a trace says when it says so, each job at a random node that is up, again until one has accepted it. */
export class Clients {
  /** Tasks that came, of which the flock said that it has them, and which it refused for good. */
  arrived = 0;
  accepted = 0;
  refused = 0;
  readonly #prng: Prng;
  readonly #needs = new Map<number, Resources>();
  #next = 0;
  #beganMs = 0;

  constructor(
    private readonly flock: Flock,
    private readonly recorder: Recorder,
    private readonly options: ClientsOptions,
  ) {
    this.#prng = new Prng(options.seed + 0xc11e);
  }

  get hasSettled(): boolean {
    return this.accepted + this.refused === this.options.trace.length;
  }

  begin(): void {
    this.#beganMs = this.flock.world.nowMs;
    this.#await();
  }

  #await(): void {
    const next = this.options.trace[this.#next];
    if (!next) return;
    const { world } = this.flock;
    world.after(Math.max(0, this.#beganMs + next.atMs - world.nowMs), () => this.#arrive(next.atMs));
  }

  #arrive(atMs: number): void {
    const { trace, submitsArrays } = this.options;
    const alike = new Map<string, number[]>();
    for (let task = this.#next; trace[task]?.atMs === atMs; task = ++this.#next) {
      this.arrived += 1;
      const name = submitsArrays ? kindOf(known(trace[task], 'a task')) : String(task);
      const tasks = alike.get(name);
      if (tasks) tasks.push(task);
      else alike.set(name, [task]);
    }
    for (const tasks of alike.values()) this.#submit(this.#jobOf(tasks), tasks.length);
    this.#await();
  }

  #jobOf(tasks: readonly number[]): Submission {
    const { trace, policy } = this.options;
    const id = this.recorder.nameFor(tasks);
    const first = known(trace[tasks[0] ?? 0], 'a task');
    const needs = this.#needsOf(first.cpus);
    const key = first.key === undefined ? {} : { key: first.key };
    const how = policy === 'bounded-ring' ? {} : { policy };
    const timeout = first.fate === 'hangs' ? { timeoutMs: first.durationMs } : {};
    const lengths = tasks.map((task) => String(trace[task]?.durationMs ?? 0));
    const items = tasks.length > 1 ? { items: lengths } : {};
    const command = commandOf(first, tasks.length > 1 ? '{}' : (lengths[0] ?? '0'));
    return submissionOf(id, command, { needs, ...how, ...key, ...timeout, ...items, ...first.says });
  }

  /** Shared by all that need the same. */
  #needsOf(cpus: number): Resources {
    const known = this.#needs.get(cpus) ?? { cpus, memBytes: 0, gpus: 0, custom: {} };
    this.#needs.set(cpus, known);
    return known;
  }

  #submit(submission: Submission, tasks: number, tries = 0): void {
    const again = () => {
      const pauseMs = this.#prng.jitter(Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** tries), 0.25);
      this.flock.world.after(pauseMs, () => this.#submit({ ...submission, isKeyed: true }, tasks, tries + 1));
    };
    const gateway = this.#gateway();
    if (!gateway) return again();
    gateway.request(submission, (result) => {
      if (result?.isOk) this.accepted += tasks;
      else if (!result || WORTH_A_REPEAT.has(result.error.code)) again();
      else this.refused += tasks;
    });
  }

  #gateway(): SimNode | undefined {
    const { flock } = this;
    for (let i = 0; i < TRIES; i++) {
      const node = flock.node(`n${this.#prng.below(flock.size)}`);
      if (node.isUp) return node;
    }
    return this.#prng.pick(flock.up);
  }
}

/** What an array has in common; its tasks may differ in length, unless a timeout ends them. */
function kindOf({ cpus, key = '', exitCode, fate, durationMs, says }: Arrival): string {
  return `${says?.name ?? ''} ${fate === 'hangs' ? durationMs : ''} ${fate} ${exitCode} ${cpus} ${key}`;
}

function commandOf({ fate, exitCode }: Arrival, length: string): string {
  switch (fate) {
    case 'ends':
      return exitCode === 0 ? `sleep ${length}` : `sleep ${length} ${exitCode}`;
    case 'hangs':
      return 'hang';
    case 'kills':
      return `poison ${length}`;
  }
}
