import { known } from '../../src/kernel/assert.js';
import type { Batch, Machine, Placement } from '../plan/batch.js';
import type { Plan } from '../plan/plan.js';
import { escapeHtml } from './escape.js';
import { duration, times } from './format.js';

/** Okabe and Ito's colours, which people with any colour vision tell apart, and what can be read on each. */
const COLOURS: readonly (readonly [fill: string, ink: string])[] = [
  ['#56b4e9', '#000'],
  ['#e69f00', '#000'],
  ['#009e73', '#000'],
  ['#f0e442', '#000'],
  ['#0072b2', '#fff'],
  ['#d55e00', '#000'],
  ['#cc79a7', '#000'],
];

const WIDTH = 1200;
const RIGHT = 24;
/** Names of machines are clipped to it. */
const LABEL_MAX = 24;
const CHARACTER = 6.6;
const TITLE = 44;
const AXIS = 30;
/** Of a CPU; less where there are many. */
const ROW_MAX = 22;
const ROW_MIN = 3;
/** All rows of one plan, about. */
const HEIGHT = 1400;
/** The least height of a row that has text. */
const TEXT_ROW = 12;
const TICKS = 10;

interface Frame {
  readonly left: number;
  readonly row: number;
  /** Of each machine, its first row. */
  readonly tops: readonly number[];
  readonly rows: number;
  readonly endMs: number;
  readonly boundMs: number;
  /** The time of a place on the axis. */
  readonly x: (ms: number) => string;
}

/**
 * Plans of one batch as one SVG that needs nothing else: one below the other on the same axis, a row a CPU, a task in the same colour
 * everywhere. Tasks that end after their deadlines are striped, the lower bound is a dashed line; each bar has its story as its title.
 */
export function renderGantt(name: string, batch: Batch, plans: readonly Plan[], boundMs: number): string {
  const frame = frameOf(batch.machines, plans, boundMs);
  const each = TITLE + frame.rows * frame.row + AXIS;
  const height = each * plans.length + 12;
  const parts = plans.map((plan, i) => `<g transform="translate(0 ${i * each})">${chart(batch, plan, frame)}</g>`);
  const title = `Gantt chart of ${name}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}" font-family="system-ui, sans-serif" font-size="11">`,
    `<title>${escapeHtml(title)}</title>`,
    '<defs><pattern id="late" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" stroke="#000" stroke-width="2.5"/></pattern></defs>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function frameOf(machines: readonly Machine[], plans: readonly Plan[], boundMs: number): Frame {
  const tops: number[] = [];
  let rows = 0;
  for (const { cpus } of machines) {
    tops.push(rows);
    rows += cpus;
  }
  const longest = machines.reduce((most, { name }) => Math.max(most, name.length), 0);
  const left = 20 + CHARACTER * Math.min(LABEL_MAX, longest);
  const endMs = plans.reduce((last, { makespanMs }) => Math.max(last, makespanMs), Math.max(1, boundMs));
  return {
    left,
    row: Math.max(ROW_MIN, Math.min(ROW_MAX, Math.floor(HEIGHT / rows))),
    tops,
    rows,
    endMs,
    boundMs,
    x: (ms) => tidy(left + ((WIDTH - RIGHT - left) * ms) / endMs),
  };
}

function chart(batch: Batch, plan: Plan, frame: Frame): string {
  const { row, rows, x, boundMs, left } = frame;
  const bottom = TITLE + rows * row;
  const ratio = boundMs > 0 ? `, ${times(plan.makespanMs / boundMs)} the lower bound` : '';
  const late = plan.late > 0 ? `, ${plan.late} late` : '';
  const head = `${plan.algorithm}: ${duration(plan.makespanMs)}${ratio}${late}`;
  const bound =
    boundMs > 0
      ? [
          `<path d="M${x(boundMs)} ${TITLE - 6}V${bottom}" stroke="#000" stroke-dasharray="4 3"/>`,
          `<text x="${x(boundMs)}" y="${TITLE - 9}" text-anchor="end">lower bound</text>`,
        ]
      : [];
  return [
    `<text x="${tidy(left)}" y="20" font-size="14" font-weight="bold">${escapeHtml(head)}</text>`,
    ...ticks(frame).map(
      (ms) =>
        `<path d="M${x(ms)} ${TITLE}V${bottom}" stroke="#d5dae0"/><text x="${x(ms)}" y="${bottom + 14}" text-anchor="middle">${escapeHtml(duration(ms))}</text>`,
    ),
    ...labels(batch.machines, frame),
    ...plan.placements.map((placement, i) => bar(batch, placement, plan.latePlaces.has(i), frame)),
    ...bound,
  ].join('\n');
}

