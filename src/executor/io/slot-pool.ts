import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunnerLimits } from './limits.js';
import type { Processes } from './processes.js';
import { Slot } from './slot.js';
import { SlotFiles } from './slot-files.js';
import type { Watchdog } from './watchdog.js';

export interface SlotPoolOptions {
  readonly dataDir: string;
  /** Slots that are kept ready whether used or not. */
  readonly prewarm: number;
  readonly limits: RunnerLimits;
  readonly watchdog: Watchdog;
  readonly processes: Processes;
  readonly log: (message: string) => void;
  /** A slot is free, or one more could not be made and `error` says why. */
  readonly changed: (error?: Error) => void;
}

/** After a slot could not be made: a full disk or process table is not mended at once. */
const RETRY_MS = 1000;

/**
 * The slots there are. More are made one at a time while `grow` asks for them, since each costs a spawn, which blocks
 * the loop (35 ms in a daemon of 1 GB); those beyond the prewarmed end after some idle time.
 */
export class SlotPool {
  private readonly slots = new Set<Slot>();
  /** The one used last is the last: it is the next to be used, so that the others grow old. */
  private readonly idle: { readonly slot: Slot; readonly sinceMs: number }[] = [];
  private readonly retiring: NodeJS.Timeout;
  private readonly spoolDir: string;
  private readonly tmpDir: string;
  private made = 0;
  private growing = false;
  private closing = false;

  constructor(private readonly options: SlotPoolOptions) {
    this.spoolDir = join(options.dataDir, 'spool');
    this.tmpDir = join(options.dataDir, 'tmp');
    this.retiring = setInterval(() => this.retire(), options.limits.slotIdleMs / 2);
    this.retiring.unref();
  }

  /** Removes what a former daemon left and makes the prewarmed slots. @throws Error where a shell cannot be started */
  async open(): Promise<void> {
    await rm(this.tmpDir, { recursive: true, force: true });
    mkdirSync(this.tmpDir, { recursive: true, mode: 0o711 });
    for (const name of readdirSync(this.spoolDir)) {
      if (name.startsWith('slot-')) rmSync(join(this.spoolDir, name), { force: true });
    }
    await Promise.all(Array.from({ length: this.options.prewarm }, () => this.make()));
  }

  /** Slots there are, busy ones too. */
  get size(): number {
    return this.slots.size;
  }

  take(): Slot | undefined {
    for (;;) {
      const slot = this.idle.pop()?.slot;
      if (slot === undefined || slot.ready) return slot;
      void this.renew(slot);
    }
  }

  /** Makes one more slot, unless one is being made or there are enough. */
  grow(): void {
    if (this.growing || this.closing || this.slots.size >= this.options.limits.slotsMax) return;
    this.growing = true;
    setImmediate(() => {
      const made = this.make();
      void made.then(
        () => this.grown(),
        (error: Error) => this.grown(error),
      );
    });
  }

  /** Gives a slot back after an attempt; see SlotFiles.reset for the rest. */
  release(slot: Slot, usedInput: boolean, doubtful: boolean): void {
    try {
      slot.files.reset(usedInput, doubtful);
    } catch (error) {
      this.options.log(`a slot is given up: ${String(error)}`);
      void this.discard(slot);
      return;
    }
    if (slot.ready) this.free(slot);
    else void this.renew(slot);
  }

  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.retiring);
    await Promise.all([...this.slots].map((slot) => this.discard(slot)));
    await rm(this.tmpDir, { recursive: true, force: true }).catch(() => undefined);
  }

  private async make(): Promise<void> {
    const { watchdog, processes, log } = this.options;
    const name = `slot-${++this.made}`;
    const files = new SlotFiles(join(this.spoolDir, name), join(this.tmpDir, String(this.made)));
    const slot = new Slot(files, watchdog, processes, log);
    this.slots.add(slot);
    try {
      await slot.startWorker();
    } catch (error) {
      await this.discard(slot);
      throw error;
    }
    if (!this.closing) this.free(slot);
  }

  private grown(error?: Error): void {
    if (error === undefined) {
      this.growing = false;
      this.options.changed();
      return;
    }
    this.options.log(`a slot cannot be made: ${error.message}`);
    this.options.changed(error);
    setTimeout(() => {
      this.growing = false;
      this.options.changed();
    }, RETRY_MS).unref();
  }

  private free(slot: Slot): void {
    this.idle.push({ slot, sinceMs: performance.now() });
    this.options.changed();
  }

  /** A new worker for a slot that lost its own, or a new slot where the supervisor is lost as well. */
  private async renew(slot: Slot): Promise<void> {
    if (this.closing) return;
    try {
      await slot.clear();
      await slot.startWorker();
    } catch (error) {
      this.options.log(`a slot is given up: ${String(error)}`);
      await this.discard(slot);
      this.options.changed();
      return;
    }
    if (!this.closing) this.free(slot);
  }

  private async discard(slot: Slot): Promise<void> {
    this.slots.delete(slot);
    await slot.close();
  }

  private retire(): void {
    const first = this.idle[0];
    if (first === undefined || this.slots.size <= this.options.prewarm) return;
    if (performance.now() - first.sinceMs < this.options.limits.slotIdleMs) return;
    this.idle.shift();
    void this.discard(first.slot);
    this.retire();
  }
}
