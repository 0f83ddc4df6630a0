import { readFileSync } from 'node:fs';

/** One run of one process: a recycled pid has another start time. */
export interface ProcessId {
  readonly pid: number;
  /** Boot of the machine and start of the process since then, in clock ticks; empty where the system does not tell. */
  readonly startedAt: string;
}

export function thisProcess(): ProcessId {
  return { pid: process.pid, startedAt: startOf(process.pid)?.startedAt ?? '' };
}

/** False only when that very run is known to have ended. A zombie has ended: it runs no code and holds no file. */
export function isAlive(id: ProcessId): boolean {
  if (id.startedAt === '') return answersSignals(id.pid);
  const found = startOf(id.pid);
  return found?.startedAt === id.startedAt && !found.ended;
}

/** After proc_pid_stat(5): the name, field 2, may hold blanks and brackets, so count from the last bracket. */
function startOf(pid: number): { readonly startedAt: string; readonly ended: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { startedAt: `${boot}-${fields[19] ?? ''}`, ended: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return undefined;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
