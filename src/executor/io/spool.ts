import { closeSync, mkdirSync, openSync, readdirSync, readSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputChunk, OutputStream } from '../runner.js';
import type { RunnerLimits } from './limits.js';
import { readAt, type OutputFile } from './output-file.js';

/** A file that holds output of ended attempts: a segment that many share, or one stream of one attempt. */
interface Holder {
  readonly path: string;
  bytes: number;
}

/** Where one stream of an ended attempt lies. */
interface Place {
  readonly holder: Holder | undefined;
  readonly at: number;
  /** Offset of the first byte kept, and beyond the last. */
  readonly start: number;
  readonly end: number;
}

type Kept = Readonly<Record<OutputStream, Place>>;

/** A segment's record: this line, then the bytes of stdout and of stderr. */
interface Header {
  readonly key: string;
  readonly stdout: readonly [start: number, bytes: number];
  readonly stderr: readonly [start: number, bytes: number];
}

const HEADER_BYTES_MAX = 512;
/** Attempts that were silent may be so many more for a while, in parts of those that are kept. */
const EXCESS = 1 / 16;
const SILENT: Place = { holder: undefined, at: 0, start: 0, end: 0 };
const SILENCE: Kept = { stdout: SILENT, stderr: SILENT };

/**
 * Output of ended attempts, in files under one directory, bounded in bytes and attempts, the oldest dropped first. Small
 * output is appended to a segment that many attempts share; large output keeps the file it was written to. What a former
 * daemon left in the directory is found again, large output excepted that it had no time to name.
 */
export class Spool {
  private readonly kept = new Map<string, Kept>();
  private readonly holders = new Set<Holder>();
  private segment: { readonly fd: number; readonly holder: Holder } | undefined;
  private bytes = 0;
  private count = 0;