/** The name of each machine beside its first row, as long as there is room. */
function labels(machines: readonly Machine[], { tops, row, left, rows }: Frame): string[] {
  let freeFrom = -Infinity;
  const found: string[] = [];
  machines.forEach(({ name }, i) => {
    const top = TITLE + (tops[i] ?? 0) * row;
    found.push(`<path d="M${tidy(left)} ${top}H${WIDTH - RIGHT}" stroke="#aab2bd"/>`);
    if (top < freeFrom) return;
    freeFrom = top + TEXT_ROW;
    const text = name.length > LABEL_MAX ? `${name.slice(0, LABEL_MAX - 1)}…` : name;
    found.push(
      `<text x="${tidy(left - 6)}" y="${top + Math.max(9, row / 2 + 4)}" text-anchor="end">${escapeHtml(text)}</text>`,
    );
  });
  return [...found, `<path d="M${tidy(left)} ${TITLE + rows * row}H${WIDTH - RIGHT}" stroke="#aab2bd"/>`];
}

/** A task that takes several CPUs has a bar on each row, and its name on the first. */
function bar({ tasks, machines }: Batch, placement: Placement, late: boolean, { row, tops, x }: Frame): string {
  const task = known(tasks[placement.task], `task ${placement.task}`);
  const machine = known(machines[placement.machine], `machine ${placement.machine}`);
  const [fill, ink] = known(COLOURS[placement.task % COLOURS.length], 'a colour');
  const width = Number(x(placement.endMs)) - Number(x(placement.startMs));
  const top = TITLE + (tops[placement.machine] ?? 0) * row;
  const title = `${task.name} on ${machine.name}: ${duration(placement.startMs)} to ${duration(placement.endMs)}${late ? ', late' : ''}`;
  const box = (lane: number, paint: string): string =>
    `<rect x="${x(placement.startMs)}" y="${top + lane * row}" width="${tidy(Math.max(0.3, width))}" height="${row}" ${paint}/>`;
  const boxes = placement.lanes.flatMap((lane) => [
    box(lane, `fill="${fill}" stroke="#fff" stroke-width="${row < TEXT_ROW ? 0.3 : 1}"`),
    ...(late ? [box(lane, 'fill="url(#late)" fill-opacity="0.55" stroke="#000" stroke-width="1.5"')] : []),
  ]);
  const fits = row >= TEXT_ROW && width >= CHARACTER * task.name.length + 6;
  const paint = late ? 'fill="#000" stroke="#fff" stroke-width="3" paint-order="stroke"' : `fill="${ink}"`;
  const label = fits
    ? `<text x="${tidy(Number(x(placement.startMs)) + 4)}" y="${top + (placement.lanes[0] ?? 0) * row + row / 2 + 4}" ${paint}>${escapeHtml(task.name)}</text>`
    : '';
  return `<g><title>${escapeHtml(title)}</title>${boxes.join('')}${label}</g>`;
}

/** Round times, at most so many. */
function ticks({ endMs }: Frame): number[] {
  const units = [
    1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 86_400_000, 864_000_000, 8_640_000_000,
  ];
  const steps = units.flatMap((unit) => [unit, 2 * unit, 5 * unit]).sort((a, b) => a - b);
  const step = steps.find((ms) => endMs / ms <= TICKS) ?? endMs;
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, i) => i * step);
}

function tidy(n: number): string {
  return n.toFixed(2).replace(/\.?0+$/, '');
}
