import { constants } from 'node:os';

export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** What must be put away takes no longer than this. */
const END_MS_MAX = 10_000;

/** The status of a process that a signal ended, as shells say it. */
export function signalExit(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}

/** The end of a command: who hears of signals, and what is put away before the process goes. */
export class Lifetime {
  readonly #exit: (code: number) => void;
  readonly #hooks: (() => unknown)[] = [];
  #onSignal: ((signal: StopSignal) => void) | undefined;
  #onReaderGone: () => Promise<unknown> = () => Promise.resolve();
  #readerGone: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(exit: (code: number) => void) {
    this.#exit = exit;
  }

  /** `hook` runs once when the command ends, however it ends; the last one first. */
  atEnd(hook: () => unknown): void {
    this.#hooks.push(hook);
  }

  /** Takes signals over. Without a handler a signal ends the process at once. */
  onSignal(handler: (signal: StopSignal) => void): void {
    this.#onSignal = handler;
  }

  signal(signal: StopSignal): void {
    if (this.#onSignal && this.#closing === undefined) this.#onSignal(signal);
    else void this.quit(signalExit(signal));
  }

  /** Takes over what is to end once nobody reads the output any more (`| head`). */
  onReaderGone(handler: () => Promise<unknown>): void {
    this.#onReaderGone = handler;
  }

  /** That is no failure: the rest is not wanted. Called again, it waits for the same end. */
  readerGone(): Promise<void> {
    this.#readerGone ??= this.#onReaderGone()
      .catch(() => undefined)
      .then(() => this.quit(0));
    return this.#readerGone;
  }

  /** Runs the hooks and exits; asked a second time, exits without waiting for them. */
  async quit(code: number): Promise<void> {
    if (this.#closing !== undefined) return this.#exit(code);
    await this.close();
    this.#exit(code);
  }

  close(): Promise<void> {
    this.#closing ??= this.#runHooks();
    return this.#closing;
  }

  async #runHooks(): Promise<void> {
    const patience = setTimeout(() => this.#exit(1), END_MS_MAX);
    for (const hook of this.#hooks.reverse()) {
      await new Promise((resolve) => resolve(hook())).catch(() => undefined);
    }
    clearTimeout(patience);
  }
}