  /** @throws Error of the file system */
  constructor(
    private readonly dir: string,
    private readonly limits: RunnerLimits,
    private readonly log: (message: string) => void,
  ) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const names = readdirSync(dir).filter((name) => /^\d+\.(seg|big)/.test(name));
    for (const name of names.sort((a, b) => parseInt(a) - parseInt(b))) this.adopt(name);
  }

  /** Takes over what an attempt wrote; its files may be emptied then. Losing output to a full disk loses nothing else. */
  keep(key: string, stdout: OutputFile, stderr: OutputFile): void {
    try {
      this.kept.set(key, this.store(key, stdout, stderr));
    } catch (error) {
      this.close();
      this.log(`the output of ${key} is lost: ${String(error)}`);
    }
    this.shrink();
  }

  /** The attempt has ended, and wrote nothing. */
  keepSilence(key: string): void {
    this.kept.set(key, SILENCE);
    // The oldest entries of a large map are slow to come to where many before them were deleted: not for each one anew.
    if (this.kept.size > this.limits.keptAttemptsMax * (1 + EXCESS)) this.shrink();
  }

  /** Undefined where nothing is known of the attempt, or its output was dropped. @param offset - see Runner.read */
  read(key: string, stream: OutputStream, offset: number, limit: number): OutputChunk | undefined {
    const place = this.kept.get(key)?.[stream];
    if (place === undefined) return undefined;
    const from = Math.min(Math.max(offset, place.start), place.end);
    const length = Math.min(limit, place.end - from);
    if (place.holder === undefined || length <= 0) {
      return { data: new Uint8Array(0), offset: Math.max(from, offset), eof: from === place.end };
    }
    if (!this.holders.has(place.holder)) return undefined;
    const fd = openSync(place.holder.path, 'r');
    try {
      const data = readAt(fd, place.at + from - place.start, length);
      return { data, offset: from, eof: from + data.length >= place.end };
    } finally {
      closeSync(fd);
    }
  }

  close(): void {
    if (this.segment) closeSync(this.segment.fd);
    this.segment = undefined;
  }

  private store(key: string, stdout: OutputFile, stderr: OutputFile): Kept {
    const [outEnd, errEnd] = [stdout.end(), stderr.end()];
    const [outSize, errSize] = [outEnd - stdout.start, errEnd - stderr.start];
    if (outEnd + errEnd === 0) return SILENCE;
    if (outSize + errSize > this.limits.sharedBytesMax) {
      return {
        stdout: this.storeFile(key, 'stdout', stdout, outEnd),
        stderr: this.storeFile(key, 'stderr', stderr, errEnd),
      };
    }
    const header: Header = { key, stdout: [stdout.start, outSize], stderr: [stderr.start, errSize] };
    const [out, err] = [stdout.read(0, outSize).data, stderr.read(0, errSize).data];
    const { fd, holder } = this.openSegment();
    const line = Buffer.from(JSON.stringify(header) + '\n');
    const record = Buffer.concat([line, out, err]);
    if (writeSync(fd, record) < record.length) throw new Error('no space left for output');
    const at = holder.bytes + line.length;
    this.grow(holder, record.length);
    return place(header, holder, at);
  }

  private storeFile(key: string, stream: OutputStream, file: OutputFile, end: number): Place {
    const { start, position: at } = file;
    if (end === 0) return SILENT;
    const name = `${++this.count}.big.${stream}.${at}.${start}.${encodeURIComponent(key)}`;
    const holder: Holder = { path: join(this.dir, name), bytes: 0 };
    file.replace(holder.path);
    this.grow(holder, at + end - start);
    return { holder, at, start, end };
  }

  private openSegment(): { readonly fd: number; readonly holder: Holder } {
    if (this.segment && this.segment.holder.bytes < this.limits.segmentBytesMax) return this.segment;
    this.close();
    const path = join(this.dir, `${++this.count}.seg`);
    this.segment = { fd: openSync(path, 'ax', 0o600), holder: { path, bytes: 0 } };
    return this.segment;
  }

  private grow(holder: Holder, bytes: number): void {
    this.holders.add(holder);
    holder.bytes += bytes;
    this.bytes += bytes;
  }

  private shrink(): void {
    for (const holder of this.holders) {
      if (this.bytes <= this.limits.spoolBytesMax) break;
      if (holder !== this.segment?.holder) this.drop(holder);
    }
    for (const [key, { stdout, stderr }] of this.kept) {
      if (this.kept.size <= this.limits.keptAttemptsMax) break;
      this.kept.delete(key);
      for (const { holder } of [stdout, stderr]) if (holder && !holder.path.endsWith('.seg')) this.drop(holder);
    }
  }

  private drop(holder: Holder): void {
    if (!this.holders.delete(holder)) return;
    this.bytes -= holder.bytes;
    unlinkSync(holder.path);
  }

  private adopt(name: string): void {
    const holder: Holder = { path: join(this.dir, name), bytes: 0 };
    const size = statSync(holder.path).size;
    this.count = Math.max(this.count, parseInt(name));
    this.grow(holder, size);
    const big = /^\d+\.big\.(stdout|stderr)\.(\d+)\.(\d+)\.(.+)$/.exec(name);
    if (big) {
      const [stream, at, start, key] = [big[1], Number(big[2]), Number(big[3]), decodeURIComponent(big[4] ?? '')];
      const other = this.kept.get(key) ?? SILENCE;
      this.kept.set(key, { ...other, [stream as OutputStream]: { holder, at, start, end: start + size - at } });
    } else {
      this.adoptSegment(holder, size);
    }
  }

  /** A record that was not written in full, at the end of a segment, is passed over. */
  private adoptSegment(holder: Holder, size: number): void {
    const fd = openSync(holder.path, 'r');
    const buffer = Buffer.alloc(HEADER_BYTES_MAX);
    try {
      for (let at = 0; at < size;) {
        const length = readSync(fd, buffer, 0, HEADER_BYTES_MAX, at);
        const line = buffer.subarray(0, buffer.subarray(0, length).indexOf(0x0a) + 1);
        const header = JSON.parse(line.toString()) as Header;
        const bytes = header.stdout[1] + header.stderr[1];
        if (at + line.length + bytes > size) return;
        this.kept.set(header.key, place(header, holder, at + line.length));
        at += line.length + bytes;
      }
    } catch {
      this.log(`${holder.path} is damaged; the output beyond that is not shown`);
    } finally {
      closeSync(fd);
    }
  }
}

function place({ stdout, stderr }: Header, holder: Holder, at: number): Kept {
  return {
    stdout: { holder, at, start: stdout[0], end: stdout[0] + stdout[1] },
    stderr: { holder, at: at + stdout[1], start: stderr[0], end: stderr[0] + stderr[1] },
  };
}
