import type { RunResult, Series } from '../measure/result.js';
import { TIME, type Axis, type HeatMap, type Line, type LineChart, type Unit } from './chart.js';
import { nameOf } from './figures.js';
import { resample, type Fold, type Samples } from './resample.js';

type Key = Exclude<keyof Series, 'queuedByGroup'>;
type Curve = (series: Series) => readonly number[];

interface Part {
  /** What this line is, where a chart has more than one a run. */
  readonly label: string;
  readonly of: Curve;
  readonly fold: Fold;
  readonly look: Line['look'];
  /** The same for all runs that are compared: drawn once. */
  readonly common?: true;
}

/** The grey of the page, which is nobody's colour while fewer than eight runs are compared. */
const PLAIN = 7;

/** Only what runs covey's code has views and messages. */
const isReal = (result: RunResult): boolean => result.transport !== 'model';

function samples(key: Key, label: string, fold: Fold = 'mean', look: Line['look'] = 'line'): Part {
  return { label, of: (series) => series[key], fold, look };
}

/** Every curve along the one time axis; one colour a run. */
export function timeCharts(results: readonly RunResult[], grid: readonly number[]): LineChart[] {
  const chart = (
    id: string,
    title: string,
    note: string,
    y: { label: string; unit: Unit; max?: number },
    parts: readonly Part[],
    shown: (result: RunResult) => boolean = () => true,
  ): LineChart[] => {
    const lines = results.flatMap((result, run) =>
      shown(result) ? linesOf(result, run, parts, grid, results.length) : [],
    );
    return lines.length === 0 ? [] : [{ kind: 'lines', id, title, note, x: TIME, y: y satisfies Axis, lines }];
  };
  return [
    ...chart(
      'utilisation',
      'Utilisation',
      'Part of the slots of the nodes that are up which run a task.',
      { label: 'slots in use', unit: 'part', max: 1 },
      [samples('utilisation', 'in use', 'mean', results.length === 1 ? 'area' : 'line')],
    ),
    ...chart(
      'flow',
      'Arrivals and completions',
      'Tasks since the run began; the gap between the lines is what is in the system.',
      { label: 'tasks so far', unit: 'count' },
      [{ ...samples('arrived', 'arrived', 'last', 'dashed'), common: true }, samples('finished', 'finished', 'last')],
    ),
    ...chart(
      'queue',
      'Queue length',
      'Tasks that wait, queued at a node or not placed yet, over the nodes that are up.',
      { label: 'tasks a node', unit: 'count' },
      [{ label: 'mean', of: queuedPerNode, fold: 'mean', look: 'line' }],
    ),
    ...chart('longest', 'Longest queue', 'The longest queue of any one node.', { label: 'tasks', unit: 'count' }, [
      samples('queuedMaxOfANode', 'longest', 'max'),
    ]),
    ...chart(
      'wait',
      'Wait',
      'From arrival to first start, mean of the tasks that started in each step.',
      { label: 'mean wait', unit: 'ms' },
      [samples('waitMs', 'wait', 'mean of those above zero')],
    ),
    ...chart(
      'messages',
      'Messages',
      'Direct messages and gossip of all nodes together.',
      { label: 'messages a second', unit: 'perS' },
      [samples('messagesPerS', 'messages')],
      isReal,
    ),
    ...chart(
      'views',
      'Convergence of views',
      'Part of the nodes that are up which believe alive exactly those that are up.',
      { label: 'nodes with a right view', unit: 'part', max: 1 },
      [samples('viewsRight', 'right views')],
      isReal,
    ),
    ...chart(
      'up',
      'Nodes up',
      'How many nodes take part.',
      { label: 'nodes', unit: 'count' },
      [samples('nodesUp', 'up', 'last')],
      (result) => isReal(result) && new Set(result.series.nodesUp).size > 1,
    ),
  ];
}

/** Two hundred and forty columns are as many as a plot of this page has pixels to tell apart. */
export function heatMaps(results: readonly RunResult[], columns: readonly number[]): HeatMap[] {
  const shown = results.filter(({ series }) => series.queuedByGroup.length > 1);
  const maps = shown.map(({ series }) =>
    series.queuedByGroup.map((row) => resample(series.atMs, row, columns, 'mean')),
  );
  const max = maps.flat(2).reduce<number>((top, v) => Math.max(top, v ?? 0), 1);
  return shown.map((result, i) => ({
    kind: 'heat',
    id: `heat-${i}`,
    title: results.length === 1 ? 'Where tasks queue' : `Where tasks queue: ${nameOf(result)}`,
    note: 'Queue length over time, one row a group of neighbouring nodes, the mean of the group.',
    rows: maps[i] ?? [],
    nodesPerRow: Math.max(1, Math.ceil(result.nodes / result.series.queuedByGroup.length)),
    max,
  }));
}

function linesOf(
  result: RunResult,
  run: number,
  parts: readonly Part[],
  grid: readonly number[],
  runs: number,
): Line[] {
  const shown = parts.filter(({ common }) => common !== true || run === 0);
  const several = parts.filter(({ common }) => common !== true).length > 1;
  return shown.map(({ label, of, fold, look, common }, part) => ({
    label: runs === 1 || common === true ? label : several ? `${nameOf(result)}, ${label}` : nameOf(result),
    colour: runs === 1 ? part : common === true ? PLAIN : run,
    look,
    values: resample(result.series.atMs, of(result.series), grid, fold) satisfies Samples,
  }));
}

function queuedPerNode({ queued, nodesUp }: Series): number[] {
  return queued.map((q, i) => q / Math.max(1, nodesUp[i] ?? 1));
}
