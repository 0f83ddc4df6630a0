import type { Distribution, RunResult } from '../measure/result.js';
import type { Axis, LineChart } from './chart.js';
import { nameOf } from './figures.js';
import { brief, thin, type Samples } from './resample.js';

/** Points of a drawn distribution: as many as a plot has pixels to show. */
const POINTS = 220;
const TAIL: Axis = { label: 'tasks beyond it', unit: 'part', log: true, max: 1 };

/** How the tasks' waits and slowdowns spread, and the nodes' busy times: what has no time axis. */
export function spreadCharts(results: readonly RunResult[]): LineChart[] {
  return [
    tail(
      results,
      'wait-tail',
      'Tail of the wait',
      'wait',
      { label: 'wait', unit: 'ms', log: true },
      1,
      (r) => r.waitMs,
    ),
    tail(
      results,
      'slowdown-tail',
      'Tail of the slowdown',
      'slowdown (response / run time)',
      { label: 'slowdown', unit: 'times', log: true },
      1,
      (r) => r.slowdown,
    ),
    busy(results),
  ];
}

/**
 * The complementary cumulative distribution on two logarithmic axes: unlike the cumulative one it shows the last per
 * cent as large as the others.
 */
function tail(
  results: readonly RunResult[],
  id: string,
  title: string,
  what: string,
  x: Axis,
  least: number,
  of: (result: RunResult) => Distribution,
): LineChart {
  const most = results.reduce((top, r) => Math.max(top, of(r).max), least * 10);
  const step = Math.log(most / least) / (POINTS - 1);
  const xs = Array.from({ length: POINTS }, (_, i) => Number((least * Math.exp(i * step)).toPrecision(5)));
  const lines = results.map((result, run) => ({
    label: results.length === 1 ? 'tasks' : nameOf(result),
    colour: run,
    look: 'line' as const,
    values: beyond(of(result), xs),
  }));
  const note = `Part of the tasks whose ${what} is longer: 1 % on the left axis is p99.`;
  return {
    kind: 'lines',
    id,
    title,
    note: what === 'wait' ? note : note.replace('longer', 'larger'),
    xs,
    x,
    y: TAIL,
    lines,
  };
}

function busy(results: readonly RunResult[]): LineChart {
  const most = results.reduce((n, r) => Math.max(n, r.balance.busyMsPerNode.length), 1);
  const xs = thin(
    Array.from({ length: most }, (_, i) => i + 1),
    POINTS,
  );
  return {
    kind: 'lines',
    id: 'balance',
    title: 'Balance',
    note: 'Busy time of every node, the busiest first: a flat line is a perfect balance.',
    xs,
    x: { label: 'nodes, the busiest first', unit: 'count' },
    y: { label: 'busy time', unit: 'ms' },
    lines: results.map((result, run) => {
      const sorted = [...result.balance.busyMsPerNode].sort((a, b) => b - a);
      const values = xs.map((rank) => brief(sorted[rank - 1] ?? null));
      return { label: results.length === 1 ? 'busy' : nameOf(result), colour: run, look: 'line' as const, values };
    }),
  };
}

/** The part of all that is larger than each x; null where less than one task is: a logarithm has no zero. */
function beyond(distribution: Distribution, xs: readonly number[]): Samples {
  const { count, max, p50, p90, p99, p999, curve } = distribution;
  if (count === 0) return xs.map(() => null);
  const marks = [
    ...curve,
    [p50, 0.5] as const,
    [p90, 0.9] as const,
    [p99, 0.99] as const,
    [p999, 0.999] as const,
    [max, 1] as const,
  ].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let i = 0;
  let reached = 0;
  return xs.map((x) => {
    for (; i < marks.length && (marks[i]?.[0] ?? 0) <= x; i++) reached = Math.max(reached, marks[i]?.[1] ?? 0);
    const left = 1 - towards(marks[i - 1], marks[i], x, reached);
    return left * count >= 0.5 ? brief(left) : null;
  });
}

function towards(
  before: readonly [number, number] | undefined,
  after: readonly [number, number] | undefined,
  x: number,
  reached: number,
): number {
  if (before === undefined || after === undefined || after[0] <= before[0]) return reached;
  return reached + Math.max(0, after[1] - reached) * ((x - before[0]) / (after[0] - before[0]));
}
