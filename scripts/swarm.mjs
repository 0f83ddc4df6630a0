import { ensure } from './ensure.mjs';
import { local, run } from './support/run.mjs';

const LIMIT_MS = 24 * 3_600_000;

/** The simulator's swarm: `--seeds 1-1000`, `--seed 17`, `--story FILE`, `--told NAME`, `--minutes 3 --from-date`. */
await ensure();
const { code } = await run(local('tsx/dist/cli.mjs', 'simnet/seeds/main.ts', ...process.argv.slice(2)), {
  show: true,
  timeoutMs: LIMIT_MS,
});
process.exitCode = code;
