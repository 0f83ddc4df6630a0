import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { What } from './options.js';
import type { Told } from './worker.js';

type Range = Extract<What, { readonly kind: 'range' }>;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Seeds and what became of the processes that ran them. */
export interface Ran {
  readonly seeds: number;
  /** Why a process came to no end of its own. */
  readonly broken: readonly string[];
}

/**
 * Runs a range of seeds in several processes, each every so many-th seed.
 *
 * @param told - is given each verdict as it comes
 */
export async function runRange(range: Range, jobs: number, told: (verdict: Told) => void): Promise<Ran> {
  const code = await bundle();
  const broken: string[] = [];
  let seeds = 0;
  const worker = async (job: number): Promise<void> => {
    const args = [range.first + job, range.last, jobs, range.forMs];
    const said = await runWorker(code, args, (verdict) => {
      seeds += 1;
      told(verdict);
    });
    if (said !== undefined) broken.push(said);
  };
  await Promise.all(Array.from({ length: jobs }, (_, job) => worker(job)));
  return { seeds, broken };
}

/** One file that Node runs as it is starts ten times as fast as two hundred that a loader compiles each time. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const { outputFiles } = await build({
    ...{ entryPoints: [entry], absWorkingDir: root, logLevel: 'silent', write: false, bundle: true },
    ...{ packages: 'external', platform: 'node', format: 'esm', target: 'node20' },
  });
  return outputFiles[0]?.text ?? '';
}

/** Undefined where it came to its end, else what it said. */
function runWorker(code: string, args: readonly number[], told: (verdict: Told) => void): Promise<string | undefined> {
  // The program has no file, so that nothing is left behind; its packages are found by the working directory.
  const argv = ['--input-type=module', '-', ...args.map(String)];
  const child = spawn(process.execPath, argv, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => told(JSON.parse(line) as Told));
  child.stderr.on('data', (piece: Buffer) => (said = `${said}${piece.toString()}`.slice(-4_000)));
  child.stdin.on('error', () => undefined);
  child.stdin.end(code);
  return new Promise((resolve) => {
    child.once('close', (status) => resolve(status === 0 ? undefined : `a worker ended with ${status}: ${said}`));
  });
}
