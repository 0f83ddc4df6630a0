import { expect } from 'chai';
import { resample, thin } from '../../../simnet/report/resample.js';
import { focusOf, gridOver } from '../../../simnet/report/time-grid.js';
import { sampleResult } from './support/samples.js';

const atMs = [0, 10, 20, 30, 40, 50];

describe('curves brought to fewer points', () => {
  it('should keep peaks, average what is averaged, and take the last of what is counted', () => {
    const grid = [0, 20, 40];
    const values = [1, 2, 9, 0, 4, 6];
    expect(resample(atMs, values, grid, 'max')).to.deep.equal([1, 9, 6]);
    expect(resample(atMs, values, grid, 'mean')).to.deep.equal([1, 5.5, 3.333]);
    expect(resample(atMs, values, grid, 'last')).to.deep.equal([1, 9, 6]);
  });

  it('should leave steps in which nothing started out of a mean wait, unless nothing started at all', () => {
    expect(resample(atMs, [0, 6, 0, 0, 0, 0], [0, 30], 'mean of those above zero')).to.deep.equal([6, 0]);
  });

  it('should end where the run ended, and hold a value where the grid is the finer one', () => {
    expect(resample([0, 10], [1, 2], [0, 4, 8, 12, 16, 20], 'mean')).to.deep.equal([1, 1, 1, 2, null, null]);
  });

  it('should thin a curve to a number of points, its ends among them', () => {
    const curve = Array.from({ length: 1_000 }, (_, i) => i);
    expect(thin(curve, 5)).to.deep.equal([0, 250, 500, 749, 999]);
    expect(thin([1, 2], 5)).to.deep.equal([1, 2]);
  });
});

describe('the time that the plots show', () => {
  const base = sampleResult({ samples: 101 });
  /** All but one of a thousand tasks end within a tenth of the run. */
  const straggling = {
    ...base,
    series: { ...base.series, finished: base.series.atMs.map((_, i) => (i < 10 ? i * 99.9 : i < 100 ? 999 : 1_000)) },
  };

  it('should be the whole run where tasks end until its end', () => {
    expect(focusOf([base], [])).to.equal(50_000);
  });

  it('should at first end soon after nearly all tasks have ended', () => {
    expect(focusOf([straggling], [])).to.be.closeTo(5_500, 1);
    expect(focusOf([straggling, base], [])).to.equal(50_000);
  });

  it('should include every fault', () => {
    expect(focusOf([straggling], [{ atMs: 10_000, untilMs: 20_000, label: 'x' }])).to.be.closeTo(22_000, 1);
  });

  it('should have most of its points where it shows most', () => {
    const grid = gridOver([straggling], 25_000, 40);
    expect(grid[0]).to.equal(0);
    expect(grid.at(-1)).to.equal(50_000);
    expect(grid.length).to.equal(40);
    expect(grid.filter((ms) => ms <= 25_000)).to.have.length(30);
    expect([...grid].sort((a, b) => a - b)).to.deep.equal(grid);
  });

  it('should not invent points', () => expect(gridOver([straggling], 50_000, 1_000)).to.have.length(101));
});
