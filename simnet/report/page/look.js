// @ts-check
/* global document, getComputedStyle */
/**
 * Numbers, colours and axes as the plots have them.
 *
 * @typedef {import('../chart.js').Axis} Axis
 */

/** The same looks as simnet/report/format.ts gives the tables, short enough for an axis. */

/** @param {number} n @returns {string} */
function digits(n) {
  if (n === 0) return '0';
  const places = Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(n)))));
  const text = n.toFixed(places);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** @param {number} n @returns {string} */
function large(n) {
  if (n >= 1e6) return `${digits(n / 1e6)} M`;
  if (n >= 1e4) return `${digits(n / 1e3)} k`;
  return digits(n);
}

/** @param {number} ms @returns {string} */
function duration(ms) {
  if (ms === 0) return '0 s';
  if (ms < 999.5) return `${digits(ms)} ms`;
  if (ms < 59_950) return `${digits(ms / 1000)} s`;
  if (ms < 3_599_500) return `${digits(ms / 60_000)} min`;
  return `${digits(ms / 3_600_000)} h`;
}

/** @satisfies {Record<string, (n: number) => string>} */
const byUnit = {
  ms: duration,
  part: (n) => `${digits(n * 100)} %`,
  count: large,
  times: (n) => `${large(n)}×`,
  perS: (n) => `${large(n)}/s`,
};

const SHADES = 32;

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {string} hex @param {number} alpha */
const faint = (hex, alpha) =>
  hex +
  Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0');

/** From none to most, one hue and ever less like the paper, which every eye can order. */
function ramp() {
  const stops = [0, 1, 2, 3].map(
    (i) =>
      colour(`--h${i}`)
        .match(/[0-9a-f]{2}/gi)
        ?.map((h) => parseInt(h, 16)) ?? [],
  );
  return Array.from({ length: SHADES }, (_, i) => {
    const at = (i / (SHADES - 1)) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    const mixed = [0, 1, 2].map((c) => {
      const [low, high] = [stops[from]?.[c] ?? 0, stops[from + 1]?.[c] ?? 0];
      return Math.round(low + (high - low) * (at - from));
    });
    return `rgb(${mixed.join(',')})`;
  });
}

/** The axis of a plot. @param {Axis} axis @param {boolean} isX */
function axisOf(axis, isX) {
  const format = byUnit[axis.unit];
  return {
    label: axis.label,
    labelSize: 18,
    labelGap: 0,
    labelFont: '12px system-ui, sans-serif',
    font: '12px system-ui, sans-serif',
    stroke: colour('--soft'),
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { stroke: colour('--rule'), width: 1, size: 4 },
    gap: 4,
    size: isX ? 30 : 62,
    space: isX ? 80 : 32,
    ...(axis.unit === 'ms' && !axis.log ? { incrs: timeSteps } : {}),
    ...(axis.unit === 'count' ? { incrs: wholeSteps } : {}),
    values: (/** @type {any} */ _u, /** @type {number[]} */ ticks) =>
      ticks.map((v) => (axis.log && !isDecade(v) ? '' : format(v))),
  };
}

const powers = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((e) => 10 ** e);
const timeSteps = [
  ...[0.001, 0.01, 0.1, 1, 10, 100].flatMap((s) => [1, 2, 5].map((m) => s * m)),
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400].map(
    (s) => s * 1000,
  ),
  ...powers.filter((p) => p >= 1).flatMap((p) => [2, 5, 10].map((m) => m * p * 86_400_000)),
];
const wholeSteps = powers.flatMap((p) => [1, 2, 5].map((m) => p * m));

/** @param {number} v */
const isDecade = (v) => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-6;

/** @param {Axis} axis @param {boolean} isX */
function scaleOf(axis, isX) {
  if (axis.log) return { time: false, distr: 3, log: 10 };
  if (isX) return { time: false };
  return {
    time: false,
    range: (/** @type {any} */ _u, /** @type {number} */ _min, /** @type {number} */ max) => [
      0,
      axis.max ?? (max > 0 ? max * 1.06 : 1),
    ],
  };
}

Object.assign(globalThis, { look: { formats: byUnit, shades: SHADES, colour, faint, ramp, axisOf, scaleOf } });
