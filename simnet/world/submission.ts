import type { JobId } from '../../src/kernel/ids.js';
import type { Submission } from '../../src/node/core/gateway/requests.js';
import type { JobSpec } from '../../src/tasks/spec.js';

export interface JobOptions extends Partial<JobSpec> {
  readonly id?: string;
  readonly isKeyed?: boolean;
  readonly tasks?: number;
  readonly items?: readonly string[];
}

/** A submission of `command`, a program of the virtual runner. */
export function submissionOf(id: string, command: string, options: JobOptions): Submission & { readonly op: 'submit' } {
  const { isKeyed = false, tasks = 1, items, ...rest } = options;
  const argv = command.split(' ');
  const spec: JobSpec = {
    ...{ name: argv[0] ?? '', submitter: 'me', argv, shell: false, env: {}, retries: 0, contract: 'at-least-once' },
    needs: { cpus: 1, memBytes: 0, gpus: 0, custom: {} },
    ...withoutId(rest),
  };
  const range = { first: 0, step: 1, count: items?.length ?? tasks };
  const digest = `${command} ${range.count} ${items?.length ?? '-'}`.slice(0, 64);
  return { op: 'submit', job: id as JobId, digest, isKeyed, spec, range, ...(items ? { items } : {}) };
}

function withoutId({ id: _id, ...spec }: Partial<JobSpec> & { readonly id?: string }): Partial<JobSpec> {
  return spec;
}
