import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, rmSync, unlinkSync } from 'node:fs';

const NOTHING = new Uint8Array(0);

/** A file that grew to this is made empty before the next attempt. */
const RECYCLED_BYTES = 2 ** 20;

/**
 * A file that processes append one stream of one attempt after another to. It is neither made anew nor made empty for
 * each: ext4 takes 0.7 ms to make a file where others were removed within 5 s, and writes a file to disk at the next
 * close once it was truncated to nothing; either costs more than a short command. Offsets count from the attempt's first
 * byte, cut ones included.
 */
export class OutputFile {
  private fd: number;
  /** Where in the file the attempt's output begins. */
  private origin = 0;
  /** Bytes cut from the front, and the last few of them. */
  private cutBytes = 0;
  private cutTail: Uint8Array = NOTHING;
  private sealedSize: number | undefined;
  /** False once it was replaced and no new one could be made: `path` is not what is read here. */
  private inPlace = true;

  /**
   * @param flags - `a+` takes up what has been written already
   * @throws Error of the file system
   */
  constructor(
    readonly path: string,
    flags: 'w+' | 'a+' = 'w+',
  ) {
    this.fd = openSync(path, flags, 0o600);
  }

  /** The offset of the first byte that is still there. */
  get start(): number {
    return this.cutBytes;
  }

  /** Where in the file `start` lies. */
  get position(): number {
    return this.origin;
  }

  /** The offset beyond the last byte written so far. */
  end(): number {
    return this.cutBytes + this.size();
  }

  /** Nothing is written any more, until the next attempt: the size need not be asked again. */
  seal(): void {
    this.sealedSize = this.size();
  }

  /** Bytes from `offset` on, or from the first that is still there. */
  read(offset: number, limit: number): { readonly data: Uint8Array; readonly offset: number } {
    const from = Math.max(offset, this.cutBytes);
    const length = Math.max(0, Math.min(limit, this.end() - from));
    return { data: readAt(this.fd, this.origin + from - this.cutBytes, length), offset: from };
  }

  /** The last bytes written, cut or not, at most `limit`. */
  tail(limit: number): Uint8Array {
    const end = this.end();
    if (end === 0) return NOTHING;
    const { data } = this.read(Math.max(end - limit, 0), limit);
    if (data.length >= limit || this.cutTail.length === 0) return data;
    return Buffer.concat([this.cutTail, data]).subarray(-limit);
  }

  /** Drops the last of what was written, where it is this; who appends goes on before it. */
  dropEnd(text: Uint8Array): void {
    const size = this.size();
    const position = this.origin + size - text.length;
    if (size < text.length || Buffer.compare(readAt(this.fd, position, text.length), text) !== 0) return;
    ftruncateSync(this.fd, position);
  }

  /** Drops what was written so far; those who append go on at the new beginning. */
  cut(tailBytes: number): void {
    const end = this.end();
    this.cutTail = this.tail(tailBytes);
    this.cutBytes = end;
    ftruncateSync(this.fd, 0);
    this.origin = 0;
  }

  /** Makes ready for the next attempt. @throws Error where a `replace` failed */
  clear(): void {
    if (!this.inPlace) throw new Error(`${this.path} could not be made anew`);
    this.origin += this.size();
    if (this.origin > RECYCLED_BYTES) {
      ftruncateSync(this.fd, 0);
      this.origin = 0;
    }
    this.forget();
  }

  /**
   * Parts with the file, to `path` or for good, and takes an empty one: who still appends to the old one does not
   * reach the next attempt's.
   *
   * @throws Error of the file system
   */
  replace(path?: string): void {
    this.inPlace = false;
    if (path === undefined) unlinkSync(this.path);
    else renameSync(this.path, path);
    const fd = openSync(this.path, 'w+', 0o600);
    this.inPlace = true;
    closeSync(this.fd);
    this.fd = fd;
    this.origin = 0;
    this.forget();
  }

  /** Removes the file. */
  close(): void {
    closeSync(this.fd);
    rmSync(this.path, { force: true });
  }

  private size(): number {
    return this.sealedSize ?? fstatSync(this.fd).size - this.origin;
  }

  private forget(): void {
    this.sealedSize = undefined;
    this.cutBytes = 0;
    this.cutTail = NOTHING;
  }
}

/** Reads up to `length` bytes; fewer where the file ends before. */
export function readAt(fd: number, position: number, length: number): Uint8Array {
  if (length <= 0) return NOTHING;
  const data = Buffer.allocUnsafe(length);
  let done = 0;
  for (let n = -1; done < length && n !== 0; done += n) n = readSync(fd, data, done, length - done, position + done);
  return data.subarray(0, done);
}
