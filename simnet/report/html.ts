import type { RunResult } from '../measure/result.js';
import { loadAssets } from './assets.js';
import type { Chart, PageData } from './chart.js';
import { escapeHtml, jsonForScript } from './escape.js';
import { faultLanes, faultsOf } from './fault-lanes.js';
import { footer, heading, section, type ReportOptions } from './page-parts.js';
import { focusOf, gridOver } from './time-grid.js';
import { spreadCharts } from './spread-charts.js';
import { faultTable, figureTables, messageTable } from './tables.js';
import { heatMaps, timeCharts } from './time-charts.js';

/** As many steps as a plot has pixels to tell apart, and few enough for the page to stay small. */
const STEPS = 480;
const COLUMNS = 240;
/** Of all heat maps together: half of a page of 1 MB. */
const CELLS_MAX = 90_000;

/** The page loads nothing: what is in it is all that runs, whoever named the scenario. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/**
 * One page for one run, or for several to compare: it needs no network and no other file.
 *
 * @param results - at least one; compared runs should have had the same trace
 * @returns an HTML document of 0.1 to 1 MB
 */
export function renderReport(results: readonly RunResult[], options: ReportOptions = {}): string {
  const [first] = results;
  if (first === undefined) throw new Error('a report needs at least one result');
  const faults = faultsOf(results);
  const { chart: lanes, spans } = faultLanes(faults);
  const focusMs = focusOf(results, faults);
  const time = gridOver(results, focusMs, STEPS);
  const rows = results.reduce((n, r) => n + r.series.queuedByGroup.length, 1);
  const columns = gridOver(results, focusMs, Math.max(24, Math.min(COLUMNS, Math.floor(CELLS_MAX / rows))));
  const overTime: Chart[] = [
    ...(lanes === undefined ? [] : [lanes]),
    ...timeCharts(results, time),
    ...heatMaps(results, columns),
  ];
  const spread = spreadCharts(results);
  const body = [
    heading(results, first, options),
    section(results.length === 1 ? 'Figures' : 'Side by side', figureTables(results)),
    section(
      'Over time',
      `<p class="hint">The cursor is shared by all plots of this section. Drag across one to zoom all of them, double-click to ${focusMs < (time.at(-1) ?? 0) ? `see the whole run: at first they end where nearly all tasks have` : 'go back'}.</p>${plots(overTime)}`,
    ),
    section('Spread', plots(spread)),
    messageTable(results),
    faultTable(faults),
    footer(),
  ];
  return page(`${first.scenario} – covey simulation`, body.join('\n'), {
    time,
    columns,
    focusMs,
    spans,
    charts: [...overTime, ...spread],
  });
}

function plots(charts: readonly Chart[]): string {
  const maps = charts.filter((chart) => chart.kind === 'heat').length;
  const narrow = charts.filter((chart) => chart.kind === 'lines');
  const columns = narrow.length === 3 ? ' three' : '';
  const alone = columns === '' && narrow.length % 2 === 1 ? narrow.at(-1) : undefined;
  const figures = charts.map((chart) => {
    const wide = chart.kind === 'lanes' || chart === alone || (chart.kind === 'heat' && maps === 1) ? ' wide' : '';
    const ramp =
      chart.kind === 'heat' ? `<div class="ramp">0<i></i>${Math.ceil(chart.max).toLocaleString('en')} tasks</div>` : '';
    return `<section class="plot${wide}" id="${chart.id}"><h3>${escapeHtml(chart.title)}</h3><p>${escapeHtml(chart.note)}</p>${ramp}<div class="canvas"></div></section>`;
  });
  return `<noscript><p class="hint">The plots need JavaScript, which is in this page.</p></noscript><div class="plots${columns}">${figures.join('\n')}</div>`;
}

function page(title: string, body: string, data: PageData): string {
  const { css, scripts } = loadAssets();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeHtml(title)}</title>
<style>${css}</style>
</head>
<body>
${body}
<script type="application/json" id="data">${jsonForScript(data)}</script>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}
</body>
</html>
`;
}
