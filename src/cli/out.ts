import { once } from 'node:events';
import type { CoveyError } from '../client/index.js';
import { errorLine } from './exit.js';
import type { Globals } from './globals.js';
import type { Io } from './io.js';

/** Where a command's words go: answers to stdout, everything else to stderr. */
export class Out {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether stdout takes colours. */
  readonly color: boolean;
  readonly #io: Io;

  constructor(io: Io, globals: Globals) {
    this.#io = io;
    this.json = globals.json;
    this.quiet = globals.quiet;
    this.color = globals.color && io.stdout.isTTY === true && (io.env['NO_COLOR'] ?? '') === '';
  }

  line(text: string): void {
    this.#io.stdout.write(`${text}\n`);
  }

  /** One object on one line. */
  object(value: unknown): void {
    this.line(JSON.stringify(value));
  }

  /** A part of a line. */
  raw(text: string): void {
    this.#io.stdout.write(text);
  }

  /** Once whoever reads has taken most of what was written. */
  async drained(): Promise<void> {
    if (this.#io.stdout.writableNeedDrain) await once(this.#io.stdout, 'drain');
  }

  /** An error that does not end the command. */
  error(error: CoveyError): void {
    this.#io.stderr.write(`${errorLine(error, this.json)}\n`);
  }

  /** A remark for people: none with --json or --quiet. */
  note(text: string): void {
    if (!this.json && !this.quiet) this.#io.stderr.write(`covey: ${text}\n`);
  }
}
