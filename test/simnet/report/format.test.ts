import { expect } from 'chai';
import { bytes, count, duration, percent, times } from '../../../simnet/report/format.js';

describe('figures for people', () => {
  const cases: readonly (readonly [string, string])[] = [
    [duration(0), '0 ms'],
    [duration(0.31), '0.31 ms'],
    [duration(340), '340 ms'],
    [duration(999.6), '1 s'],
    [duration(1_240), '1.24 s'],
    [duration(59_960), '1 min'],
    [duration(200_000), '3 min 20 s'],
    [duration(3_599_700), '1 h'],
    [duration(7_500_000), '2 h 5 min'],
    [duration(90_000_000), '1 d 1 h'],
    [duration(NaN), '–'],
    [count(1_234_567), '1,234,567'],
    [count(999), '999'],
    [count(46.24), '46.2'],
    [count(0.051), '0.051'],
    [count(Infinity), '–'],
    [bytes(0), '0 B'],
    [bytes(999.6), '1 KB'],
    [bytes(12_345), '12.3 KB'],
    [bytes(5e9), '5 GB'],
    [times(1.0421), '1.042×'],
    [times(3.456), '3.46×'],
    [times(386), '386×'],
    [times(NaN), '–'],
    [percent(0.8312), '83.1 %'],
    [percent(1), '100 %'],
  ];
  for (const [shown, expected] of cases) it(`should show ${expected}`, () => expect(shown).to.equal(expected));
});
