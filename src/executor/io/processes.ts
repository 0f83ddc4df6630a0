import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** What became of the processes that were started since an instant. */
export type Trace =
  /** Nothing that was started since then is alive. */
  | 'nothing'
  /** Processes of the session are alive. */
  | 'leftovers'
  /** None of the session; some process that may have fled from it into a session of its own. */
  | 'strangers'
  /** Too many processes were started to look at each. */
  | 'unknown';

/** Beyond this many new pids a scan in slices is kinder to the loop (3 us a dead pid, 12 us a live one). */
const PIDS_LOOKED_AT_MAX = 64;
/** A command often follows another at once; pids a little older serve as well. */
const MARK_AGE_MS = 1;
/** Processes looked at in one go by a scan: about 2 ms. */
const SLICE = 150;

/** Looks at the processes of this machine through /proc. */
export class Processes {
  private readonly loadavg: number | undefined;
  private last = 0;
  private lastReadMs = -Infinity;
  private readonly buffer = Buffer.alloc(1024);
  /** Who takes in the orphans of what this process starts: one of its ancestors. */
  private readonly adopters = new Set([1]);
  private scanning: Promise<unknown> = Promise.resolve();
  private nextScan: Promise<Map<number, number[]>> | undefined;

  constructor() {
    this.loadavg = openOrNothing('/proc/loadavg');
    for (let pid = process.ppid; pid > 1 && !this.adopters.has(pid); pid = this.stat(pid)?.parent ?? 1) {
      this.adopters.add(pid);
    }
  }

  /** All that starts from now on has a later pid than this; 0 where that is not known. */
  mark(): number {
    return performance.now() - this.lastReadMs < MARK_AGE_MS ? this.last : this.lastPid();
  }

  /**
   * Looks at each process started since `mark` gave `since`, in some microseconds and synchronously.
   *
   * @param ours - sessions whose processes are nobody's strangers
   */
  trace(session: number, since: number, ours: ReadonlySet<number>): Trace {
    let last = this.lastPid();
    let strangers = false;
    for (let pid = since + 1; pid <= last; pid++) {
      if (since === 0 || last - since > PIDS_LOOKED_AT_MAX) return 'unknown';
      const found = this.stat(pid);
      if (found?.session === session && pid !== session) return 'leftovers';
      if (found && !ours.has(found.session) && this.adopters.has(found.parent)) strangers = true;
      // One that is gone by now may have left a child behind.
      if (pid === last) last = this.lastPid();
    }
    // Pids begin again at their maximum.
    if (since === 0 || last < since) return 'unknown';
    return strangers ? 'strangers' : 'nothing';
  }

  /** The live processes of a session, its leader too, as seen by a scan that began after this call. */
  async members(session: number): Promise<readonly number[]> {
    this.nextScan ??= this.scanning.then(() => {
      this.nextScan = undefined;
      const scan = this.scan();
      this.scanning = scan.catch(() => undefined);
      return scan;
    });
    return (await this.nextScan).get(session) ?? [];
  }

  close(): void {
    if (this.loadavg !== undefined) closeSync(this.loadavg);
  }

  /** The pid given last on this machine: the last field of /proc/loadavg. */
  private lastPid(): number {
    if (this.loadavg === undefined) return 0;
    const length = readSync(this.loadavg, this.buffer, 0, 64, 0);
    const text = this.buffer.toString('latin1', 0, length);
    this.last = Number(text.slice(text.lastIndexOf(' ') + 1)) || 0;
    this.lastReadMs = performance.now();
    return this.last;
  }

  private async scan(): Promise<Map<number, number[]>> {
    const sessions = new Map<number, number[]>();
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    for (const [i, name] of pids.entries()) {
      if (i % SLICE === SLICE - 1) await setImmediate();
      const session = this.stat(Number(name))?.session;
      if (session === undefined) continue;
      const members = sessions.get(session);
      if (members) members.push(Number(name));
      else sessions.set(session, [Number(name)]);
    }
    return sessions;
  }

  /** Of a live process; a zombie is none. See proc(5): the name, in parentheses, may contain anything. */
  private stat(pid: number): { readonly parent: number; readonly session: number } | undefined {
    const path = `/proc/${pid}/stat`;
    // An openSync that fails costs five times as much.
    const fd = existsSync(path) ? openOrNothing(path) : undefined;
    if (fd === undefined) return undefined;
    try {
      const text = this.buffer.toString('latin1', 0, readSync(fd, this.buffer, 0, this.buffer.length, 0));
      const [state, parent, , session] = text.slice(text.lastIndexOf(') ') + 2).split(' ', 4);
      return state === 'Z' || state === 'X' ? undefined : { parent: Number(parent), session: Number(session) };
    } catch {
      return undefined;
    } finally {
      closeSync(fd);
    }
  }
}

/** Sends a signal; a process that is gone already is what was wanted. */
export function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    return;
  }
}

function openOrNothing(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
