import type { RunResult } from '../measure/result.js';
import { escapeHtml } from './escape.js';
import { meanOf, nameOf } from './figures.js';
import { bytes, count, duration, percent, times } from './format.js';

export interface ReportOptions {
  /** The command that repeats the runs. */
  readonly command?: string;
}

export function section(title: string, inner: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${inner}</section>`;
}

/** What ran, whether every task came to its end, and of one run the figures that matter most. */
export function heading(results: readonly RunResult[], first: RunResult, { command }: ReportOptions): string {
  const wallMs = results.reduce((ms, r) => ms + r.wallMs, 0);
  const facts = [
    ['policy', results.map(nameOf).join(', ')],
    ['nodes', count(first.nodes)],
    ['slots', count(first.slots)],
    ['tasks', count(first.tasks.submitted)],
    ['seed', String(first.seed)],
    ['virtual time', duration(first.virtualMs)],
    ...(wallMs > 0 ? [['simulated in', duration(wallMs)]] : []),
    ['events', count(results.reduce((n, r) => n + r.events, 0))],
    ...(results.length === 1 && first.traceHash !== '' ? [['trace hash', first.traceHash]] : []),
  ].map(([name = '', value = '']) => `<li>${name} <b>${escapeHtml(value)}</b></li>`);
  const repeat =
    command === undefined ? '' : `<p class="repeat"><span>Repeat with</span><code>${escapeHtml(command)}</code></p>`;
  return [
    `<header><h1>${escapeHtml(first.scenario)}</h1>`,
    `<ul class="facts">${facts.join('')}</ul>`,
    repeat,
    verdict(results),
    results.length === 1 ? cards(first) : '',
    '</header>',
  ].join('');
}

/** In words, so that it does not rest on a colour. */
function verdict(results: readonly RunResult[]): string {
  const bad = results.flatMap((result) => {
    const { lost, failed, accepted, succeeded, cancelled } = result.tasks;
    const open = accepted - succeeded - failed - cancelled - lost;
    const parts = [
      ...(lost > 0 ? [`${count(lost)} lost`] : []),
      ...(failed > 0 ? [`${count(failed)} failed`] : []),
      ...(open > 0 ? [`${count(open)} without an end`] : []),
    ];
    return parts.length === 0 ? [] : [`${results.length === 1 ? '' : `${nameOf(result)}: `}${parts.join(', ')}`];
  });
  return bad.length === 0
    ? '<p class="verdict good">✓ Every accepted task came to its end; none was lost, none failed.</p>'
    : `<p class="verdict bad">✗ Of the accepted tasks: ${escapeHtml(bad.join('; '))}.</p>`;
}

function cards({ tasks, makespan, waitMs, slowdown, balance, series, traffic, transport }: RunResult): string {
  const shown: readonly (readonly [string, string])[] = [
    ['tasks succeeded', count(tasks.succeeded)],
    ['makespan', duration(makespan.ms)],
    ['makespan / lower bound', times(makespan.ratio)],
    ['mean utilisation', percent(meanOf(series.utilisation))],
    ['mean wait', duration(waitMs.mean)],
    ['p99 wait', duration(waitMs.p99)],
    ['p99 slowdown', times(slowdown.p99)],
    ["Jain's fairness index", balance.jain.toFixed(3)],
    ...(transport === 'model'
      ? []
      : ([
          ['tasks stolen', count(tasks.steals)],
          ['traffic of a node', `${bytes(traffic.bytesPerNodeS)}/s`],
        ] as const)),
  ];
  return `<div class="cards">${shown.map(([name, value]) => `<div class="card"><span>${escapeHtml(name)}</span><b>${escapeHtml(value)}</b></div>`).join('')}</div>`;
}

export function footer(): string {
  return `<footer>
<p><b>Wait</b> is from arrival to the first start. <b>Response</b> is from arrival to the end. <b>Slowdown</b> is response divided by run time, where tasks shorter than 10 ms count as 10 ms. The <b>lower bound</b> of the makespan is the largest of all work divided by all slots, the longest task, and the last arrival with its run time: no scheduler can be faster. <b>Jain's fairness index</b> of busy time per slot is 1 where all are equally busy and 1/n where one does it all.</p>
<p>A run whose name ends in <b>(model)</b> is a reference without failures, not covey's code: <b>central</b> is one queue that knows everything at once and sends nothing; <b>sparrow</b> is batch sampling with late binding. Times are virtual unless they say otherwise. Drawn with uPlot (MIT licence, © Leon Sorokin).</p>
</footer>`;
}
