import type Plot from 'uplot';
import type { Axis, Unit } from '../chart.js';

/** What look.js gives to plots.js. */
interface Look {
  readonly formats: Readonly<Record<Unit, (n: number) => string>>;
  readonly shades: number;
  /** Of a custom property of the page, in its scheme of the moment. */
  colour(name: string): string;
  faint(hex: string, alpha: number): string;
  ramp(): string[];
  axisOf(axis: Axis, isX: boolean): object;
  scaleOf(axis: Axis, isX: boolean): object;
}

/** The page loads its scripts one after the other, as scripts, which share their globals. */
declare global {
  const uPlot: typeof Plot;
  const look: Look;
}
