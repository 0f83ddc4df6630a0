import type { Samples } from './resample.js';

/** What page/plots.js draws; plain data, written into the page as JSON. */
export type Chart = LineChart | HeatMap | Lanes;

/** `ms` is shown as a duration, `part` as per cent. */
export type Unit = 'ms' | 'part' | 'count' | 'times' | 'perS';

export interface Axis {
  readonly label: string;
  readonly unit: Unit;
  readonly log?: true;
  /** The top of the axis, where it is not what the data give. */
  readonly max?: number;
}

interface Head {
  readonly id: string;
  readonly title: string;
  /** One sentence: how to read it. */
  readonly note: string;
}

export interface Line {
  readonly label: string;
  /** Index of a colour of the page: one a policy. */
  readonly colour: number;
  readonly look: 'line' | 'dashed' | 'area';
  readonly values: Samples;
}

export interface LineChart extends Head {
  readonly kind: 'lines';
  /** Undefined: the time that all plots share. */
  readonly xs?: readonly number[];
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

export interface HeatMap extends Head {
  readonly kind: 'heat';
  /** One row a group of nodes, a value a column of the page. */
  readonly rows: readonly Samples[];
  readonly nodesPerRow: number;
  /** The value that has the last colour. */
  readonly max: number;
}

export interface Lanes extends Head {
  readonly kind: 'lanes';
  readonly lanes: readonly string[];
}

/** Lane, begin, end, text. */
export type Span = readonly [lane: number, atMs: number, untilMs: number, label: string];

export interface PageData {
  readonly time: readonly number[];
  /** The times of the heat maps' columns. */
  readonly columns: readonly number[];
  /** Plots over time show 0 to it at first. */
  readonly focusMs: number;
  readonly spans: readonly Span[];
  readonly charts: readonly Chart[];
}

export const TIME: Axis = { label: 'virtual time', unit: 'ms' };
