import { CoveyError } from '../../src/kernel/errors.js';

export interface Cell {
  readonly text: string;
  /** Where it begins in its line, counted from 1. */
  readonly column: number;
}

export interface Row {
  /** Counted from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

/** Where in a file something is wrong. */
export function csvError(file: string, line: number, column: number, what: string, hint: string): CoveyError {
  return new CoveyError('usage', `${file}:${line}:${column}: ${what}`, hint);
}

/**
 * Comma-separated values with quotes as in RFC 4180, but for line breaks within a cell, which no trace needs. Empty lines
 * and lines that begin with # are left out, as is a byte order mark.
 *
 * @throws CoveyError `usage`, with line and column
 */
export function parseCsv(text: string, file: string): Row[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return lines.flatMap((line, i) => {
    return line.trim() === '' || line.startsWith('#') ? [] : [{ line: i + 1, cells: cellsOf(line, i + 1, file) }];
  });
}

function cellsOf(line: string, number: number, file: string): Cell[] {
  const cells: Cell[] = [];
  for (let at = 0; at <= line.length;) {
    const [text, end] = line[at] === '"' ? quoted(line, at, number, file) : bare(line, at, number, file);
    cells.push({ text, column: at + 1 });
    if (end < line.length && line[end] !== ',') {
      throw csvError(
        file,
        number,
        end + 1,
        'a comma must follow the closing quote',
        'a quote within quotes is written twice',
      );
    }
    at = end + 1;
  }
  return cells;
}

type Found = readonly [text: string, end: number];

function bare(line: string, from: number, number: number, file: string): Found {
  const comma = line.indexOf(',', from);
  const end = comma < 0 ? line.length : comma;
  const text = line.slice(from, end);
  const quote = text.indexOf('"');
  if (quote >= 0) throw csvError(file, number, from + quote + 1, 'a quote within a cell', 'quote the whole cell');
  return [text.trim(), end];
}

function quoted(line: string, from: number, number: number, file: string): Found {
  let text = '';
  for (let at = from + 1; at < line.length; at++) {
    if (line[at] !== '"') text += line[at];
    else if (line[at + 1] === '"') text += line[++at];
    else return [text, at + 1];
  }
  throw csvError(file, number, from + 1, 'the quote is not closed', 'a cell ends in its line');
}
