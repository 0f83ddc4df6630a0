import { readFileSync } from 'node:fs';

/**
 * Whether a process of this machine still runs. A zombie does not: it holds no file, and nobody may ever collect it. But while
 * a process ends, its first thread may be one already, and others still hold its files.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return isOver(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** By proc_pid_stat(5): the state comes after the name in brackets, which may hold brackets itself; 17 fields on are the threads. */
export function isOver(stat: string): boolean {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' && Number(fields[17]) <= 1;
}
