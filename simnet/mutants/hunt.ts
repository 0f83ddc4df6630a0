import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from './bundle.js';

/** What a story came to; nothing found is what the clean code owes. */
export interface Verdict {
  /** The name of one that is told, or a seed. */
  readonly story: string;
  readonly findings: readonly { readonly invariant: string; readonly message: string }[];
}

export interface Hunt {
  readonly stories: readonly string[];
  /** `first`: up to the first story that finds something. */
  readonly until: 'first' | 'all';
  readonly limitMs: number;
}

export interface Hunted {
  readonly verdicts: readonly Verdict[];
  /** Why it came to no end of its own. */
  readonly broken: string | undefined;
  readonly tookMs: number;
}

/** Runs a bundle of the swarm over some stories, in a process of its own: a planted bug may spin or take all memory. */
export function hunt(code: string, { stories, until, limitMs }: Hunt): Promise<Hunted> {
  const beganMs = Date.now();
  const args = ['--input-type=module', '-', until, ...stories];
  // The program has no file, so that nothing is left behind; from there its packages are found by the working directory.
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
  const verdicts: Verdict[] = [];
  let said = '';
  let isLate = false;
  createInterface(child.stdout).on('line', (line) => verdicts.push(JSON.parse(line) as Verdict));
  child.stderr.on('data', (piece: Buffer) => (said = `${said}${piece.toString()}`.slice(-4_000)));
  child.stdin.on('error', () => undefined);
  child.stdin.end(code);
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, limitMs);
  return new Promise((resolve) => {
    child.once('close', (status) => {
      clearTimeout(timer);
      const late = `not done within ${limitMs / 1000} s`;
      const broken = isLate ? late : status === 0 ? undefined : `ended with ${status}: ${said}`;
      resolve({ verdicts, broken, tookMs: Date.now() - beganMs });
    });
  });
}
