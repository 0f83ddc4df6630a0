import type { FaultSpan, RunResult } from '../measure/result.js';

/** Of the tasks: those that end later are the few long ones, whose time would press all other into a corner. */
const MOST = 0.995;
/** Where the view would not gain much, it is of the whole run. */
const WORTH_IT = 0.6;

/** The part of the run that the plots show at first, from 0: until nearly all tasks have ended, and all faults. */
export function focusOf(results: readonly RunResult[], faults: readonly FaultSpan[]): number {
  const endMs = results.reduce((end, { series }) => Math.max(end, series.atMs.at(-1) ?? 0), 0);
  const mostMs = results.reduce((ms, { series: { atMs, finished } }) => {
    const enough = (finished.at(-1) ?? 0) * MOST;
    return Math.max(ms, atMs[finished.findIndex((n) => n >= enough)] ?? endMs);
  }, 0);
  const focusMs = faults.reduce((ms, { untilMs }) => Math.max(ms, untilMs), mostMs) * 1.1;
  return focusMs < endMs * WORTH_IT ? focusMs : endMs;
}

/** At most `pointsMax` times from 0 to the end of the longest run, three of four of them in the focus. */
export function gridOver(results: readonly RunResult[], focusMs: number, pointsMax: number): number[] {
  const longest = results.map((r) => r.series.atMs).reduce((a, b) => ((b.at(-1) ?? 0) > (a.at(-1) ?? 0) ? b : a), []);
  const endMs = longest.at(-1) ?? 0;
  const within = longest.filter((ms) => ms <= focusMs).length;
  const beyond = longest.length - within;
  const dense = equalSteps(0, focusMs, Math.min(within, beyond > 0 ? Math.floor(pointsMax * 0.75) : pointsMax));
  const sparse = equalSteps(focusMs, endMs, Math.min(beyond, pointsMax - dense.length) + 1).slice(1);
  return [...dense, ...sparse].map((ms) => Math.round(ms * 1000) / 1000);
}

function equalSteps(fromMs: number, toMs: number, points: number): number[] {
  if (points < 2) return [fromMs];
  return Array.from({ length: points }, (_, i) => fromMs + ((toMs - fromMs) * i) / (points - 1));
}
