import { ensure } from './ensure.mjs';
import { local, run } from './support/run.mjs';

const LIMIT_MS = 3_600_000;

await ensure();
const { code } = await run(local('tsx/dist/cli.mjs', 'bench/main.ts', ...process.argv.slice(2)), {
  show: true,
  timeoutMs: LIMIT_MS,
});
process.exitCode = code;
