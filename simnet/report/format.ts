/** Figures for people: a space before the unit, three significant digits, `–` for what is not a number. */

const NONE = '–';

/** `340 ms`, `1.24 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return NONE;
  if (ms < 0.05) return '0 ms';
  if (ms < 999.5) return `${significant(ms)} ms`;
  if (ms < 59_950) return `${significant(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return both(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  return minutes < 24 * 60
    ? both(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
    : both(Math.floor(minutes / 1440), 'd', Math.floor((minutes % 1440) / 60), 'h');
}

/** `1,234`, `0.5`, `12.3`: whole from a hundred up, with separators. */
export function count(n: number): string {
  if (!Number.isFinite(n)) return NONE;
  return Math.abs(n) >= 100 || Number.isInteger(n)
    ? String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',')
    : significant(n);
}

/** `12.3 KB`, in powers of 1,000. */
export function bytes(n: number): string {
  if (!Number.isFinite(n)) return NONE;
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let scaled = n;
  let unit = 0;
  for (; scaled >= 999.5 && unit < units.length - 1; unit += 1) scaled /= 1000;
  return `${significant(scaled)} ${units[unit] ?? ''}`;
}

/** `1.05×`: what is compared with a bound or an average, to three places where it is close to it. */
export function times(n: number): string {
  if (!Number.isFinite(n)) return NONE;
  return `${n < 10 ? n.toFixed(n < 2 ? 3 : 2) : count(n)}×`;
}

/** `83.1 %`. */
export function percent(part: number): string {
  return Number.isFinite(part) ? `${(part * 100).toFixed(1).replace(/\.0$/, '')} %` : NONE;
}

/** At most four places behind the point, as many digits as say something. */
function significant(n: number): string {
  if (n === 0) return '0';
  const places = Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(n)))));
  const text = n.toFixed(places);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
