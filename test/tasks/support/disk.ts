import type { Put } from '../../../src/kernel/effects.js';
import { isTerminal } from '../../../src/kernel/states.js';
import type { TaskRecord } from '../../../src/tasks/record.js';
import { readStored, type StoredState } from '../../../src/node/core/stored.js';

/** A disk whose writes become durable in order, one at a time; a crash loses those that are not. */
export class Disk<Tag> {
  readonly values = new Map<string, unknown>();
  #waiting: { readonly puts: readonly Put[]; readonly tag: Tag }[] = [];

  get isQuiet(): boolean {
    return this.#waiting.length === 0;
  }

  write(puts: readonly Put[], tag: Tag): void {
    this.#waiting.push({ puts, tag });
  }

  /** Makes the oldest write durable. Throws where it would change an outcome. */
  sync(): Tag | undefined {
    const write = this.#waiting.shift();
    for (const { key, value } of write?.puts ?? []) {
      const before = this.values.get(key) as TaskRecord | undefined;
      if (key.startsWith('task/') && before && isTerminal(before.state)) {
        throw new Error(`${key} was ${before.state} for ever and is written again as ${(value as TaskRecord).state}`);
      }
      this.values.set(key, structuredClone(value));
    }
    return write?.tag;
  }

  crash(): StoredState {
    this.#waiting = [];
    return readStored({ get: (key) => this.values.get(key), range: (prefix) => this.range(prefix) });
  }

  range(prefix: string): Put[] {
    const keys = [...this.values.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => ({ key, value: structuredClone(this.values.get(key)) }));
  }
}
