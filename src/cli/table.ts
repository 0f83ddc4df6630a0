import { clean } from './format.js';

const NO_LINES = Object.fromEntries(
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'
    .split(' ')
    .map((name) => [name, '']),
);

/** A cell that is coloured already, and clean. */
export interface Painted {
  readonly painted: string;
}

/** Aligned columns without borders, no blanks at the ends of lines. */
export async function table(
  head: readonly string[],
  rows: readonly (readonly (string | Painted)[])[],
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const grid = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
  });
  grid.push([...head]);
  for (const row of rows) grid.push(row.map((cell) => (typeof cell === 'string' ? clean(cell) : cell.painted)));
  return grid.toString().replace(/[ \t]+$/gm, '');
}
