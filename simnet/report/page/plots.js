// @ts-check
/* global uPlot, look, document, window, matchMedia, ResizeObserver */

/**
 * Draws the charts of the page (simnet/report/chart.ts) with uPlot. Plots over time share one cursor and one zoom, and
 * are shaded where faults were at work.
 *
 * @typedef {import('../chart.js').Chart} Chart
 * @typedef {import('../chart.js').Axis} Axis
 * @typedef {import('../chart.js').PageData} PageData
 */
(() => {
  /** @type {PageData} */
  const data = JSON.parse(document.getElementById('data')?.textContent ?? '');
  const { formats, colour, faint, ramp, axisOf, scaleOf, shades: SHADES } = look;
  const SYNC = 'time';
  const LANE_PX = 24;
  /** @type {{ plot: any, host: HTMLElement }[]} */
  let drawn = [];

  /** Shades the faults under whatever is drawn. @param {any} u */
  function shade(u) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = colour('--fault');
    ctx.strokeStyle = colour('--fault-edge');
    ctx.lineWidth = u.pxRatio ?? 1;
    ctx.setLineDash([3, 3]);
    for (const [, fromMs, toMs] of data.spans) {
      const from = u.valToPos(fromMs, 'x', true);
      const to = u.valToPos(toMs, 'x', true);
      if (to - from >= 1) ctx.fillRect(from, bbox.top, to - from, bbox.height);
      else {
        ctx.beginPath();
        ctx.moveTo(from, bbox.top);
        ctx.lineTo(from, bbox.top + bbox.height);
        ctx.stroke();
      }
    }
    ctx.restore();
  }

  /** @param {Chart} chart */
  const overTime = (chart) => chart.kind !== 'lines' || chart.xs === undefined;

  /** What a chart over time has in common. @param {Chart} chart @param {Axis} x */
  function base(chart, x) {
    const isOverTime = overTime(chart);
    return {
      cursor: {
        y: false,
        drag: { x: true, y: false },
        points: { size: 7 },
        ...(isOverTime ? { sync: { key: SYNC, setSeries: false } } : {}),
      },
      scales: { x: scaleOf(x, true) },
      hooks: { drawClear: isOverTime && chart.kind === 'lines' ? [shade] : [] },
    };
  }

  /** The value under the cursor, for the legend. @param {Axis['unit']} unit */
  const legend = (unit) => (/** @type {any} */ _u, /** @type {number | null} */ v) =>
    v === null ? '–' : formats[unit](v);

  /** @param {Extract<Chart, { kind: 'lines' }>} chart */
  function lines(chart) {
    const common = base(chart, chart.x);
    const options = {
      ...common,
      height: 250,
      scales: { ...common.scales, y: scaleOf(chart.y, false) },
      axes: [axisOf(chart.x, true), axisOf(chart.y, false)],
      series: [
        { label: chart.x.label, value: legend(chart.x.unit) },
        ...chart.lines.map((line) => ({
          label: line.label,
          stroke: colour(`--c${line.colour % 8}`),
          width: 1.75,
          points: { show: false },
          value: legend(chart.y.unit),
          ...(line.look === 'dashed' || line.colour > 7 ? { dash: line.colour > 7 ? [2, 3] : [6, 4] } : {}),
          ...(line.look === 'area' ? { fill: faint(colour(`--c${line.colour % 8}`), 0.18) } : {}),
        })),
      ],
    };
    return { options, values: [chart.xs ?? data.time, ...chart.lines.map((line) => line.values)] };
  }

  /** Long queues are rare and short ones many: a root spreads the short ones over more colours. @param {number} part */
  const shadeOf = (part) => Math.round(Math.sqrt(Math.min(1, part)) * (SHADES - 1));

  /** @param {Extract<Chart, { kind: 'heat' }>} chart */
  function heatMap(chart) {
    const xs = data.columns;
    const x = { label: 'virtual time', unit: /** @type {const} */ ('ms') };
    const common = base(chart, x);
    const rows = chart.rows.length;
    const nodes = rows * chart.nodesPerRow;
    const shades = ramp();
    /** Where a column begins, in pixels: half way from the one before it. @param {any} u @param {number} c */
    const edge = (u, c) => u.valToPos(((xs[c - 1] ?? xs[0] ?? 0) + (xs[c] ?? xs[c - 1] ?? 0)) / 2, 'x', true);
    /** @param {any} u */
    const cells = (u) => {
      const { ctx, bbox } = u;
      const high = bbox.height / rows;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      for (let c = 0; c < xs.length; c++) {
        const left = Math.floor(edge(u, c));
        const right = Math.ceil(edge(u, c + 1));
        if (right < bbox.left || left > bbox.left + bbox.width) continue;
        for (let r = 0; r < rows; r++) {
          const value = chart.rows[r]?.[c] ?? null;
          if (value === null) continue;
          ctx.fillStyle = shades[shadeOf(value / chart.max)] ?? '';
          const top = Math.floor(bbox.top + r * high);
          ctx.fillRect(left, top, right - left, Math.ceil(bbox.top + (r + 1) * high) - top);
        }
      }
      ctx.restore();
    };
    /** Of the row under the pointer, and of all rows where it is over another plot. @param {any} u @param {number | null} at */
    const under = (u, at) => {
      const column = at === null ? [] : chart.rows.map((row) => row[at] ?? null);
      const values = column.filter((v) => v !== null);
      if (values.length === 0) return '–';
      const row = Math.floor((u.cursor.top / u.over.clientHeight) * rows);
      const value = u.over.matches(':hover') ? column[row] : undefined;
      if (value === undefined || value === null)
        return `mean ${formats.count(values.reduce((a, b) => a + b, 0) / values.length)}`;
      const first = row * chart.nodesPerRow + 1;
      return `${formats.count(value)} (nodes ${first}–${first + chart.nodesPerRow - 1})`;
    };
    const options = {
      ...common,
      hooks: { draw: [cells] },
      height: Math.min(380, Math.max(190, rows * 6 + 60)),
      scales: { ...common.scales, y: { time: false, dir: -1, range: () => [0, nodes] } },
      axes: [axisOf(x, true), axisOf({ label: 'node', unit: 'count' }, false)],
      series: [
        { label: x.label, value: legend('ms') },
        {
          label: 'queue',
          points: { show: false },
          paths: () => null,
          value: (/** @type {any} */ u, /** @type {any} */ _v, /** @type {any} */ _s, /** @type {number | null} */ i) =>
            under(u, i),
        },
      ],
    };
    return { options, values: [xs, xs.map(() => 0)] };
  }

  /** @param {Extract<Chart, { kind: 'lanes' }>} chart */
  function lanes(chart) {
    const x = { label: 'virtual time', unit: /** @type {const} */ ('ms') };
    const common = base(chart, x);
    const n = chart.lanes.length;
    /** @param {any} u */
    const bars = (u) => {
      const { ctx, bbox } = u;
      const high = bbox.height / n;
      ctx.save();
      ctx.fillStyle = colour('--fault-edge');
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      for (const [lane, fromMs, toMs] of data.spans) {
        const from = u.valToPos(fromMs, 'x', true);
        const to = Math.max(from + 3, u.valToPos(toMs, 'x', true));

        ctx.fillRect(from, bbox.top + lane * high + high * 0.2, to - from, high * 0.6);
      }
      ctx.restore();
    };
    /** @param {any} u */
    const at = (u) => {
      if (u.cursor.left === undefined || u.cursor.left < 0) return '–';
      const ms = u.posToVal(u.cursor.left, 'x');
      const slack = Math.abs(u.posToVal(u.cursor.left + 3, 'x') - ms);
      const found = data.spans.filter(([, from, to]) => from - slack <= ms && ms <= to + slack).map((s) => s[3]);
      const shown = [...new Set(found)];
      return shown.length === 0
        ? 'none'
        : shown.slice(0, 4).join(', ') + (shown.length > 4 ? ` and ${shown.length - 4} more` : '');
    };
    const options = {
      ...common,
      hooks: { draw: [bars] },
      height: n * LANE_PX + 56,
      scales: { ...common.scales, y: { time: false, dir: -1, range: () => [0, n] } },
      axes: [
        axisOf(x, true),
        {
          ...axisOf({ label: '', unit: 'count' }, false),
          size: 112,
          labelSize: 0,
          label: undefined,
          grid: { show: false },
          ticks: { show: false },
          splits: () => chart.lanes.map((_, i) => i + 0.5),
          values: () => chart.lanes.map((name) => (name.length > 16 ? `${name.slice(0, 15)}…` : name)),
        },
      ],
      series: [
        { label: x.label, value: legend('ms') },
        { label: 'at work', points: { show: false }, paths: () => null, value: (/** @type {any} */ u) => at(u) },
      ],
    };
    return { options, values: [data.time, data.time.map(() => 0)] };
  }

  /** @param {Chart} chart */
  function planOf(chart) {
    if (chart.kind === 'lines') return lines(chart);
    return chart.kind === 'heat' ? heatMap(chart) : lanes(chart);
  }

  function drawAll() {
    for (const { plot } of drawn) plot.destroy();
    drawn = data.charts.flatMap((chart) => {
      const host = /** @type {HTMLElement | null} */ (document.querySelector(`#${chart.id} .canvas`));
      if (host === null) return [];
      const { options, values } = planOf(chart);
      const plot = new uPlot(
        /** @type {any} */ ({ width: host.clientWidth, ...options }),
        /** @type {any} */ (values),
        host,
      );
      const whole = data.time[data.time.length - 1] ?? 0;
      if (overTime(chart) && data.focusMs < whole) plot.setScale('x', { min: 0, max: data.focusMs });
      return [{ plot, host }];
    });
    const shades = ramp();
    const stops = shades.map((c, i) => `${c} ${((i / (SHADES - 1)) ** 2 * 100).toFixed(1)}%`);
    for (const bar of document.querySelectorAll('.ramp i')) {
      /** @type {HTMLElement} */ (bar).style.background = `linear-gradient(90deg, ${stops.join(', ')})`;
    }
  }

  function fit() {
    for (const { plot, host } of drawn) {
      if (host.clientWidth > 0 && plot.width !== host.clientWidth) {
        plot.setSize({ width: host.clientWidth, height: plot.height });
      }
    }
  }

  /** Paper is white, whatever the screen. @param {boolean} is */
  function onPaper(is) {
    document.documentElement.classList.toggle('on-paper', is);
    drawAll();
  }

  drawAll();
  new ResizeObserver(fit).observe(document.body);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  window.addEventListener('beforeprint', () => onPaper(true));
  window.addEventListener('afterprint', () => onPaper(false));
})();
