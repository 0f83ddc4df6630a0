import { csvError, parseCsv, type Cell, type Row } from './csv.js';
import { toMicros, type Arrival, type Fate, type Trace } from './trace.js';

/** Columns of a trace. `arrival` and `duration` must be there; order is free. */
const COLUMNS = ['arrival', 'duration', 'cpus', 'exit', 'key', 'fate'] as const;
type Column = (typeof COLUMNS)[number];

const FATES: readonly Fate[] = ['ends', 'hangs', 'kills'];
const HEAD_HINT = `the first line names the columns: ${COLUMNS.join(',')}; the first two are needed`;
const ROW_HINT = 'a value for each column, which may be empty but for arrival and duration';
const CPUS_MAX = 100_000;
/** 366 days. */
const SECONDS_MAX = 31_622_400;
const KEY_LENGTH_MAX = 1024;
const HINTS: Readonly<Record<Column, string>> = {
  arrival: 'write seconds since the beginning, 12.5 say',
  duration: 'write seconds, 0.25 say',
  cpus: 'write 1, say, or leave it empty',
  exit: 'write an exit code from 0 to 255, or leave it empty',
  key: `a key has up to ${KEY_LENGTH_MAX} characters`,
  fate: 'leave it empty for a task that ends by itself',
};

/**
 * Reads a trace: a head with the names of the columns, then a task a line. `arrival` (since the beginning) and `duration`
 * (on a node of speed 1) are seconds with up to six decimals, `cpus` (1) may have a fraction, `exit` (0) is the exit code,
 * `key` the placement key, `fate` (ends) one of ends, hangs (ended by its timeout, after `duration`) and kills (takes its
 * node with it). Lines may stand in any order.
 *
 * @param file - for errors
 * @throws CoveyError `usage`, with line and column
 */
export function readTrace(text: string, file: string): Trace {
  const [head, ...rows] = parseCsv(text, file);
  if (!head) throw csvError(file, 1, 1, 'there is nothing in it', HEAD_HINT);
  const columns = head.cells.map((cell, i) => columnOf(cell, head, i, file));
  for (const wanted of ['arrival', 'duration'] as const) {
    if (!columns.includes(wanted)) throw csvError(file, head.line, 1, `there is no column '${wanted}'`, HEAD_HINT);
  }
  if (rows.length === 0) throw csvError(file, head.line + 1, 1, 'there is no task in it', 'one task a line');
  return rows.map((row) => arrivalOf(row, columns, file)).sort((a, b) => a.atMs - b.atMs);
}

/** The text that `readTrace` reads back as the same trace. */
export function writeTrace(trace: Trace): string {
  const rows = trace.map(({ atMs, durationMs, cpus, exitCode, key = '', fate }) =>
    [seconds(atMs), seconds(durationMs), cpus, exitCode, /[",#]|^\s|\s$/.test(key) ? quoted(key) : key, fate].join(','),
  );
  return [COLUMNS.join(','), ...rows, ''].join('\n');
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Without the noise of a division by a thousand. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(6).replace(/\.?0+$/, '');
}

function columnOf({ text, column }: Cell, head: Row, place: number, file: string): Column {
  const name = COLUMNS.find((known) => known === text.toLowerCase());
  if (name === undefined) throw csvError(file, head.line, column, `unknown column '${text}'`, HEAD_HINT);
  const first = head.cells.findIndex((cell) => cell.text.toLowerCase() === name);
  if (first < place) throw csvError(file, head.line, column, `column '${text}' is there twice`, HEAD_HINT);
  return name;
}

function arrivalOf({ line, cells }: Row, columns: readonly Column[], file: string): Arrival {
  if (cells.length !== columns.length) {
    const { column } = cells[Math.min(cells.length, columns.length + 1) - 1] ?? { column: 1 };
    throw csvError(file, line, column, `${cells.length} values for ${columns.length} columns`, ROW_HINT);
  }
  const cell = (name: Column): Cell => cells[columns.indexOf(name)] ?? { text: '', column: 1 };
  const number = (name: Column, max: number, without: number): number => {
    const { text, column } = cell(name);
    if (text === '' && name !== 'arrival' && name !== 'duration') return without;
    const value = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (value <= max) return value;
    throw csvError(
      file,
      line,
      column,
      `${name} is ${JSON.stringify(text)}, not a number from 0 to ${max}`,
      HINTS[name],
    );
  };
  const durationMs = toMicros(1000 * number('duration', SECONDS_MAX, 0));
  const [cpus, exitCode] = [number('cpus', CPUS_MAX, 1), number('exit', 255, 0)];
  if (durationMs === 0) throw csvError(file, line, cell('duration').column, 'the duration is nothing', HINTS.duration);
  if (cpus === 0) throw csvError(file, line, cell('cpus').column, 'a task needs more than 0 cpus', HINTS.cpus);
  if (!Number.isInteger(exitCode))
    throw csvError(file, line, cell('exit').column, 'exit is not a whole number', HINTS.exit);
  const fate = fateOf(cell('fate'), line, file);
  const atMs = toMicros(1000 * number('arrival', SECONDS_MAX, 0));
  const key = cell('key');
  if (key.text.length > KEY_LENGTH_MAX)
    throw csvError(file, line, key.column, `the key is ${key.text.length} long`, HINTS.key);
  return { atMs, durationMs, cpus, exitCode, fate, ...(key.text === '' ? {} : { key: key.text }) };
}

function fateOf({ text, column }: Cell, line: number, file: string): Fate {
  const fate = text === '' ? 'ends' : FATES.find((known) => known === text);
  if (fate === undefined)
    throw csvError(file, line, column, `fate is '${text}', not one of ${FATES.join(', ')}`, HINTS.fate);
  return fate;
}
