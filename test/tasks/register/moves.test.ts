import { expect } from 'chai';
import { Tale } from './explorer/tale.js';

/** The register goes from abc to cde without c, which has seen the seal; a and b have become stubs. */
function movedWithout(): Tale {
  return new Tale()
    .create('a', 'one')
    .flow('a', 'b', 'c')
    .seal('a', 'cde')
    .store('a')
    .deliver('a', 'c', 'accept', '"seal"')
    .store('c')
    .flow('a', 'b')
    .flow('a', 'd', 'e')
    .flow('a', 'b');
}

describe('whoever knows of a register only that its set was sealed', () => {
  it('should find where it went though it meets stubs only', () => {
    const tale = movedWithout();
    const { opens } = tale.world.spec;
    tale.on('take-over', 'c').flow('a', 'b', 'c').backOff('c').flow('a', 'b', 'c').flow('c', 'd', 'e');
    tale.backOff('c').flow('c', 'd', 'e');
    expect(tale.world.spec.opens).to.equal(opens + 1);
  });
});
