import type { AttemptEnd } from '../../runner.js';
import type { RunnerLimits } from '../limits.js';
import type { BatchOrder } from './order.js';

/** As of a process that the kernel's OOM killer ended. */
const KILLED = 137;

/** What it means for a call that its worker has ended, by whatever piscina says of it. */
export function deathOf(
  error: unknown,
  { module, export: name }: Pick<BatchOrder, 'module' | 'export'>,
  { workerBytesMax }: Pick<RunnerLimits, 'workerBytesMax'>,
): Pick<AttemptEnd, 'exitCode' | 'failure'> {
  const place = `${module}#${name}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const most = `a worker has ${workerBytesMax / 2 ** 20}M of heap, see covey up --function-mem`;
    return { exitCode: KILLED, failure: `${place} ran out of memory (hint: ${most})` };
  }
  const [, exit] = /^worker exited with code: (\d+)$/.exec(message) ?? [];
  if (exit === undefined) return { exitCode: 1, failure: `${place} ended its worker: ${message}` };
  return { exitCode: Number(exit) % 256, failure: `${place} called process.exit(${exit}) before it returned` };
}
