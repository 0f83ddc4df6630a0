import type { FaultSpan, RunResult } from '../measure/result.js';
import type { Lanes, Span } from './chart.js';

/** More would be a grey field, and most of the page's size. */
const SPANS_MAX = 400;
const LANES_MAX = 10;

/** Faults of all runs, each once: runs that are compared have the same. In the order of their beginning. */
export function faultsOf(results: readonly RunResult[]): FaultSpan[] {
  const each = new Map(
    results.flatMap(({ faults }) => faults.map((f) => [`${f.atMs} ${f.untilMs} ${f.label}`, f] as const)),
  );
  return [...each.values()].sort((a, b) => a.atMs - b.atMs || a.untilMs - b.untilMs);
}

/** One lane a kind of fault; rare kinds share the last lane. */
export function faultLanes(faults: readonly FaultSpan[]): {
  readonly chart: Lanes | undefined;
  readonly spans: Span[];
} {
  if (faults.length === 0) return { chart: undefined, spans: [] };
  const kinds = [...new Set(faults.map(kindOf))];
  const lanes = kinds.length > LANES_MAX ? [...kinds.slice(0, LANES_MAX - 1), 'others'] : kinds;
  const spans = faults.slice(0, SPANS_MAX).map((fault): Span => {
    const own = lanes.indexOf(kindOf(fault));
    return [own < 0 ? lanes.length - 1 : own, fault.atMs, fault.untilMs, fault.label];
  });
  const cut = faults.length > SPANS_MAX ? ` Only the first ${SPANS_MAX} of ${faults.length} are drawn.` : '';
  const note = `What was done to the nodes and the network, and for how long; every plot over time is shaded alike.${cut}`;
  return { chart: { kind: 'lanes', id: 'faults', title: 'Timeline of faults', note, lanes }, spans };
}

/** Says nothing of the kind: whom, how much and how long are in the words that have a digit. */
const FILLERS = new Set(['a', 'and', 'by', 'in', 'is', 'all', 'nodes', 'ms', 's', '%', '']);

/** `n3 is killed for 5 s` is of the kind `killed`, `n1, n2 | n3 apart for 1 min` of the kind `apart`. */
function kindOf({ label }: FaultSpan): string {
  const words = label
    .replace(/ for [\d.]+ \S+$/, '')
    .split(/[\s:|,]+/)
    .filter((word) => !FILLERS.has(word) && !/\d/.test(word));
  return words.length === 0 ? label : words.slice(0, 3).join(' ');
}
