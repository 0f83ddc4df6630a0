import { styleText } from 'node:util';
import type { Distribution, RunResult } from '../measure/result.js';
import { plain } from './escape.js';
import { bestOf, FIGURES, meanOf, nameOf, show, type Figure } from './figures.js';
import { bytes, count, duration, percent, times } from './format.js';

export interface SummaryOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
}

type Style = 'bold' | 'dim' | 'green' | 'red';

/** Between columns, and the narrowest that a column of figures may be. */
const GAP = 2;
const COLUMN_MIN = 9;
const COLUMN_MAX = 24;
/** Where the figures of one run begin. */
const LABEL = 10;

/** A page of text for the terminal, without a trailing line break: one run, or several side by side. */
export function renderSummary(results: readonly RunResult[], { width, color }: SummaryOptions): string {
  const [first] = results;
  if (first === undefined) return '';
  const paint = (style: Style, text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const head = [
    `${paint('bold', plain(first.scenario))}  ${count(first.nodes)} nodes, ${count(first.slots)} slots, ${count(first.tasks.submitted)} tasks, seed ${first.seed}`,
    ...results.map((result) => paint('dim', runLine(result))),
  ];
  const body = results.length === 1 ? single(first, width) : comparison(results, width, paint);
  return [...head, '', ...body, ...troubles(results).map((line) => paint('red', line))].join('\n');
}

/** `bounded-ring: 5 min virtual in 8.4 s, 410,000 events (48,810/s), hash 9f1c03ab77e2d418`. */
function runLine(result: RunResult): string {
  const { virtualMs, wallMs, events, traceHash } = result;
  const speed = wallMs > 0 && events > 0 ? ` (${count(Math.round(events / (wallMs / 1000)))}/s)` : '';
  const hash = traceHash === '' ? '' : `, hash ${traceHash}`;
  return `${plain(nameOf(result))}: ${duration(virtualMs)} virtual in ${duration(wallMs)}, ${count(events)} events${speed}${hash}`;
}

type Paint = (style: Style, text: string) => string;

/** In sentences what is one of a kind; in a table what has a spread. */
function single(result: RunResult, width: number): string[] {
  const { tasks, makespan, balance, traffic, transport } = result;
  const part = (n: number, what: string, always = false): string[] => (always || n > 0 ? [`${count(n)} ${what}`] : []);
  const facts: readonly (readonly [string, readonly string[]])[] = [
    [
      'tasks',
      [
        ...part(tasks.accepted, 'accepted', true),
        ...part(tasks.succeeded, 'succeeded', true),
        ...part(tasks.failed, 'failed'),
        ...part(tasks.cancelled, 'cancelled'),
        ...part(tasks.lost, 'lost'),
        ...part(tasks.reruns, 'run again'),
        ...(transport === 'model' ? [] : part(tasks.steals, 'stolen', true)),
      ],
    ],
    [
      'makespan',
      [duration(makespan.ms), `${times(makespan.ratio)} the lower bound of ${duration(makespan.lowerBoundMs)}`],
    ],
    [
      'balance',
      [
        `utilisation ${percent(meanOf(result.series.utilisation))}`,
        `busiest node ${times(balance.maxOverAverage)} the average`,
        `Jain ${balance.jain.toFixed(3)}`,
      ],
    ],
    [
      'traffic',
      transport === 'model'
        ? []
        : [
            `${count(traffic.messagesPerNodeS)} messages/s a node`,
            `${bytes(traffic.bytesPerNodeS)}/s`,
            `gossip ${bytes(traffic.gossipBytesPerNodeS)}/s`,
          ],
    ],
  ];
  const lines = facts.filter(([, parts]) => parts.length > 0).flatMap(([name, parts]) => wrapped(name, parts, width));
  return [...lines, '', ...spreads(result, width), ''];
}

function spreads({ waitMs, responseMs, slowdown }: RunResult, width: number): string[] {
  const rows: readonly (readonly [string, Distribution, (n: number) => string])[] = [
    ['wait', waitMs, duration],
    ['response', responseMs, duration],
    ['slowdown', slowdown, times],
  ];
  const columns: readonly (readonly [string, (d: Distribution) => number])[] = [
    ['mean', (d) => d.mean],
    ['median', (d) => d.p50],
    ['p90', (d) => d.p90],
    ['p99', (d) => d.p99],
    ['p99.9', (d) => d.p999],
    ['worst', (d) => d.max],
  ];
  const texts = columns.map(([name, of]) => [
    name,
    ...rows.map(([, d, format]) => (d.count === 0 ? '–' : format(of(d)))),
  ]);
  const sized = texts.map((column) => ({ column, size: GAP + longest(column) }));
  let room = width - LABEL;
  const shown = sized.filter(({ size }) => (room -= size) >= 0);
  return ['', ...rows.map(([name]) => name)].map(
    (name, row) => name.padEnd(LABEL) + shown.map(({ column, size }) => (column[row] ?? '').padStart(size)).join(''),
  );
}

function wrapped(name: string, parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = name.padEnd(LABEL);
  parts.forEach((part, i) => {
    const text = i < parts.length - 1 ? `${part}, ` : part;
    if (line.trimEnd().length > LABEL && line.length + text.trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = ' '.repeat(LABEL);
    }
    line += text;
  });
  return [...lines, line];
}

function comparison(results: readonly RunResult[], width: number, paint: Paint): string[] {
  const figures = FIGURES.flatMap((group) => group.figures.map((figure) => ({ group: group.title, figure }))).filter(
    ({ figure }) => results.some((result) => !['0', '–'].includes(show(figure, result))),
  );
  const labels = figures.map(({ group, figure }) => labelIn(group, figure));
  const labelWidth = longest(labels);
  const room = Math.floor((width - labelWidth) / results.length) - GAP;
  const column = Math.max(COLUMN_MIN, Math.min(COLUMN_MAX, room));
  const line = (label: string, cells: readonly string[]): string =>
    label.padEnd(labelWidth) + cells.map((cell) => ' '.repeat(GAP) + cell).join('');
  const rows = figures.map(({ figure }, row) => {
    const best = new Set(bestOf(figure, results));
    const cells = results.map((result, i) => {
      const text = `${best.has(i) ? '*' : ''}${show(figure, result)}`.padStart(column);
      return best.has(i) ? paint('green', text) : text;
    });
    return line(labels[row] ?? '', cells);
  });
  const names = results.map((result) => paint('bold', clipped(plain(nameOf(result)), column).padStart(column)));
  return [line('* best of the row', names), ...rows, ''];
}

/** What must not be missed, and would be in a column of figures. */
function troubles(results: readonly RunResult[]): string[] {
  return results.flatMap((result) => {
    const { lost, failed } = result.tasks;
    const parts = [...(lost > 0 ? [`${count(lost)} lost`] : []), ...(failed > 0 ? [`${count(failed)} failed`] : [])];
    return parts.length === 0
      ? []
      : [`${plain(nameOf(result))}: ${parts.join(', ')} of ${count(result.tasks.accepted)} accepted tasks`];
  });
}

const SPREADS = new Set(['Wait', 'Response', 'Slowdown']);

function labelIn(group: string, { label }: Figure): string {
  return SPREADS.has(group) ? `${group.toLowerCase()} ${label}` : label;
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}

function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
