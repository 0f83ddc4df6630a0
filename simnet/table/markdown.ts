import type { Table } from './matrix.js';
import { bestOf, geometricMean, MEASURES } from './measures.js';

/** Two tables: mean response by workload, and all measures over all workloads. What is within 2 % of the best is bold. */
export function renderMarkdown(table: Table): string {
  const [response, ...others] = MEASURES;
  if (!response) throw new Error('there is nothing to measure');
  const byWorkload = table.rows.map(({ choice, cells }) => [
    `\`${choice.name}\``,
    ...cells.map((cell, column) => {
      const text = response.shown(response.of(cell)) + (cell.unfinished > 0 ? ' †' : '');
      return response.of(cell) <= bestOf(table, response, column) * 1.02 ? `**${text}**` : text;
    }),
  ]);
  const overAll = table.rows.map(({ choice, cells }) => [
    `\`${choice.name}\``,
    ...[response, ...others].map(({ of, shown }) => shown(geometricMean(cells.map(of)))),
  ]);
  return [
    grid(['mean response', ...table.workloads.map(({ name }) => name)], byWorkload),
    grid(['over all workloads', ...MEASURES.map(({ title }) => title)], overAll),
  ].join('\n\n');
}

function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
