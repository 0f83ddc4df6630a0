import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from './environment.js';

export const PROBE_KEY = 'node/probe';

const RETRY_MS = 1_000;
/** More than most transactions write. Its pages stay in the map, free, for what comes next. */
const PROBE_BYTES = 64 * 1024;

/** Holds the environment of a store, and brings it back after a failure. */
export class Recovery {
  #env: Environment;
  #isOpen = true;
  readonly #end = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    env: Environment,
    private readonly dir: string,
    private readonly reopen: () => Environment,
  ) {
    this.#env = env;
  }

  get env(): Environment {
    return this.#env;
  }

  /** Resolves once something could be written and synced; never where it is closed before. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#running = this.#try(resolve);
    });
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#running;
    if (this.#isOpen) await this.#env.close();
    this.#isOpen = false;
  }

  async #try(recovered: () => void): Promise<void> {
    const { signal } = this.#end;
    for (;;) {
      try {
        await pause(RETRY_MS, undefined, { signal });
        // A plain file first: LMDB writes to standard error whatever it cannot do.
        await this.#probeFile();
        await this.#renew();
        await this.#probeMap();
        return recovered();
      } catch {
        if (signal.aborted) return;
      }
    }
  }

  async #probeFile(): Promise<void> {
    const path = join(this.dir, 'probe');
    try {
      const file = await open(path, 'w', 0o600);
      try {
        await file.writeFile(Buffer.alloc(PROBE_BYTES));
        await file.sync();
      } finally {
        await file.close();
      }
    } finally {
      await rm(path, { force: true });
    }
  }

  /**
   * After a failed sync nobody knows which pages are on disk; opening anew goes back to the last that were. Closing ends in
   * the turn of the loop in which it began, as nothing is on its way, so nobody reads in between.
   */
  async #renew(): Promise<void> {
    if (this.#isOpen) await this.#env.close();
    this.#isOpen = false;
    this.#env = this.reopen();
    this.#isOpen = true;
  }

  async #probeMap(): Promise<void> {
    const key = Buffer.from(PROBE_KEY);
    await this.#env.commit([{ key, value: Buffer.alloc(PROBE_BYTES) }]);
    await this.#env.commit([{ key, value: undefined }]);
  }
}
