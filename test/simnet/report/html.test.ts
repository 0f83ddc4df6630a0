import { Script } from 'node:vm';
import { expect } from 'chai';
import type { PageData } from '../../../simnet/report/chart.js';
import { renderReport } from '../../../simnet/report/html.js';
import { readMarkup } from './support/markup.js';
import { sampleResult } from './support/samples.js';

const FAULTS = [
  { atMs: 60_000, untilMs: 60_000, label: "n3's clock jumps by 0.4 s" },
  { atMs: 120_000, untilMs: 150_000, label: '8 nodes lose power for 30 s' },
];

function dataOf(html: string): PageData {
  return JSON.parse(readMarkup(html).scripts[0]!) as PageData;
}

function chartIds(html: string): string[] {
  return dataOf(html).charts.map(({ id }) => id);
}

describe('the HTML report', () => {
  const one = renderReport([sampleResult({ faults: FAULTS })], { command: 'covey sim --seed 7' });
  const compared = [
    sampleResult({ faults: FAULTS }),
    sampleResult({ policy: 'least-loaded', seed: 8 }),
    sampleResult({ policy: 'central', transport: 'model', seed: 9 }),
  ];
  const several = renderReport(compared);

  for (const [what, html] of [
    ['one run', one],
    ['several', several],
  ] as const) {
    describe(`of ${what}`, () => {
      it('should be well-formed, each id once', () => {
        const { fault, ids } = readMarkup(html);
        expect(fault).to.equal(undefined);
        expect(new Set(ids).size).to.equal(ids.length);
      });

      it('should have a place for every chart, and a chart for every place', () => {
        const { ids } = readMarkup(html);
        expect(ids.filter((id) => id !== 'data')).to.have.members(chartIds(html));
      });

      it('should load nothing and forbid it', () => {
        const { scripts } = readMarkup(html);
        expect(html).not.to.match(/(src|href)\s*=|url\(|@import|https?:\/\//i);
        expect(html).to.contain(`content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"`);
        expect(scripts.length).to.equal(4);
      });

      it('should carry scripts that a browser can read', () => {
        for (const script of readMarkup(html).scripts.slice(1)) expect(() => new Script(script)).not.to.throw();
      });

      it('should draw every line as long as its axis', () => {
        const { charts, time, columns } = dataOf(html);
        for (const chart of charts) {
          if (chart.kind === 'lines') {
            for (const { values } of chart.lines) expect(values).to.have.length((chart.xs ?? time).length);
          } else if (chart.kind === 'heat') {
            for (const row of chart.rows) expect(row).to.have.length(columns.length);
          }
        }
      });

      it('should say units and what it is on every axis', () => {
        for (const chart of dataOf(html).charts) {
          expect(chart.title).not.to.equal('');
          expect(chart.note).to.match(/\.$/);
          if (chart.kind === 'lines') expect([chart.x.label, chart.y.label]).not.to.include('');
        }
      });
    });
  }

  it('should show every plot of a run', () => {
    expect(chartIds(one)).to.deep.equal(
      'faults utilisation flow queue longest wait messages views up heat-0 wait-tail slowdown-tail balance'.split(' '),
    );
  });

  it('should show the headline figures, the seed, the hash and the command', () => {
    const { text } = readMarkup(one);
    for (const figure of [
      '10,000',
      '1.042×',
      '9f1c03ab77e2d418',
      'covey sim --seed 7',
      '18.3 KB/s',
      '46.2/s',
      'p99.9',
    ]) {
      expect(text).to.contain(figure);
    }
  });

  it('should list the faults, and shade the plots with them', () => {
    expect(readMarkup(one).text).to.contain('n3&#39;s clock jumps by 0.4 s').and.contain('an instant');
    expect(dataOf(one).spans).to.deep.equal([
      [0, 60_000, 60_000, "n3's clock jumps by 0.4 s"],
      [1, 120_000, 150_000, '8 nodes lose power for 30 s'],
    ]);
  });

  it('should have one colour a policy, in the table and in every plot', () => {
    const { charts } = dataOf(several);
    for (const chart of charts) {
      if (chart.kind !== 'lines') continue;
      const colours = new Map(chart.lines.map(({ label, colour }) => [label, colour]));
      colours.delete('arrived');
      expect([...colours.values()]).to.deep.equal([...colours.keys()].map((name) => NAMES.indexOf(name)));
    }
    expect(several).to.contain('background:var(--c2)"></span>central (model)');
  });

  it('should not draw what a model does not have', () => {
    const messages = dataOf(several).charts.find(({ id }) => id === 'messages');
    expect(messages?.kind === 'lines' ? messages.lines.map((l) => l.label) : []).to.deep.equal(NAMES.slice(0, 2));
  });

  it('should escape whatever others named', () => {
    const evil = `</script><img src=x onerror=alert(1)>"'&\u2028<!--`;
    const results = [1, 2].map((seed) =>
      sampleResult({ scenario: evil, policy: evil, seed, faults: [{ atMs: 1, untilMs: 2, label: evil }] }),
    );
    for (const html of [renderReport(results, { command: evil }), renderReport(results.slice(0, 1))]) {
      expect(readMarkup(html).fault).to.equal(undefined);
      expect(html).not.to.contain('<img').and.not.to.contain('<!--');
      expect(dataOf(html).spans[0]![3]).to.equal(evil);
    }
  });

  it('should say in words that tasks were lost', () => {
    const good = sampleResult();
    const bad = { ...good, tasks: { ...good.tasks, succeeded: 9_990, lost: 3, failed: 5 } };
    expect(readMarkup(renderReport([bad])).text).to.contain('3 lost, 5 failed, 2 without an end');
    expect(readMarkup(renderReport([good])).text).to.contain('none was lost');
  });

  it('should stay under a megabyte for 500 nodes, 100,000 tasks, an hour, and five runs', () => {
    const large = (policy: string) => sampleResult({ policy, nodes: 500, tasks: 100_000, samples: 7_200 });
    expect(renderReport([large('a')]).length).to.be.below(300_000);
    expect(renderReport(['a', 'b', 'c', 'd', 'e'].map(large)).length).to.be.below(1_000_000);
  });

  it('should stand a run in which nothing happened', () => {
    const { series, ...rest } = sampleResult({ tasks: 1, samples: 1 });
    const empty = Object.fromEntries(Object.keys(series).map((key) => [key, []])) as unknown as typeof series;
    const none = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, curve: [] };
    const html = renderReport([{ ...rest, series: empty, waitMs: none, responseMs: none, slowdown: none }]);
    expect(readMarkup(html).fault).to.equal(undefined);
  });

  it('should refuse to report nothing', () => expect(() => renderReport([])).to.throw('at least one result'));
});

const NAMES = ['bounded-ring', 'least-loaded', 'central (model)'];
