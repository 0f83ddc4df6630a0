import type { RunResult } from '../measure/result.js';
import { bytes, count, duration, percent, times } from './format.js';

/** One row of the tables: what a run came to in one respect. */
export interface Figure {
  readonly label: string;
  readonly value: (result: RunResult) => number;
  readonly format: (value: number) => string;
  /** Which end is good; undefined where neither is. */
  readonly better: 'low' | 'high' | undefined;
  /** What models have no notion of. */
  readonly onlyReal?: true;
}

export interface FigureGroup {
  readonly title: string;
  readonly figures: readonly Figure[];
}

type Value = Figure['value'];

function row(label: string, value: Value, format: Figure['format'], better?: 'low' | 'high'): Figure {
  return { label, value, format, better };
}

function real(label: string, value: Value, format: Figure['format'], better?: 'low' | 'high'): Figure {
  return { label, value, format, better, onlyReal: true };
}

function spread(of: (result: RunResult) => RunResult['waitMs'], format: Figure['format']): readonly Figure[] {
  return [
    row('mean', (r) => of(r).mean, format, 'low'),
    row('median', (r) => of(r).p50, format, 'low'),
    row('p90', (r) => of(r).p90, format, 'low'),
    row('p99', (r) => of(r).p99, format, 'low'),
    row('p99.9', (r) => of(r).p999, format, 'low'),
    row('worst', (r) => of(r).max, format, 'low'),
  ];
}

/** Time-weighted, as the samples stand at equal steps. */
export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((sum, v) => sum + v, 0) / values.length;
}

const perS = (format: Figure['format']) => (value: number) => `${format(value)}/s`;

export const FIGURES: readonly FigureGroup[] = [
  {
    title: 'Tasks',
    figures: [
      row('submitted', (r) => r.tasks.submitted, count),
      row('accepted', (r) => r.tasks.accepted, count, 'high'),
      row('succeeded', (r) => r.tasks.succeeded, count, 'high'),
      row('failed', (r) => r.tasks.failed, count, 'low'),
      row('cancelled', (r) => r.tasks.cancelled, count),
      row('lost', (r) => r.tasks.lost, count, 'low'),
      row('run again', (r) => r.tasks.reruns, count, 'low'),
      real('stolen', (r) => r.tasks.steals, count),
    ],
  },
  {
    title: 'Makespan',
    figures: [
      row('makespan', (r) => r.makespan.ms, duration, 'low'),
      row('lower bound', (r) => r.makespan.lowerBoundMs, duration),
      row('makespan / bound', (r) => r.makespan.ratio, times, 'low'),
    ],
  },
  { title: 'Wait', figures: spread((r) => r.waitMs, duration) },
  { title: 'Response', figures: spread((r) => r.responseMs, duration) },
  { title: 'Slowdown', figures: spread((r) => r.slowdown, times) },
  {
    title: 'Balance',
    figures: [
      row('utilisation, mean', (r) => meanOf(r.series.utilisation), percent, 'high'),
      row('busiest / average node', (r) => r.balance.maxOverAverage, times, 'low'),
      row(
        "Jain's fairness index",
        (r) => r.balance.jain,
        (v) => v.toFixed(3),
        'high',
      ),
    ],
  },
  {
    title: 'Traffic',
    figures: [
      real('messages of a node', (r) => r.traffic.messagesPerNodeS, perS(count), 'low'),
      real('bytes of a node', (r) => r.traffic.bytesPerNodeS, perS(bytes), 'low'),
      real('of them gossip', (r) => r.traffic.gossipBytesPerNodeS, perS(bytes), 'low'),
    ],
  },
];

/** `central (model)` apart from `central`: what did not run covey's code says so. */
export function nameOf(result: RunResult): string {
  return result.transport === 'simulated' ? result.policy : `${result.policy} (${result.transport})`;
}

export function show(figure: Figure, result: RunResult): string {
  return applies(figure, result) ? figure.format(figure.value(result)) : '–';
}

/**
 * Indices of the best by this figure, by what is printed of them; none where all are alike or nothing is better. The
 * omniscient reference is left out.
 */
export function bestOf(figure: Figure, results: readonly RunResult[]): readonly number[] {
  const { better } = figure;
  const rivals = results.flatMap((result, index) => {
    const value = figure.value(result);
    return !isReference(result) && applies(figure, result) && Number.isFinite(value)
      ? [{ index, value, shown: figure.format(value) }]
      : [];
  });
  if (better === undefined || new Set(rivals.map((r) => r.shown)).size < 2) return [];
  const top = rivals.reduce((a, b) => ((better === 'low' ? b.value < a.value : b.value > a.value) ? b : a));
  return rivals.filter((r) => r.shown === top.shown).map((r) => r.index);
}

/** The omniscient queue cannot be built: it is there to compare with, and wins no prize. */
function isReference({ transport, policy }: RunResult): boolean {
  return transport === 'model' && policy === 'central';
}

/** A model's zero is a figure that it does not have. */
function applies(figure: Figure, result: RunResult): boolean {
  return !(figure.onlyReal === true && result.transport === 'model' && figure.value(result) === 0);
}
