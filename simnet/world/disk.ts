import type { Put } from '../../src/kernel/effects.js';
import type { World } from './world.js';

/** A store that survives its node: what was not yet durable at a crash never was. */
export class Disk {
  readonly #entries = new Map<string, unknown>();
  #lastMs = 0;
  #life = 0;

  /** @param onDurable - looks at each put before it takes the place of the former value */
  constructor(
    private readonly world: World,
    private readonly writeMs: () => number,
    private readonly onDurable: (put: Put, before: unknown) => void,
  ) {}

  write(puts: readonly Put[], done: () => void): void {
    const copies = puts.map(({ key, value }) => ({ key, value: copied(value) }));
    const life = this.#life;
    this.#lastMs = Math.max(this.#lastMs, this.world.nowMs + this.writeMs());
    this.world.after(this.#lastMs - this.world.nowMs, () => {
      if (life !== this.#life) return;
      for (const put of copies) this.#apply(put);
      done();
    });
  }

  get(key: string): unknown {
    return this.#entries.get(key);
  }

  range(prefix: string): readonly Put[] {
    const keys = [...this.#entries.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => ({ key, value: this.#entries.get(key) }));
  }

  crash(): void {
    this.#life += 1;
  }

  #apply(put: Put): void {
    this.onDurable(put, this.#entries.get(put.key));
    if (put.value === undefined) this.#entries.delete(put.key);
    else this.#entries.set(put.key, put.value);
  }
}

/** As a codec leaves it: nobody who keeps the value written can change what is stored. */
function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Uint8Array) return value.slice();
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]));
}
