import { readdirSync, readFileSync } from 'node:fs';

export interface FoundProcess {
  readonly pid: number;
  /** argv, joined by spaces. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The living processes of this machine whose argv or environment holds `marker`. Zombies are no longer alive. */
export function processesWith(marker: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const command = read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
      const environ = read(`/proc/${name}/environ`);
      if (!command.includes(marker) && !environ.includes(marker)) return [];
      return [{ pid: Number(name), command, env: parse(environ) }];
    });
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Empty where the process has gone meanwhile, or is a zombie. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function parse(environ: string): Record<string, string> {
  return Object.fromEntries(
    environ
      .split('\0')
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
