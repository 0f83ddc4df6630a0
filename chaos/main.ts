import { randomInt } from 'node:crypto';
import { readOptions } from './options.js';
import { summary } from './report.js';
import { runChaos } from './run.js';
import type { ChaosOptions } from './verdict.js';

const SEEDS = 1_000_000;

async function main(): Promise<number> {
  const options = optionsOrEnd();
  const { seed, forMs, daemons, rate } = options;
  console.log(`chaos: seed ${seed}, ${forMs / 60_000} minutes, ${daemons} daemons, ${rate} submissions a second`);
  const verdict = await runChaos(options, interruption(), (line) => console.log(line));
  for (const line of summary(verdict)) console.log(line);
  return verdict.findings.length === 0 ? 0 : 1;
}

/** The first signal ends the run in order; the second ends this process, and the guard the daemons. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort(new Error(signal)));
  }
  return controller.signal;
}

function optionsOrEnd(): ChaosOptions {
  try {
    return readOptions(process.argv.slice(2), 1 + randomInt(SEEDS));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`chaos: ${(error as Error).message}`);
  process.exitCode = 1;
}
process.exit();
