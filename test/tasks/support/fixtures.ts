import { jobId, nodeId } from '../../../src/kernel/ids.js';
import type { Outcome } from '../../../src/tasks/record.js';
import type { JobSpec } from '../../../src/tasks/spec.js';

export const JOB = jobId('job1');
const NO_BYTES = new Uint8Array(0);

export const node = (name: string) => nodeId(name);

export function specOf(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    ...{ name: 'demo', submitter: 'me', argv: ['true'], shell: false, env: {}, retries: 0 },
    contract: 'at-least-once',
    needs: { cpus: 1, memBytes: 0, gpus: 0, custom: {} },
    ...changes,
  };
}

export function outcomeOf(how: Outcome['how'], changes: Partial<Outcome> = {}): Outcome {
  const output = { stdoutTail: NO_BYTES, stderrTail: NO_BYTES, stdoutBytes: 0, stderrBytes: 0 };
  return { how, startedAtMs: 5, finishedAtMs: 7, ...output, ...changes };
}
