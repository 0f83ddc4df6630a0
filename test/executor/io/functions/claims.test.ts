import { expect } from 'chai';
import { Claims } from '../../../../src/executor/io/functions/claims.js';

describe('Claims of a batch', () => {
  it('should give each call once, and say how many have begun', () => {
    const [ours, theirs] = [new Claims(3), new Claims(3)];
    const worker = new Claims(3, ours.memory);
    expect([ours.begun, worker.claim(), worker.claim(), ours.begun]).to.deep.equal([0, 0, 1, 2]);
    expect([worker.claim(), worker.claim(), ours.begun]).to.deep.equal([2, undefined, 3]);
    expect(theirs.begun).to.equal(0);
  });

  it('should give none once the rest was taken back, however often that is done', () => {
    const ours = new Claims(3);
    const worker = new Claims(3, ours.memory);
    worker.claim();
    ours.close();
    ours.close();
    expect([worker.claim(), ours.begun]).to.deep.equal([undefined, 1]);
  });
});
