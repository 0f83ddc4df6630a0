import { expect } from 'chai';
import { faultLanes, faultsOf } from '../../../simnet/report/fault-lanes.js';
import { bestOf, FIGURES, show, type Figure } from '../../../simnet/report/figures.js';
import { spreadCharts } from '../../../simnet/report/spread-charts.js';
import { sampleResult } from './support/samples.js';

function figure(group: string, label: string): Figure {
  return FIGURES.find(({ title }) => title === group)!.figures.find((f) => f.label === label)!;
}

describe('which run was best', () => {
  const base = sampleResult();
  const withMean = (mean: number, more = {}) => ({ ...base, ...more, waitMs: { ...base.waitMs, mean } });
  const mean = figure('Wait', 'mean');

  it('should be the lowest where low is good, the highest where high is', () => {
    expect(bestOf(mean, [withMean(30), withMean(10), withMean(20)])).to.deep.equal([1]);
    const jain = (value: number) => ({ ...base, balance: { ...base.balance, jain: value } });
    expect(bestOf(figure('Balance', "Jain's fairness index"), [jain(0.9), jain(0.95)])).to.deep.equal([1]);
  });

  it('should be all that print the same, and none where all do', () => {
    expect(bestOf(mean, [withMean(30), withMean(10.01), withMean(10.02)])).to.deep.equal([1, 2]);
    expect(bestOf(mean, [withMean(10.01), withMean(10.02)])).to.deep.equal([]);
  });

  it('should never be the omniscient reference', () => {
    const central = withMean(1, { transport: 'model', policy: 'central' });
    expect(bestOf(mean, [withMean(30), central, withMean(20)])).to.deep.equal([2]);
  });

  it('should be nobody where neither end is good', () => {
    const steals = figure('Tasks', 'stolen');
    expect(bestOf(steals, [base, { ...base, tasks: { ...base.tasks, steals: 0 } }])).to.deep.equal([]);
  });

  it('should not show what a model has no notion of', () => {
    const model = sampleResult({ transport: 'model' });
    expect(show(figure('Traffic', 'bytes of a node'), model)).to.equal('–');
    expect(show(mean, model)).not.to.equal('–');
  });
});

describe('the tail of a distribution', () => {
  it('should pass through the quantiles, fall, and end where less than one task is left', () => {
    const [wait] = spreadCharts([sampleResult({ tasks: 100_000 })]);
    const { waitMs } = sampleResult({ tasks: 100_000 });
    const { values } = wait!.lines[0]!;
    const at = (ms: number) => values[wait!.xs!.findIndex((x) => x >= ms)]!;
    expect(at(waitMs.p99)).to.be.closeTo(0.01, 0.001);
    expect(at(waitMs.p999)).to.be.closeTo(0.001, 0.0001);
    const drawn = values.filter((v) => v !== null);
    expect(drawn).to.deep.equal([...drawn].sort((a, b) => b - a));
    expect(drawn.at(-1)).to.be.at.least(0.5 / 100_000);
  });
});

describe('faults as lanes', () => {
  const fault = (atMs: number, label: string) => ({ atMs, untilMs: atMs + 5, label });

  it('should be in the order of their beginning, a lane a kind, each once though runs share them', () => {
    const faults = [
      fault(20, 'n2 is killed for 5 s'),
      fault(10, 'n1, n2 | 4 nodes apart for 3.5 s'),
      fault(30, 'n3 is killed for 12 s'),
    ];
    const { chart, spans } = faultLanes(faultsOf([sampleResult({ faults }), sampleResult({ faults })]));
    expect(chart!.lanes).to.deep.equal(['apart', 'killed']);
    expect(spans.map(([lane, atMs]) => [lane, atMs])).to.deep.equal([
      [0, 10],
      [1, 20],
      [1, 30],
    ]);
  });

  it('should put rare kinds together, and say what it leaves out', () => {
    const kinds = Array.from({ length: 12 }, (_, i) => fault(i, 'abcdefghijkl'.charAt(i)));
    const { chart, spans } = faultLanes([...kinds, ...Array.from({ length: 500 }, (_, i) => fault(100 + i, 'a'))]);
    expect(chart!.lanes).to.have.length(10).and.include('others');
    expect(spans.filter(([lane]) => lane === 9)).to.have.length(3);
    expect(chart!.note).to.contain('first 400 of 512');
  });

  it('should be none without faults', () => expect(faultLanes([]).chart).to.equal(undefined));
});
