import { nodeId } from '../src/kernel/ids.js';
import { Prng } from '../src/kernel/prng.js';
import { Flock } from '../simnet/world/flock.js';
import type { Row } from './row.js';

const [CPUS, LOAD] = [4, 0.7];
/** Before it falls ill, until it must get next to nothing, while it is ill, and within which it must be back, in milliseconds. */
const [BEFORE_MS, SEEN_MS, ILL_MS, AGAIN_MS] = [12_000, 5_000, 60_000, 20_000];
const MEAN_MS = 1_000;
/** 200 nodes take minutes: only where asked for. */
const SIZES = process.env['COVEY_BENCH_HUGE'] === '1' ? [5, 40, 200] : [5, 40];

/** Of a node that fails everything for a minute: its part of all attempts in simnet, and how soon it has its part again. */
export async function benchBreakers(): Promise<Row[]> {
  await Promise.resolve();
  return SIZES.map(failing);
}

function failing(nodes: number): Row {
  const flock = Flock.warm(nodes, { cpus: CPUS, seed: 1 });
  const arrivals = new Arrivals(flock);
  const sick = nodeId('n1');
  arrivals.run(BEFORE_MS);
  flock.machine(sick).failsAll = true;
  const illMs = flock.world.nowMs;
  arrivals.run(ILL_MS);
  flock.machine(sick).failsAll = false;
  const wellMs = flock.world.nowMs;
  arrivals.run(2 * AGAIN_MS);
  const part = (fromMs: number, untilMs: number) => {
    const attempts = flock.history.attempts.filter(({ startMs }) => startMs >= fromMs && startMs < untilMs);
    return (100 * attempts.filter(({ node }) => node === sick).length) / Math.max(1, attempts.length);
  };
  const [first, again] = [part(illMs, illMs + SEEN_MS), part(wellMs + AGAIN_MS, wellMs + 2 * AGAIN_MS)];
  return {
    name: `breakers: ${nodes} nodes of which one fails all`,
    ...{ figure: part(illMs + SEEN_MS, wellMs), unit: '% of the attempts', target: 1, better: 'less' },
    beside: `${first.toFixed(1)} % in the first 5 s; well for 20 to 40 s: ${again.toFixed(1)} of ${(100 / nodes).toFixed(1)} %`,
  };
}

/** Jobs of one task, handed in anywhere at random times, that are tried again where they fail. */
class Arrivals {
  readonly #prng = new Prng(78);
  #jobs = 0;
  #nextMs: number;

  constructor(private readonly flock: Flock) {
    this.#nextMs = flock.world.nowMs;
  }

  run(forMs: number): void {
    const { flock } = this;
    const untilMs = flock.world.nowMs + forMs;
    for (; this.#nextMs < untilMs; this.#nextMs += this.#draw(MEAN_MS / (flock.size * CPUS * LOAD))) {
      flock.world.run(Math.max(0, this.#nextMs - flock.world.nowMs));
      const id = `job${String(++this.#jobs).padStart(7, '0')}`;
      const command = `sleep ${Math.ceil(this.#draw(MEAN_MS))}`;
      this.#prng.pick(flock.up)?.request(flock.submission(command, { retries: 20, id }), () => undefined);
    }
    flock.world.run(untilMs - flock.world.nowMs);
  }

  #draw(mean: number): number {
    return -Math.log(1 - this.#prng.float()) * mean;
  }
}
