import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** What live processes have taken so far. Milliseconds and bytes. */
export interface Taken {
  /** Of them, and of those children that have ended and been waited for. */
  readonly cpuMs: number;
  /** In memory now; what they share counts for each. */
  readonly residentBytes: number;
  /** The most that any one of them ever had. */
  readonly highestBytes: number;
}

/** The kernel counts for its users in hundredths of a second, whatever it counts in for itself. */
const TICK_MS = 10;
/** Looked at in one go: 40 us each. What a larger tree has beyond them is not seen. */
const PROCESSES_MAX = 256;
/** Any thread may have children; of a process with more threads than these, those of the others are not seen. */
const THREADS_MAX = 64;

const buffer = Buffer.alloc(4096);

/** What the tree below a process has taken; undefined where nothing is there, or this system has no /proc. */
export function takenBelow(root: number): Taken | undefined {
  const pids = new Set(childrenOf(root));
  const taken = { cpuMs: 0, residentBytes: 0, highestBytes: 0 };
  let hasSeen = false;
  // What is added on the way is come to as well.
  for (const pid of pids) {
    const status = textOf(`/proc/${pid}/status`);
    hasSeen ||= status !== '';
    taken.cpuMs += ownMsOf(textOf(`/proc/${pid}/stat`));
    taken.residentBytes += bytesIn(status, 'VmRSS');
    taken.highestBytes = Math.max(taken.highestBytes, bytesIn(status, 'VmHWM'));
    for (const child of childrenOf(pid)) if (pids.size < PROCESSES_MAX) pids.add(child);
  }
  return hasSeen ? taken : undefined;
}

/** The CPU time of what one shell runs, one command after the other: of those of its children that have ended. */
export class ChildrenClock {
  private readonly fd: number | undefined;
  private toldMs = 0;
  private unreadMs = 0;

  constructor(pid: number) {
    this.fd = openOrNothing(`/proc/${pid}/stat`);
  }

  /**
   * Of the command that has just ended: milliseconds, in steps of ten that add up over many; undefined where the shell is gone, or
   * this system has no /proc.
   *
   * @param wallMs - how long it took: of short ones the clock is read (5 to 20 us) once in a step, and another is told for all
   */
  took(wallMs: number): number | undefined {
    if (this.fd === undefined) return undefined;
    this.unreadMs += wallMs;
    if (this.unreadMs < TICK_MS) return 0;
    this.unreadMs = 0;
    const text = readFrom(this.fd);
    if (text === '') return undefined;
    const [, , ofChildren, ofChildrenInKernel] = timesOf(text);
    const beforeMs = this.toldMs;
    this.toldMs = TICK_MS * (Number(ofChildren) + Number(ofChildrenInKernel));
    return this.toldMs - beforeMs;
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
  }
}

/** utime, stime, cutime and cstime of proc(5), after a name, in parentheses, that may contain anything. */
function timesOf(stat: string): string[] {
  return stat
    .slice(stat.lastIndexOf(') ') + 2)
    .split(' ', 15)
    .slice(11);
}

function ownMsOf(stat: string): number {
  return stat === '' ? 0 : TICK_MS * timesOf(stat).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** A process that is ending has no memory any more. */
function bytesIn(status: string, name: string): number {
  const at = status.indexOf(`\n${name}:`);
  return at === -1 ? 0 : 1024 * Number.parseInt(status.slice(at + name.length + 2), 10);
}

function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.slice(0, THREADS_MAX).flatMap((thread) => {
    // A space ends each: one that is cut off at the buffer's end is left out.
    return textOf(`/proc/${pid}/task/${thread}/children`).split(' ').slice(0, -1).map(Number);
  });
}

/** Nothing where there is no such file. */
function textOf(path: string): string {
  const fd = openOrNothing(path);
  if (fd === undefined) return '';
  try {
    return readFrom(fd);
  } finally {
    closeSync(fd);
  }
}

/** From its start. Nothing where the process has gone meanwhile. */
function readFrom(fd: number): string {
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch {
    return '';
  }
}

function openOrNothing(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
