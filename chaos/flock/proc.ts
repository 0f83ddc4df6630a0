import { readdirSync, readFileSync } from 'node:fs';

/** A process, told from every other that ever had its pid. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Milliseconds since the machine's boot. */
  readonly startedMs: number;
}

/** Of the kernel's clock in /proc/PID/stat (USER_HZ). */
const TICK_MS = 10;

/** Milliseconds since the machine's boot: the clock that daemons, tasks and the checker have in common. */
export function uptimeMs(): number {
  return Math.round(Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000);
}

/** All that is alive; zombies are not. */
function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : []));
}

/** Undefined where it has ended. See proc(5): the name, in parentheses, may contain anything. */
export function processOf(pid: number): Process | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, parent: Number(fields[1]), startedMs: Number(fields[19]) * TICK_MS };
}

export function isAlive({ pid, startedMs }: Process): boolean {
  return processOf(pid)?.startedMs === startedMs;
}

/** What a process started, and what that started, and so on. */
export function descendantsOf(pid: number): Process[] {
  const all = processes();
  const found: Process[] = [];
  for (let generation = [pid]; generation.length > 0;) {
    const children = all.filter(({ parent }) => generation.includes(parent));
    found.push(...children);
    generation = children.map((child) => child.pid);
  }
  return found;
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      .replaceAll('\0', ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 200);
  } catch {
    return '';
  }
}

/** Files that a process has open. */
export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
