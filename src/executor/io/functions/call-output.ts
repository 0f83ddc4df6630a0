import { existsSync } from 'node:fs';
import type { AttemptEnd, OutputChunk, OutputStream } from '../../runner.js';
import type { RunnerLimits } from '../limits.js';
import { OutputFile } from '../output-file.js';
import type { Spool } from '../spool.js';
import type { CallOrder } from './order.js';

export type Output = Pick<AttemptEnd, 'stdoutTail' | 'stderrTail' | 'stdoutBytes' | 'stderrBytes'>;

const NOTHING = new Uint8Array(0);
const SILENCE: Output = { stdoutTail: NOTHING, stderrTail: NOTHING, stdoutBytes: 0, stderrBytes: 0 };

/** What one call writes: its worker makes the files at the first byte, and they are opened here where somebody reads on. */
export class CallOutput {
  readonly #files: Partial<Record<OutputStream, OutputFile>> = {};

  constructor(
    private readonly order: Pick<CallOrder, 'key' | OutputStream>,
    private readonly spool: Spool,
  ) {}

  read(stream: OutputStream, offset: number, limit: number): OutputChunk {
    return { ...(this.#file(stream)?.read(offset, limit) ?? { data: NOTHING, offset }), eof: false };
  }

  /** Those that there are. */
  *files(): Generator<OutputFile> {
    for (const stream of ['stdout', 'stderr'] as const) {
      const file = this.#file(stream);
      if (file) yield file;
    }
  }

  /** It has ended, and has written nothing. */
  keepNothing(): Output {
    this.spool.keepSilence(this.order.key);
    return SILENCE;
  }

  /** It has ended: the spool has it from now on. */
  keep({ tailBytes }: Pick<RunnerLimits, 'tailBytes'>, log: (message: string) => void): Output {
    const { key, stdout: outPath, stderr: errPath } = this.order;
    if (!existsSync(outPath) && !existsSync(errPath)) return this.keepNothing();
    try {
      const stdout = (this.#files.stdout ??= new OutputFile(outPath, 'a+'));
      const stderr = (this.#files.stderr ??= new OutputFile(errPath, 'a+'));
      stdout.seal();
      stderr.seal();
      const tails = { stdoutTail: stdout.tail(tailBytes), stderrTail: stderr.tail(tailBytes) };
      const sizes = { stdoutBytes: stdout.end(), stderrBytes: stderr.end() };
      this.spool.keep(key, stdout, stderr);
      stdout.close();
      stderr.close();
      return { ...tails, ...sizes };
    } catch (error) {
      log(`the output of ${key} is lost: ${String(error)}`);
      return this.keepNothing();
    }
  }

  #file(stream: OutputStream): OutputFile | undefined {
    if (!this.#files[stream] && existsSync(this.order[stream])) {
      this.#files[stream] = new OutputFile(this.order[stream], 'a+');
    }
    return this.#files[stream];
  }
}
