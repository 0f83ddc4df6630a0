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

describe('whoever goes after a register by way of its old sets', () => {
  it('should hold nothing of it any more, once it has found it in a set of others', () => {
    const tale = new Tale().create('a', 'one').flow('a', 'b', 'c');
    tale.seal('a', 'abd').flow('a', 'b', 'd').seal('a', 'bde').flow('a', 'b', 'd', 'e').flow('b', 'd', 'e');
    // All that was said to c meanwhile is lost.
    tale.world.fresh.length = 0;
    const c = tale.world.node(2);
    expect(tale.world.core(c)).to.include({ isStub: false });
    tale.on('take-over', 'c');
    for (let again = 0; again < 3; again++) tale.flow('a', 'b', 'c', 'd', 'e').backOff('c');
    expect(tale.world.core(c)).to.include({ isStub: true });
    expect(tale.world.core(c)?.head).to.include({ generation: 2 });
  });

  it('should be told so by one that knows it installed there, though that set has no majority any more', () => {
    const tale = new Tale().create('a', 'one').flow('a', 'b', 'c').seal('a', 'ab').flow('a', 'b');
    const c = tale.world.node(2);
    tale.world.fresh.length = 0;
    tale.on('take-over', 'c').flow('b', 'c');
    expect(tale.world.core(c), 'b was not told yet that a has the state, too').to.include({ isStub: false });
    tale.write('a', 'x').flow('a', 'b');
    tale.world.fresh.length = 0;
    tale.on('take-over', 'c').backOff('c').flow('b', 'c');
    expect(tale.world.core(c)).to.include({ isStub: true });
    expect(tale.world.core(c)?.head).to.include({ generation: 1 });
  });
});
