import { age, clean, formatCounts, missingLine, paint, shortNode } from '../format.js';
import { table } from '../table.js';
import type { Sample } from './sample.js';

/** How a sample is shown. */
export interface Look {
  readonly color: boolean;
  readonly full: boolean;
}

/** A sample as lines: the sums, a table of nodes, a table of jobs. */
export async function screenOf(sample: Sample, { color, full }: Look): Promise<readonly string[]> {
  const { at, running, queued, waiting, free, endedPerSecond, nodes, jobs } = sample;
  const alive = nodes.filter(({ state }) => state === 'alive').length;
  const sums = [
    `${alive} of ${nodes.length} nodes alive`,
    `tasks: ${rounded(running)} running, ${rounded(queued)} queued, ${rounded(waiting)} waiting`,
    `${rounded(free)} CPUs free`,
    ...(endedPerSecond === null ? [] : [`${rounded(endedPerSecond)} ended a second`]),
  ];
  const nodeTable = await table(
    ['NODE', 'STATE', 'RUNNING', 'QUEUED', 'WAITING', 'FREE', 'CPUS', 'RTT'],
    nodes.map(({ id, self, state, draining, load, cpus, rttMs }) => [
      `${shortNode(id, full)}${self ? '*' : ''}`,
      { painted: `${paint(state, color)}${draining && state !== 'left' ? ', draining' : ''}` },
      ...[load?.running, load?.queued, load?.waiting, load?.free].map((n) => (n === undefined ? '-' : rounded(n))),
      String(cpus),
      rttMs === null ? '-' : `${rttMs.toFixed(1)}ms`,
    ]),
  );
  const jobTable = await table(
    ['JOB', 'NAME', 'STATE', 'TASKS', 'A SECOND', 'AGE'],
    jobs.map(({ job, name, state, counts, endedPerSecond: rate, submittedAt }) => [
      job,
      clean(name),
      { painted: paint(state, color) },
      formatCounts(counts),
      rate === null ? '-' : rounded(rate),
      age(submittedAt, Date.parse(at)),
    ]),
  );
  const missing = sample.partial ? [missingLine(sample, 'jobs')] : [];
  const work = jobs.length === 0 ? ['nothing runs, and nothing waits'] : jobTable.split('\n');
  return [sums.join('; '), ...missing, '', ...nodeTable.split('\n'), '', ...work];
}

function rounded(n: number): string {
  return Number.isInteger(n) ? String(n) : n.toFixed(n < 10 ? 2 : 0);
}
