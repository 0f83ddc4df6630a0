import { EventQueue } from '../world/event-queue.js';
import { Fifo } from './fifo.js';
import { byArrival, emptyRun, milli, type ModelNode, type ModelRun, type ModelTask } from './model.js';

/**
 * One queue that knows everything at once: first come, first served, without any latency. A task starts the moment a node
 * has room for it, on the fastest of those that have, and of equals on the one with most room. Where tasks need different
 * numbers of CPUs, small ones may pass large ones that fit nowhere yet: no slot stays empty that a waiting task fits.
 */
export function runCentral(tasks: readonly ModelTask[], nodes: readonly ModelNode[]): ModelRun {
  return new Central(tasks, nodes).run();
}

class Central {
  readonly #ends = new EventQueue();
  readonly #run;
  readonly #free: Int32Array;
  readonly #speed: Float64Array;
  /** What waits, by the thousandths of CPUs that it needs. */
  readonly #waiting = new Map<number, Fifo<number>>();
  readonly #mostSlots: number;
  #events = 0;
  /** Where the last search ended: nodes that are alike take turns. */
  #turn = 0;

  constructor(
    private readonly tasks: readonly ModelTask[],
    nodes: readonly ModelNode[],
  ) {
    this.#run = emptyRun(tasks.length);
    this.#free = Int32Array.from(nodes, ({ slots }) => milli(slots));
    this.#speed = Float64Array.from(nodes, ({ speed }) => speed);
    this.#mostSlots = this.#free.reduce((a, b) => Math.max(a, b), 0);
  }

  run(): ModelRun {
    for (const task of byArrival(this.tasks)) {
      const atMs = this.tasks[task]?.atMs ?? 0;
      this.#until(atMs);
      this.#events += 1;
      const need = this.#need(task);
      if (need > this.#mostSlots) continue;
      const node = this.#roomFor(need);
      if (node < 0) this.#wait(task, need);
      else this.#start(task, node, need, atMs);
    }
    this.#until(Infinity);
    return { ...this.#run, messages: {}, events: this.#events };
  }

  #until(endMs: number): void {
    for (let next = this.#ends.next(endMs); next !== undefined; next = this.#ends.next(endMs)) {
      this.#events += 1;
      next.run();
    }
  }

  #need(task: number): number {
    return milli(this.tasks[task]?.cpus ?? 1);
  }

  #wait(task: number, need: number): void {
    const alike = this.#waiting.get(need) ?? new Fifo<number>();
    this.#waiting.set(need, alike);
    alike.push(task);
  }

  #roomFor(need: number): number {
    const free = this.#free;
    const speed = this.#speed;
    const n = free.length;
    let best = -1;
    for (let step = 1, i = this.#turn; step <= n; step++) {
      i = i + 1 < n ? i + 1 : 0;
      const room = free[i] ?? 0;
      if (room < need) continue;
      const gain = best < 0 ? 1 : (speed[i] ?? 0) - (speed[best] ?? 0);
      if (gain > 0 || (gain === 0 && room > (free[best] ?? 0))) best = i;
    }
    if (best >= 0) this.#turn = best;
    return best;
  }

  #start(task: number, node: number, need: number, nowMs: number): void {
    const endMs = nowMs + (this.tasks[task]?.durationMs ?? 0) / (this.#speed[node] ?? 1);
    this.#run.node[task] = node;
    this.#run.startMs[task] = nowMs;
    this.#run.endMs[task] = endMs;
    this.#free[node] = (this.#free[node] ?? 0) - need;
    this.#ends.add(endMs, () => {
      this.#free[node] = (this.#free[node] ?? 0) + need;
      this.#refill(node, endMs);
    });
  }

  /** Only this node has more room than before, so nothing that waits can start elsewhere. */
  #refill(node: number, nowMs: number): void {
    for (;;) {
      const oldest = this.#oldestFor(this.#free[node] ?? 0);
      if (oldest === undefined) return;
      oldest.queue.shift();
      this.#start(oldest.task, node, oldest.need, nowMs);
    }
  }

  #oldestFor(room: number): { readonly task: number; readonly need: number; readonly queue: Fifo<number> } | undefined {
    let oldest;
    for (const [need, queue] of this.#waiting) {
      const task = queue.head;
      if (task !== undefined && need <= room && (oldest === undefined || this.#isBefore(task, oldest.task))) {
        oldest = { task, need, queue };
      }
    }
    return oldest;
  }

  #isBefore(a: number, b: number): boolean {
    return ((this.tasks[a]?.atMs ?? 0) - (this.tasks[b]?.atMs ?? 0) || a - b) < 0;
  }
}
