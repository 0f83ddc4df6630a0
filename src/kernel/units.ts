import { CoveyError } from './errors.js';

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;

/**
 * Reads `500ms`, `30s`, `5m`, `2h`, `1d`; a bare number is seconds.
 *
 * @returns milliseconds
 * @throws CoveyError `usage`
 */
export function parseDuration(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim());
  const ms = found ? Number(found[1]) * MS[(found[2] ?? 's') as keyof typeof MS] : NaN;
  if (!(ms > 0 && ms <= 366 * MS.d)) {
    throw new CoveyError(
      'usage',
      `${JSON.stringify(text)} is not a duration`,
      'write 500ms, 30s, 5m or 2h, at most a year',
    );
  }
  return ms;
}

/**
 * Reads `1048576`, `64M`, `2G`, `1.5G` (powers of 1024; a trailing B or iB is allowed).
 *
 * @returns bytes
 * @throws CoveyError `usage`
 */
export function parseSize(text: string): number {
  const found = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text.trim());
  const unit = (found?.[2] ?? '').toUpperCase() as keyof typeof BYTES;
  const size = found ? Math.floor(Number(found[1]) * BYTES[unit]) : NaN;
  if (!(size > 0 && size <= 2 ** 50)) {
    throw new CoveyError('usage', `${JSON.stringify(text)} is not a size`, 'write 64M or 2G, more than zero');
  }
  return size;
}

/** `950ms`, `2.5s`, `3m 20s`, `2h 5m`: for people. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
