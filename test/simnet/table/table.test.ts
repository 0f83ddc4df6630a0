import { expect } from 'chai';
import { renderMarkdown } from '../../../simnet/table/markdown.js';
import { CHOICES, makeTable, type Cell, type Table } from '../../../simnet/table/matrix.js';
import { geometricMean } from '../../../simnet/table/measures.js';
import { renderTablePage } from '../../../simnet/table/page.js';
import { tableWorkloads } from '../../../simnet/table/workloads.js';

const CELL: Cell = {
  ...{ responseMs: 1_000, responseP99Ms: 4_000, slowdown: 2, makespan: 1.2 },
  ...{ jain: 0.9, utilisation: 0.5, messagesPerTask: 20, unfinished: 0 },
};
const TABLE: Table = {
  workloads: [{ name: '<steady>', says: 'a & b' }],
  rows: [
    { choice: { kind: 'policy', name: 'bounded-ring' }, cells: [CELL] },
    { choice: { kind: 'discipline', name: 'sjf' }, cells: [{ ...CELL, responseMs: 500 }] },
    { choice: { kind: 'discipline', name: 'edf' }, cells: [{ ...CELL, responseMs: 3_000, unfinished: 0.1 }] },
  ],
  tasks: 10,
  seed: 1,
};

describe('the table of policies and disciplines', () => {
  it('should have a dozen workloads, of the load that they say', () => {
    const workloads = tableWorkloads(2_000, 1);
    expect(workloads).to.have.length(12);
    for (const { name, says, nodes, trace } of workloads) {
      const load = /(\d+) % load/.exec(says)?.[1];
      if (load === undefined) continue;
      const power = nodes.reduce((sum, { cpus, speed }) => sum + cpus * speed, 0);
      const work = trace.reduce((sum, { durationMs, cpus }) => sum + durationMs * cpus, 0);
      const found = (100 * work) / (power * trace.at(-1)!.atMs);
      expect(found, name).to.be.within(0.75 * Number(load), 1.25 * Number(load));
    }
  });

  it('should run each choice under each workload, to the end of all tasks', () => {
    const choices = CHOICES.filter(({ name }) => name === 'bounded-ring' || name === 'sjf');
    const making = makeTable({ tasks: 20, seed: 1, choices });
    let step = making.next();
    for (; step.done !== true; step = making.next()) expect(step.value.of).to.equal(24);
    const { rows } = step.value;
    expect(rows.map(({ choice }) => choice.name)).to.deep.equal(['bounded-ring', 'sjf']);
    for (const { cells } of rows) {
      expect(cells).to.have.length(12);
      for (const cell of cells) {
        expect(cell.unfinished).to.equal(0);
        expect(cell.responseMs).to.be.above(0).and.at.most(cell.responseP99Ms);
        expect(cell.makespan).to.be.at.least(0.999);
        expect(cell.utilisation).to.be.within(0, 1.001);
        expect(cell.messagesPerTask).to.be.above(0);
      }
    }
  });

  it('should be bold where it is best, and marked where tasks did not end', () => {
    const text = renderMarkdown(TABLE);
    expect(text).to.contain('| `sjf` | **500 ms** |');
    expect(text).to.contain('| `edf` | 3 s † |');
    expect(text).to.contain('| `bounded-ring` | 1 s | 4 s | 2.00× | 1.200× | 0.900 | 50 % | 20 |');
    expect(geometricMean([1, 100])).to.be.closeTo(10, 1e-9);
  });

  it('should be one page that loads nothing, the best first in its plots', () => {
    const page = renderTablePage(TABLE);
    expect(page)
      .to.contain('&lt;steady&gt;')
      .and.to.contain('a &amp; b')
      .and.not.to.match(/<script|src=|href=|<steady>/);
    const order = ['sjf', 'bounded-ring', 'edf'].map((name) => page.indexOf(`<title>${name}: mean`));
    expect(order)
      .to.deep.equal(order.toSorted((a, b) => a - b))
      .and.not.to.include(-1);
    expect(page.match(/<table>/g)).to.have.length(7);
  });
});
