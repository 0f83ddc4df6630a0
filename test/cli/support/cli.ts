import { PassThrough, Readable } from 'node:stream';
import type { Io } from '../../../src/cli/io.js';
import { Lifetime } from '../../../src/cli/lifetime.js';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Given {
  readonly env?: Io['env'];
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  /** Whether somebody watches stderr, and types. */
  readonly isWatched?: boolean;
}

/** A command line that runs in this process, with streams of its own. */
export class Running {
  readonly life = new Lifetime((code) => (this.exited = code));
  /** Set where the command wanted the process to end at once. */
  exited: number | undefined;
  readonly ended: Promise<Ended>;
  readonly #out = new Collected();
  readonly #err = new Collected();

  constructor(argv: readonly string[], { env = {}, stdin = '', cwd = '/work', isWatched = false }: Given = {}) {
    const io = {
      stdin: Object.assign(Readable.from([typeof stdin === 'string' ? Buffer.from(stdin) : stdin]), {
        isTTY: isWatched,
      }),
      stdout: this.#out,
      stderr: Object.assign(this.#err, { isTTY: isWatched }),
      env,
      cwd,
    };
    this.ended = this.#run(argv, io);
  }

  /** Commands are loaded by import(); whoever loads them must be too, or there would be two of each class. */
  async #run(argv: readonly string[], io: Io): Promise<Ended> {
    const { execute } = await import('../../../src/cli/program.js');
    const code = await execute(argv, io, this.life);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  get stdout(): string {
    return this.#out.text;
  }

  get stderr(): string {
    return this.#err.text;
  }
}

/** Runs `covey ARGV` against the daemon whose data directory `data` is. */
export function covey(data: string, ...argv: readonly string[]): Promise<Ended> {
  return new Running(argv, { env: { COVEY_DATA: data } }).ended;
}

class Collected extends PassThrough {
  text = '';

  constructor() {
    super();
    this.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
  }
}
