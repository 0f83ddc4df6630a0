import { assert } from '../../src/kernel/assert.js';
import { Prng } from '../../src/kernel/prng.js';
import { EventQueue } from '../world/event-queue.js';
import { Fifo } from './fifo.js';
import { byArrival, emptyRun, milli, type ModelNode, type ModelRun, type ModelTask } from './model.js';

export interface SparrowOptions {
  /** Of the sampling. */
  readonly seed: number;
  /** One way between any two nodes. */
  readonly latencyMs: number;
  /** Probes a task. @default 2, the paper's choice */
  readonly probes?: number;
}

/** Tasks that came together, with the same needs: what Sparrow calls a job. */
interface Batch {
  readonly need: number;
  readonly tasks: Fifo<number>;
}

interface Worker {
  free: number;
  readonly slots: number;
  readonly speed: number;
  /** Places in the queue; what will run in one is decided when it comes up. */
  readonly reservations: Fifo<Batch>;
}

/**
 * Batch sampling with late binding, after Ousterhout, Wendell, Zaharia, Stoica: Sparrow: Distributed, Low Latency
 * Scheduling (SOSP 2013). For m tasks that arrive at one instant d·m workers are probed, different ones as far as there
 * are so many; each puts a reservation into its queue, and when that comes up and there is room, asks the scheduler for a
 * task, the room held for the round trip; the scheduler has one or the workers before were enough. Without the paper's
 * proactive cancellation. Only workers that are large enough are probed.
 */
export function runSparrow(
  tasks: readonly ModelTask[],
  nodes: readonly ModelNode[],
  options: SparrowOptions,
): ModelRun {
  return new Sparrow(tasks, nodes, options).run();
}

class Sparrow {
  readonly #queue = new EventQueue();
  readonly #prng: Prng;
  readonly #run;
  readonly #workers: readonly Worker[];
  readonly #largeEnough = new Map<number, readonly number[]>();
  readonly #latencyMs: number;
  readonly #probes: number;
  readonly #messages = { probe: 0, ask: 0, launch: 0, noTask: 0 };
  #events = 0;

  constructor(
    private readonly tasks: readonly ModelTask[],
    nodes: readonly ModelNode[],
    { seed, latencyMs, probes = 2 }: SparrowOptions,
  ) {
    assert(probes >= 1, () => `${probes} probes a task leave tasks that no worker asks for`);
    this.#prng = new Prng(seed);
    this.#run = emptyRun(tasks.length);
    this.#latencyMs = latencyMs;
    this.#probes = probes;
    this.#workers = nodes.map(({ slots, speed }) => ({
      free: milli(slots),
      slots: milli(slots),
      speed,
      reservations: new Fifo<Batch>(),
    }));
  }

  run(): ModelRun {
    const order = byArrival(this.tasks);
    for (let from = 0; from < order.length;) {
      const first = this.#task(order[from]);
      const need = milli(first.cpus);
      const batch = new Fifo<number>();
      let size = 0;
      for (; from + size < order.length; size++) {
        const next = this.#task(order[from + size]);
        if (next.atMs !== first.atMs || milli(next.cpus) !== need) break;
        batch.push(order[from + size] ?? 0);
      }
      from += size;
      this.#until(first.atMs);
      this.#probe({ need, tasks: batch }, Math.ceil(this.#probes * size), first.atMs);
    }
    this.#until(Infinity);
    return { ...this.#run, messages: this.#messages, events: this.#events };
  }

  #task(index: number | undefined): ModelTask {
    const task = index === undefined ? undefined : this.tasks[index];
    assert(task !== undefined, 'a task of the trace is not there');
    return task;
  }

  #until(endMs: number): void {
    for (let next = this.#queue.next(endMs); next !== undefined; next = this.#queue.next(endMs)) {
      this.#events += 1;
      next.run();
    }
  }

  #probe(batch: Batch, probes: number, nowMs: number): void {
    const workers = this.#fit(batch.need);
    if (workers.length === 0) return;
    const rounds = Math.floor(probes / workers.length);
    const chosen = [
      ...Array.from({ length: rounds }, () => workers).flat(),
      ...this.#prng.sample(workers, probes - rounds * workers.length),
    ];
    this.#messages.probe += chosen.length;
    const atMs = nowMs + this.#latencyMs;
    for (const index of chosen) {
      this.#queue.add(atMs, () => {
        this.#workers[index]?.reservations.push(batch);
        this.#serve(index, atMs);
      });
    }
  }

  #fit(need: number): readonly number[] {
    const known = this.#largeEnough.get(need);
    const fit = known ?? this.#workers.flatMap(({ slots }, i) => (slots >= need ? [i] : []));
    if (known === undefined) this.#largeEnough.set(need, fit);
    return fit;
  }

  /** Asks for a task for every reservation that has come up and has room. */
  #serve(index: number, nowMs: number): void {
    const worker = this.#workers[index];
    if (worker === undefined) return;
    for (let batch = worker.reservations.head; batch !== undefined && batch.need <= worker.free;) {
      const asking = batch;
      worker.reservations.shift();
      worker.free -= asking.need;
      this.#messages.ask += 1;
      this.#queue.add(nowMs + this.#latencyMs, () => this.#answer(index, worker, asking, nowMs + this.#latencyMs));
      batch = worker.reservations.head;
    }
  }

  #answer(index: number, worker: Worker, batch: Batch, nowMs: number): void {
    const task = batch.tasks.shift();
    const thereMs = nowMs + this.#latencyMs;
    this.#messages[task === undefined ? 'noTask' : 'launch'] += 1;
    const endMs = task === undefined ? thereMs : thereMs + this.#task(task).durationMs / worker.speed;
    if (task !== undefined) {
      this.#run.node[task] = index;
      this.#run.startMs[task] = thereMs;
      this.#run.endMs[task] = endMs;
    }
    this.#queue.add(endMs, () => {
      worker.free += batch.need;
      this.#serve(index, endMs);
    });
  }
}
