import { join } from 'node:path';
import { ensure } from './ensure.mjs';
import { root, run } from './support/run.mjs';

const LIMIT_MS = 24 * 3_600_000;

/** `covey sim …`, of a checkout that need not have been installed or built. */
await ensure();
const { code } = await run([process.execPath, join(root, 'bin', 'covey.mjs'), 'sim', ...process.argv.slice(2)], {
  show: true,
  timeoutMs: LIMIT_MS,
});
process.exitCode = code;
