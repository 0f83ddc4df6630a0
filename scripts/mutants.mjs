import { fileURLToPath } from 'node:url';
import { local, run } from './support/run.mjs';

const MAIN = fileURLToPath(new URL('../simnet/mutants/main.ts', import.meta.url));
const LIMIT_MS = 3_600_000;

const { code } = await run(local('tsx/dist/cli.mjs', MAIN, ...process.argv.slice(2)), {
  show: true,
  timeoutMs: LIMIT_MS,
});
process.exitCode = code;
