import { expect } from 'chai';
import fc from 'fast-check';
import { hasIndex, indexCount, parseArray, parseIndexes, parseSelector } from '../../src/cli/selector.js';
import { failure } from '../support/failure.js';

describe('selectors', () => {
  it('should read ids, last and all, with and without indexes', () => {
    expect(parseSelector('01abc')).to.deep.equal({ job: { kind: 'id', text: '01abc' } });
    expect(parseSelector('last')).to.deep.equal({ job: { kind: 'last' } });
    expect(parseSelector('all')).to.deep.equal({ job: { kind: 'all' } });
    expect(parseSelector('last/3')).to.deep.equal({ job: { kind: 'last' }, indexes: { first: 3, last: 3, step: 1 } });
    expect(parseSelector('k1/1-5:2').indexes).to.deep.equal({ first: 1, last: 5, step: 2 });
  });

  for (const text of ['', 'LAST', 'a b', '/3', 'k1/', 'k1/x', 'k1/3/4', 'k1/5-1', 'k1/1-5:0', '../x']) {
    it(`should refuse ${JSON.stringify(text)}`, async () => {
      expect((await failure(() => parseSelector(text))).code).to.equal('usage');
    });
  }

  it('should count and contain just the indexes that a walk over the range meets', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 9 }), (first, more, step) => {
        const range = parseIndexes(`${first}-${first + more}:${step}`);
        const walked: number[] = [];
        for (let i = first; i <= first + more; i += step) walked.push(i);
        expect(indexCount(range)).to.equal(walked.length);
        const contained = Array.from({ length: 120 }, (_, i) => i).filter((i) => hasIndex(range, i));
        expect(contained).to.deep.equal(walked);
      }),
    );
  });
});

describe('arrays', () => {
  it('should read a range, a range with a step, and a number of tasks', () => {
    expect(parseArray('1-100')).to.deep.equal({ first: 1, last: 100, step: 1 });
    expect(parseArray('0-9:3')).to.deep.equal({ first: 0, last: 9, step: 3 });
    expect(parseArray('100')).to.deep.equal({ first: 1, last: 100, step: 1 });
    expect(indexCount(parseArray('1-1000000'))).to.equal(1_000_000);
    expect(indexCount(parseArray('1-2000000000:2000'))).to.equal(1_000_000);
  });

  for (const text of ['0', '1000001', '0-1000000', '5-1', '1-5:0', '-3', 'x', '1-', '1.5', '1-99999999999']) {
    it(`should refuse ${text}`, async () => {
      expect((await failure(() => parseArray(text))).code).to.equal('usage');
    });
  }
});
