import { expect } from 'chai';
import { draw } from '../../../src/cli/graph/draw.js';

/** `a`, `b <- a`: each with its parents. */
function drawn(...said: readonly string[]): string {
  const vertices = said.map((text) => {
    const [id = '', parents = ''] = text.split(' <- ');
    return { id, parents: parents === '' ? [] : parents.split(' ') };
  });
  return draw(vertices)
    .map(({ drawing, id }) => (id === undefined ? drawing : `${drawing} ${id}`))
    .join('\n');
}

describe('the drawing of a graph', () => {
  it('should draw a chain, and what stands alone', () => {
    expect(drawn('a', 'b <- a')).to.equal('● a\n│\n● b');
    expect(drawn('a', 'b')).to.equal('● a\n● b');
  });

  it('should draw a diamond', () => {
    expect(drawn('a', 'b <- a', 'c <- a', 'd <- b c')).to.equal(
      ['● a', '├─╮', '● │ b', '│ │', '│ ● c', '├─╯', '● d'].join('\n'),
    );
  });

  it('should lead lines past those of others', () => {
    expect(drawn('a', 'b <- a', 'c <- a', 'd <- a', 'e <- b d', 'f <- c')).to.equal(
      ['● a', '├─┬─╮', '● │ │ b', '│ │ │', '│ ● │ c', '│ │ │', '│ ● │ f', '│   ● d', '├───╯', '● e'].join('\n'),
    );
  });

  it('should draw each line once, and none from what is not there', () => {
    expect(drawn('b <- a a', 'c <- b b')).to.equal('● b\n│\n● c');
  });
});
