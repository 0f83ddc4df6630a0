import { expect } from 'chai';
import { problemOf } from '../../src/api/problem.js';
import { repeatOf, repeatToken } from '../../src/api/repeat.js';
import { CoveyError } from '../../src/kernel/errors.js';
import { nodeId } from '../../src/kernel/ids.js';

const TRIED = { set: ['a', 'b', 'c'].map(nodeId), createdAtMs: 1_793_000_000_000 };

const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the header of a repeated submission', () => {
  it('should bring back where the job was tried', () => {
    expect(repeatOf(repeatToken(TRIED))).to.deep.equal({ tried: TRIED });
    const claimed = { ...TRIED, rank: 3 };
    expect(repeatOf(repeatToken(claimed))).to.deep.equal({ tried: claimed });
    expect(repeatToken(TRIED), 'in any header').to.match(/^[\w-]+$/);
  });

  it('should be missing, or say that nothing is known', () => {
    expect(repeatOf(undefined)).to.equal(undefined);
    expect(repeatOf('unknown')).to.deep.equal({});
  });

  it('should be given with the problem that left the doubt', () => {
    const error = new CoveyError('outcome-unknown', 'it was sent', 'retry', { tried: TRIED });
    expect(problemOf(error)).to.include({ status: 504, code: 'outcome-unknown', repeat: repeatToken(TRIED) });
    expect(problemOf(new CoveyError('unavailable', 'no'))).to.not.have.property('repeat');
  });

  const wrong: [string, string | string[]][] = [
    ['nothing', ''],
    ['no JSON', 'eA'],
    ['no list', token({ set: ['a'] })],
    ['no time', token(['a', 'b'])],
    ['a time before all times', token([-1, 0, 'a'])],
    ['no rank', token([1, 'a', 'b'])],
    ['no nodes', token([1, 0])],
    ['more nodes than hold anything', token([1, 0, 'a', 'b', 'c', 'd'])],
    ['one node twice', token([1, 0, 'a', 'a'])],
    ['what is no name of a node', token([1, 0, ''])],
    ['numbers in place of nodes', token([1, 0, 2])],
    ['two headers', ['unknown', 'unknown']],
  ];
  for (const [what, header] of wrong) {
    it(`should be refused with ${what}`, () => {
      expect(() => repeatOf(header)).to.throw(CoveyError, /covey-repeat is not one that a daemon gave/);
    });
  }
});
