import { expect } from 'chai';
import type { FastifyError } from 'fastify';
import { problemOf } from '../../src/api/problem.js';
import { CoveyError } from '../../src/kernel/errors.js';

describe('problem', () => {
  it('should say what a CoveyError says', () => {
    expect(problemOf(new CoveyError('busy', 'the flock is full', 'try later'))).to.deep.equal({
      ...{ type: 'about:blank', title: 'busy', status: 429, code: 'busy' },
      ...{ detail: 'the flock is full', hint: 'try later' },
    });
    expect(problemOf(new CoveyError('outcome-unknown', 'sent'))).to.not.have.property('hint');
  });

  it('should give each refusal of the server its code', () => {
    const of = (statusCode?: number) => {
      const error = Object.assign(new Error('no'), { statusCode }) as FastifyError;
      const { status, code, detail } = problemOf(error);
      expect(detail).to.equal('no');
      return [status, code];
    };
    expect(of(400)).to.deep.equal([400, 'usage']);
    expect(of(415)).to.deep.equal([415, 'usage']);
    expect(of(404)).to.deep.equal([404, 'not-found']);
    expect(of(413)).to.deep.equal([413, 'too-large']);
    expect(of(500)).to.deep.equal([500, 'failed']);
    expect(of()).to.deep.equal([500, 'failed']);
    expect(problemOf(new Error('odd'))).to.include({ status: 500, code: 'failed', detail: 'odd' });
  });
});
