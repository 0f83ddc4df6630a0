import { closeSync, openSync, writeSync } from 'node:fs';

/** One of a worker's streams: what is written there goes into a file of the call that runs, made at its first byte. */
class Captured {
  private path: string | undefined;
  private fd: number | undefined;

  constructor(stream: NodeJS.WriteStream) {
    const write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
      this.write(typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(rest[0])) : chunk);
      const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
      if (done) queueMicrotask(done);
      return true;
    };
    stream.write = write;
  }

  begin(path: string): void {
    this.path = path;
  }

  /** @returns whether anything was written */
  end(): boolean {
    this.path = undefined;
    if (this.fd === undefined) return false;
    closeSync(this.fd);
    this.fd = undefined;
    return true;
  }

  /** At once, so that nothing is lost with a worker that is ended. Between calls, or on a full disk, it is dropped. */
  write(bytes: Uint8Array): void {
    if (this.path === undefined) return;
    try {
      this.fd ??= openSync(this.path, 'a', 0o600);
      writeSync(this.fd, bytes);
    } catch {
      // Output that cannot be kept fails nobody.
    }
  }
}

function encodingOf(given: unknown): BufferEncoding {
  return typeof given === 'string' ? (given as BufferEncoding) : 'utf8';
}

/** What the worker's `process.stdout` and `process.stderr`, and so `console`, write. */
export class WorkerOutput {
  private readonly stdout = new Captured(process.stdout);
  private readonly stderr = new Captured(process.stderr);

  begin(paths: { readonly stdout: string; readonly stderr: string }): void {
    this.stdout.begin(paths.stdout);
    this.stderr.begin(paths.stderr);
  }

  /** For people who read the log: where an error came from. */
  note(text: string): void {
    this.stderr.write(Buffer.from(`${text}\n`));
  }

  /** @returns whether anything was written */
  end(): boolean {
    const [out, err] = [this.stdout.end(), this.stderr.end()];
    return out || err;
  }
}
