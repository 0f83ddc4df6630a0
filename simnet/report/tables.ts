import type { FaultSpan, RunResult } from '../measure/result.js';
import { escapeHtml } from './escape.js';
import { bestOf, FIGURES, nameOf, show, type Figure, type FigureGroup } from './figures.js';
import { count, duration, percent } from './format.js';
import { section } from './page-parts.js';

const KINDS_MAX = 16;
const FAULTS_MAX = 200;

/** One table a group for one run; for several one table, a column a run. */
export function figureTables(results: readonly RunResult[]): string {
  const [first] = results;
  if (first !== undefined && results.length === 1) {
    const sheets = FIGURES.filter((group) => group.figures.some((f) => show(f, first) !== '–'));
    return `<div class="sheets">${sheets.map((group) => sheet(group, first)).join('')}</div>`;
  }
  const head = results.map(
    (r, i) =>
      `<th scope="col"><span class="swatch" style="background:var(--c${i % 8})"></span>${escapeHtml(nameOf(r))}</th>`,
  );
  const body = FIGURES.map(
    ({ title, figures }) =>
      `<tr class="group"><th scope="colgroup" colspan="${results.length + 1}">${escapeHtml(title)}</th></tr>` +
      figures.map((figure) => comparison(figure, results)).join(''),
  );
  return `<div class="sheet compare"><table><thead><tr><th scope="col">★ best of the row*</th>${head.join('')}</tr></thead><tbody>${body.join('')}${hashes(results)}</tbody></table></div><p class="hint">* by what is printed; the omniscient reference (central) is left out.</p>`;
}

function sheet({ title, figures }: FigureGroup, result: RunResult): string {
  const rows = figures.map((f) => `<tr><th scope="row">${escapeHtml(f.label)}</th><td>${show(f, result)}</td></tr>`);
  return `<div class="sheet"><table><thead><tr><th scope="colgroup" colspan="2">${escapeHtml(title)}</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function comparison(figure: Figure, results: readonly RunResult[]): string {
  const best = new Set(bestOf(figure, results));
  const cells = results.map((r, i) => `<td${best.has(i) ? ' class="best"' : ''}>${show(figure, r)}</td>`);
  return `<tr><th scope="row">${escapeHtml(figure.label)}</th>${cells.join('')}</tr>`;
}

function hashes(results: readonly RunResult[]): string {
  const cells = results.map((r) => `<td><code>${escapeHtml(r.traceHash === '' ? '–' : r.traceHash)}</code></td>`);
  return `<tr class="group"><th scope="colgroup" colspan="${results.length + 1}">Repeat</th></tr><tr><th scope="row">trace hash</th>${cells.join('')}</tr>`;
}

/** What the messages were, the most frequent kinds first; nothing where no run sent any. */
export function messageTable(results: readonly RunResult[]): string {
  const sheets = results.flatMap((result) => {
    const kinds = Object.entries(result.traffic.messagesByKind).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const total = kinds.reduce((sum, [, n]) => sum + n, 0);
    if (total === 0) return [];
    const most = kinds[0]?.[1] ?? 1;
    const rest = kinds.slice(KINDS_MAX).reduce((sum, [, n]) => sum + n, 0);
    const shown = [...kinds.slice(0, KINDS_MAX), ...(rest > 0 ? [['others', rest] as const] : [])];
    const rows = shown.map(
      ([kind, n]) =>
        `<tr><th scope="row">${escapeHtml(kind)}</th><td class="bar"><i style="width:${((n / most) * 100).toFixed(1)}%"></i></td><td>${count(n)}</td><td>${percent(n / total)}</td></tr>`,
    );
    const name = results.length === 1 ? 'kind' : escapeHtml(nameOf(result));
    return [
      `<div class="sheet"><table><thead><tr><th scope="col">${name}</th><th></th><th scope="col">messages</th><th scope="col">part</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
    ];
  });
  return sheets.length === 0 ? '' : section('Messages by kind', `<div class="sheets">${sheets.join('')}</div>`);
}

export function faultTable(faults: readonly FaultSpan[]): string {
  if (faults.length === 0) return '';
  const rows = faults
    .slice(0, FAULTS_MAX)
    .map(
      ({ atMs, untilMs, label }) =>
        `<tr><td>${duration(atMs)}</td><td>${untilMs > atMs ? duration(untilMs - atMs) : 'an instant'}</td><td class="text">${escapeHtml(label)}</td></tr>`,
    );
  const rest = faults.length - FAULTS_MAX;
  const more = rest > 0 ? `<p class="hint">and ${count(rest)} more</p>` : '';
  return section(
    'Faults',
    `<div class="sheet"><table><thead><tr><th scope="col">at</th><th scope="col">for</th><th scope="col" style="text-align:left">what</th></tr></thead><tbody>${rows.join('')}</tbody></table>${more}</div>`,
  );
}
