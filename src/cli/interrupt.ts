import { setTimeout as pause } from 'node:timers/promises';
import type { Flock } from '../client/index.js';
import type { Context } from './command.js';
import { signalExit, type StopSignal } from './lifetime.js';

/** After the first Ctrl-C there is this long for the second. */
const SECOND_THOUGHTS_MS = 2_000;
/** A cancelled task of a node of our own has this long to end and to have its last output shown. */
const CANCEL_MS = 10_000;

export interface Attached {
  readonly flock: Flock;
  readonly job: string;
  /** The node runs for this command alone: leaving it means ending the job. */
  readonly ownNode: boolean;
}

/**
 * What signals do to a command that follows a job. Ctrl-C detaches, a second one within two seconds cancels; where the
 * node is the command's own, the first cancels. TERM and HUP do not wait for a second thought.
 */
export class Interrupt {
  readonly #context: Context;
  readonly #attached: Attached;
  readonly #detach = new AbortController();
  #first: StopSignal | undefined;
  #onCancel: (() => void) | undefined;
  /** Settles with the exit code once a signal has had its way; never where none comes. */
  readonly ended: Promise<number>;
  readonly #end: (code: number | Promise<number>) => void;

  constructor(context: Context, attached: Attached) {
    this.#context = context;
    this.#attached = attached;
    const { promise, resolve } = deferred();
    this.ended = promise;
    this.#end = resolve;
    context.life.onSignal((signal) => this.#hear(signal));
  }

  /** Ends what is being followed. */
  get signal(): AbortSignal {
    return this.#detach.signal;
  }

  /** The exit code that a signal decided, whatever the task then came to. */
  get code(): number | undefined {
    return this.#first === undefined ? undefined : signalExit(this.#first);
  }

  #hear(signal: StopSignal): void {
    const { out, life } = this.#context;
    const { job, ownNode } = this.#attached;
    if (this.#first === undefined) {
      this.#first = signal;
      if (ownNode) return this.#end(this.#cancelOwn(signalExit(signal)));
      this.#detach.abort();
      const again = signal === 'SIGINT' ? '; Ctrl-C again cancels it' : '';
      out.note(`detached from ${job}; follow it with \`covey logs -f ${job}\`${again}`);
      this.#end(signal === 'SIGINT' ? this.#secondThoughts(signalExit(signal)) : signalExit(signal));
    } else if (this.#onCancel) {
      this.#onCancel();
    } else {
      void life.quit(signalExit(signal));
    }
  }

  async #secondThoughts(code: number): Promise<number> {
    const cancelled = await Promise.race([
      pause(SECOND_THOUGHTS_MS, false),
      new Promise<boolean>((resolve) => (this.#onCancel = () => resolve(true))),
    ]);
    this.#onCancel = undefined;
    if (cancelled) {
      const { flock, job } = this.#attached;
      await flock.cancel(job);
      this.#context.out.note(`cancelled ${job}`);
    }
    return code;
  }

  /** The task's last words are still shown: what follows it goes on until the task has ended. */
  async #cancelOwn(code: number): Promise<number> {
    const { flock, job } = this.#attached;
    this.#context.out.note(`cancelling ${job}`);
    await flock.cancel(job).catch(() => undefined);
    await pause(CANCEL_MS, undefined, { ref: false });
    return code;
  }
}

function deferred(): { promise: Promise<number>; resolve: (code: number | Promise<number>) => void } {
  let resolve: (code: number | Promise<number>) => void = () => undefined;
  const promise = new Promise<number>((settle) => (resolve = settle));
  return { promise, resolve };
}
