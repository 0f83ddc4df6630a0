import { known } from '../../kernel/assert.js';

/** Something to be drawn, and what must stand above it. */
export interface Vertex {
  readonly id: string;
  readonly parents: readonly string[];
}

export interface DrawnLine {
  /** Without blanks at its end. */
  readonly drawing: string;
  /** Of the vertex in this line, if there is one. */
  readonly id: string | undefined;
}

/** Which ways a line leaves a cell: up 1, right 2, down 4, left 8. Where lines cross, the one going down is drawn over the other. */
const CELLS = ' ╵╶╰╷│╭├╴╯─┴╮┤┬│';
const [UP, RIGHT, DOWN, LEFT] = [1, 2, 4, 8];

/**
 * A directed graph without cycles, as text: a line for each vertex, after all its parents, and lines between that lead from each to
 * those that follow from it. A column belongs to a vertex that is still to come.
 */
export function draw(vertices: readonly Vertex[]): readonly DrawnLine[] {
  const children = childrenOf(vertices);
  const columns: (string | undefined)[] = [];
  const lines: DrawnLine[] = [];
  for (const id of inOrder(vertices, children)) {
    const at = columnOf(columns, id);
    const row = columns.map((column, i) => (i === at ? '●' : column === undefined ? ' ' : '│'));
    lines.push({ drawing: row.join(' ').trimEnd(), id });
    const next = children.get(id) ?? [];
    columns[at] = undefined;
    const before = [...columns];
    const targets = next.map((child) => columnOf(columns, child, at));
    if (next.length > 0) lines.push({ drawing: joined(before, at, targets), id: undefined });
  }
  return lines;
}

/** Where a vertex stands, or will: if nowhere yet, in the column that is left, or the first that is free. */
function columnOf(columns: (string | undefined)[], id: string, left = 0): number {
  const is = columns.indexOf(id);
  if (is >= 0) return is;
  const free = columns[left] === undefined ? left : columns.indexOf(undefined);
  const at = free < 0 ? columns.length : free;
  columns[at] = id;
  return at;
}

/** The line below a vertex: from its column to those of all that follow from it. */
function joined(before: readonly (string | undefined)[], at: number, targets: readonly number[]): string {
  const [first, last] = [Math.min(at, ...targets), Math.max(at, ...targets)];
  let text = '';
  for (let i = 0; i < Math.max(before.length, last + 1); i += 1) {
    const isPassed = before[i] !== undefined;
    const up = isPassed || i === at ? UP : 0;
    const down = isPassed || targets.includes(i) ? DOWN : 0;
    const isWithin = i >= first && i <= last;
    const turns = isWithin && (!isPassed || targets.includes(i));
    const right = turns && i < last ? RIGHT : 0;
    const left = turns && i > first ? LEFT : 0;
    text += CELLS[up | right | down | left] ?? ' ';
    text += i >= first && i < last ? '─' : ' ';
  }
  return text.trimEnd();
}

function childrenOf(vertices: readonly Vertex[]): Map<string, string[]> {
  const children = new Map<string, string[]>(vertices.map(({ id }) => [id, []]));
  for (const { id, parents } of vertices) for (const parent of new Set(parents)) children.get(parent)?.push(id);
  return children;
}

/** Parents first; what follows from a vertex soon after it, so that few columns stand open. */
function inOrder(vertices: readonly Vertex[], children: ReadonlyMap<string, readonly string[]>): string[] {
  const open = new Map(
    vertices.map(({ id, parents }) => [id, new Set(parents.filter((parent) => children.has(parent))).size]),
  );
  const ready = vertices.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
  const order: string[] = [];
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    order.push(id);
    const fresh = known(children.get(id), `children of ${id}`).filter((child) => {
      const left = (open.get(child) ?? 0) - 1;
      open.set(child, left);
      return left === 0;
    });
    ready.unshift(...fresh);
  }
  return order;
}
