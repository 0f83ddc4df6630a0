import { waitingAt } from '../../src/kernel/load.js';
import type { Series } from '../measure/result.js';
import type { Flock } from '../world/flock.js';
import type { SimNode } from '../world/sim-node.js';
import type { Clients } from './clients.js';
import type { Recorder } from './recorder.js';

/** Rows of the heat map. */
const GROUPS_MAX = 64;
/** Beyond so many samples every other one is dropped. */
const SAMPLES_MAX = 1_200;

/** One look at a flock; what ends in `Total` counts from the beginning. */
interface Sample {
  readonly atMs: number;
  readonly utilisation: number;
  readonly running: number;
  readonly queued: number;
  readonly queuedMaxOfANode: number;
  readonly nodesUp: number;
  readonly viewsRight: number;
  readonly arrived: number;
  readonly finished: number;
  readonly messagesTotal: number;
  readonly startedTotal: number;
  readonly waitedMsTotal: number;
  readonly queuedByGroup: Float32Array;
}

/** Looks at a flock at equal steps of virtual time. */
export class Sampler {
  #samples: Sample[] = [];
  #stepMs: number;
  #nextMs = 0;
  readonly #perGroup: number;
  readonly #groups: number;
  readonly #beganMs: number;
  readonly #messagesBefore: number;

  /**
   * @param nodesMax - that there will ever be
   * @param stepMs - at first; it doubles whenever there are too many samples
   */
  constructor(
    private readonly flock: Flock,
    private readonly recorder: Recorder,
    private readonly clients: Clients,
    nodesMax: number,
    stepMs: number,
  ) {
    this.#stepMs = stepMs;
    this.#perGroup = Math.ceil(nodesMax / GROUPS_MAX);
    this.#groups = Math.ceil(nodesMax / this.#perGroup);
    this.#beganMs = flock.world.nowMs;
    this.#messagesBefore = this.#messages();
  }

  /** Until the next look. */
  get waitMs(): number {
    return Math.max(0, this.#beganMs + this.#nextMs - this.flock.world.nowMs);
  }

  look(): void {
    this.#samples.push(this.#sample());
    if (this.#samples.length >= SAMPLES_MAX) {
      this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
      this.#stepMs *= 2;
    }
    this.#nextMs = this.#samples.length * this.#stepMs;
  }

  series(): Series {
    const samples = this.#samples;
    const rates = samples.map((sample, i) => ratesOf(sample, samples[i - 1]));
    return {
      atMs: samples.map((s) => s.atMs),
      utilisation: samples.map((s) => s.utilisation),
      running: samples.map((s) => s.running),
      queued: samples.map((s) => s.queued),
      queuedMaxOfANode: samples.map((s) => s.queuedMaxOfANode),
      nodesUp: samples.map((s) => s.nodesUp),
      viewsRight: samples.map((s) => s.viewsRight),
      arrived: samples.map((s) => s.arrived),
      finished: samples.map((s) => s.finished),
      messagesPerS: rates.map((r) => r.messagesPerS),
      waitMs: rates.map((r) => r.waitMs),
      queuedByGroup: Array.from({ length: this.#groups }, (_, group) =>
        samples.map((s) => s.queuedByGroup[group] ?? 0),
      ),
    };
  }

  #sample(): Sample {
    const { flock, recorder, clients } = this;
    const up = flock.up;
    const queuedByGroup = new Float32Array(this.#groups);
    let [running, queued, queuedMaxOfANode, busy, slots] = [0, 0, 0, 0, 0];
    for (const { core, id } of up) {
      const { index, profile } = flock.machine(id);
      // What it says of its own load; `stats()` counts much that is not asked for here.
      const load = core.view.loads.of(id);
      const waiting = load ? waitingAt(load) : 0;
      running += load?.running ?? 0;
      queued += waiting;
      queuedMaxOfANode = Math.max(queuedMaxOfANode, waiting);
      slots += profile.capacity.cpus;
      busy += load ? profile.capacity.cpus - load.free : 0;
      const group = Math.floor(index / this.#perGroup);
      queuedByGroup[group] = (queuedByGroup[group] ?? 0) + waiting / this.#perGroup;
    }
    return {
      ...{ running, queued, queuedMaxOfANode, queuedByGroup },
      atMs: flock.world.nowMs - this.#beganMs,
      utilisation: slots > 0 ? Math.min(1, busy / slots) : 0,
      nodesUp: up.length,
      viewsRight: viewsRight(flock, up),
      arrived: clients.arrived,
      finished: recorder.finishedCount,
      messagesTotal: this.#messages() - this.#messagesBefore,
      startedTotal: recorder.startedCount,
      waitedMsTotal: recorder.waitedMs,
    };
  }

  #messages(): number {
    return this.flock.ids.reduce((sum, id) => sum + this.flock.network.traffic(id).messages, 0);
  }
}

function ratesOf(now: Sample, before: Sample | undefined): { readonly messagesPerS: number; readonly waitMs: number } {
  if (!before) return { messagesPerS: 0, waitMs: 0 };
  const started = now.startedTotal - before.startedTotal;
  const messages = now.messagesTotal - before.messagesTotal;
  return {
    messagesPerS: (1000 * messages) / (now.atMs - before.atMs),
    waitMs: started > 0 ? (now.waitedMsTotal - before.waitedMsTotal) / started : 0,
  };
}

/** Who believes as many alive as are up, and none of those that are not, believes just those that are. */
function viewsRight(flock: Flock, up: readonly SimNode[]): number {
  if (up.length === 0) return 1;
  const isUp = new Set<string>(up.map(({ id }) => id));
  const down = flock.ids.filter((id) => !isUp.has(id));
  const right = up.filter(({ core: { membership } }) => {
    return membership.counts.alive === up.length && down.every((id) => membership.get(id)?.state !== 'alive');
  });
  return right.length / up.length;
}
