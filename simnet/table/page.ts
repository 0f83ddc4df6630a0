import { escapeHtml } from '../report/escape.js';
import { duration } from '../report/format.js';
import { UNBOUNDED, type Cell, type Table } from './matrix.js';
import { bestOf, MEASURES, type Measure } from './measures.js';

/** Nothing is loaded, and there is no script. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE = `
:root { color-scheme: light; --ink: #1b1f24; --soft: #5b6572; --rule: #dfe3e8; --bar: #0072b2; --tail: #9cc9e8; }
body { margin: 2rem auto; max-width: 84rem; padding: 0 1rem; font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: #fff; }
h2 { margin: 2.2rem 0 0.4rem; } p { color: var(--soft); margin: 0.2rem 0 0.8rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 12.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.5rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: 600; } td.best { font-weight: 700; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(25rem, 1fr)); gap: 1.2rem; }
.plots h3 { margin: 0; font-size: 15px; } .plots p { margin: 0; font-size: 13px; } svg { width: 100%; height: auto; }
`;

/** One page for all of the table: what to choose, a plot for each workload, a table for each measure. It needs no other file. */
export function renderTablePage(table: Table): string {
  const { workloads, tasks, seed } = table;
  const plots = workloads.map((workload, column) => plot(table, workload, column));
  const tables = MEASURES.map((measure) => `<h2>${escapeHtml(measure.title)}</h2>${heatTable(table, measure)}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Policies and disciplines – covey simulation</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Policies and disciplines</h1>
<p>${workloads.length} workloads of ${tasks} tasks each, seed ${seed}. Policies with the discipline fifo, disciplines with the policy ${UNBOUNDED}, under which all that waits does so at nodes. Each workload has the same trace for all.</p>
<h2>Response by workload</h2>
<p>Dark: the mean from arrival to end. Pale: the 99th percentile. The shorter the better; the best mean is first.</p>
<div class="plots">${plots.join('\n')}</div>
${tables.join('\n')}
</body>
</html>
`;
}

const WIDTH = 420;
const LEFT = 132;
const RIGHT = 66;
const ROW = 15;

function plot(table: Table, { name, says }: Table['workloads'][number], column: number): string {
  const bars = table.rows
    .flatMap(({ choice, cells }) => cells.slice(column, column + 1).map((cell) => ({ name: choice.name, cell })))
    .sort((a, b) => a.cell.responseMs - b.cell.responseMs);
  const most = Math.max(1, ...bars.map(({ cell }) => cell.responseP99Ms));
  const x = (ms: number) => ((WIDTH - LEFT - RIGHT) * ms) / most;
  const lines = bars.map((bar, i) => barOf(bar, i * ROW, x));
  const height = bars.length * ROW + 4;
  const label = `${name}: mean and 99th percentile of the response`;
  return `<section><h3>${escapeHtml(name)}</h3><p>${escapeHtml(says)}</p><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}" font-family="system-ui, sans-serif" font-size="10.5">${lines.join('')}</svg></section>`;
}

function barOf({ name, cell }: { readonly name: string; readonly cell: Cell }, y: number, x: (ms: number) => number) {
  const [mean, tail] = [x(cell.responseMs), x(cell.responseP99Ms)];
  const title = `${name}: mean ${duration(cell.responseMs)}, p99 ${duration(cell.responseP99Ms)}`;
  return [
    `<g><title>${escapeHtml(title)}</title>`,
    `<text x="${LEFT - 6}" y="${y + 11}" text-anchor="end">${escapeHtml(name)}</text>`,
    `<rect x="${LEFT}" y="${y + 3}" width="${tail.toFixed(1)}" height="${ROW - 5}" fill="#9cc9e8"/>`,
    `<rect x="${LEFT}" y="${y + 3}" width="${mean.toFixed(1)}" height="${ROW - 5}" fill="#0072b2"/>`,
    `<text x="${(LEFT + tail + 5).toFixed(1)}" y="${y + 11}">${escapeHtml(duration(cell.responseMs))}</text></g>`,
  ].join('');
}

/** The redder, the further from the best of its column. */
function heatTable(table: Table, measure: Measure): string {
  const head = ['', ...table.workloads.map(({ name }) => name)].map((name) => `<th>${escapeHtml(name)}</th>`);
  const rows = table.rows.map(({ choice, cells }) => {
    const figures = cells.map((cell, column) => {
      const [value, best] = [measure.of(cell), bestOf(table, measure, column)];
      const far = measure.better === 'less' ? value / Math.max(best, 1e-9) : best / Math.max(value, 1e-9);
      const heat = Math.min(1, Math.max(0, Math.log2(far)) / 2);
      const looks = `style="background: rgb(213 94 0 / ${(0.55 * heat).toFixed(2)})"${far <= 1.02 ? ' class="best"' : ''}`;
      return `<td ${looks}>${escapeHtml(measure.shown(value))}${cell.unfinished > 0 ? ' †' : ''}</td>`;
    });
    return `<tr><th>${escapeHtml(choice.name)}</th>${figures.join('')}</tr>`;
  });
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}
