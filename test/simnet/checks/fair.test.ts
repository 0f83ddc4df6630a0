import { expect } from 'chai';
import { asExpected, runsOnce, startsNothing, type Expected } from '../../../simnet/checks/fair.js';
import { made, type Made } from './support.js';

const ONCE: Expected = { job: 'job1', tasks: 1, attempts: [1, 1] };

describe('what is known beforehand in fair weather', () => {
  const said = (all: Made, more: Partial<Expected> = {}) => {
    return asExpected(all.history, { ...ONCE, ...more }, 'fair').map(({ message }) => message);
  };

  it('should find nothing where all goes to plan', () => {
    const all = made().attempt(1, 'n2', 5, 9).record('succeeded', 1, 10);
    expect(said(all, { state: 'succeeded', startsUntilMs: 5, attemptMaxMs: 4 })).to.deep.equal([]);
  });

  it('should say what has too few or too many attempts', () => {
    expect(said(made())).to.deep.equal(['job1/0 had 0 attempts, not 1']);
    const twice = made().attempt(1, 'n2', 5, 9).attempt(2, 'n3', 10, 12);
    expect(said(twice)).to.deep.equal(['job1/0 had 2 attempts, not 1']);
    expect(said(twice, { attempts: [3, 4] })).to.deep.equal(['job1/0 had 2 attempts, not 3-4']);
  });

  it('should say what ends as it must not, starts too late or runs too long', () => {
    const all = made().attempt(1, 'n2', 5, 9).record('failed', 1, 10);
    expect(said(all, { state: 'succeeded' })).to.deep.equal(['job1/0 is failed, not succeeded']);
    expect(said(all, { startsUntilMs: 4 })).to.deep.equal(['job1/0 started on n2 1 ms too late']);
    expect(said(all, { attemptMaxMs: 3 })).to.deep.equal(['job1/0 ran for longer than 3 ms']);
  });

  it('should say what runs twice at one time', () => {
    expect(runsOnce(made().attempt(1, 'n2', 5, 9).attempt(2, 'n3', 10).history, 11, 'fair')).to.deep.equal([]);
    const [finding] = runsOnce(made().attempt(1, 'n2', 5).attempt(2, 'n3', 10).history, 11, 'fair');
    expect(finding?.message).to.equal('job1/0 runs on n2 and on n3');
  });

  it('should say what starts on a node that was told to leave', () => {
    const { history } = made().attempt(1, 'n2', 5);
    expect(startsNothing(history, 'n2', 5, 9, 'fair')).to.deep.equal([]);
    expect(startsNothing(history, 'n3', 4, 9, 'fair')).to.deep.equal([]);
    const [finding] = startsNothing(history, 'n2', 4, 9, 'fair');
    expect(finding?.message).to.equal('job1/0 started on n2, which was told to leave');
  });
});
