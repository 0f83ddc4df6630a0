import { expect } from 'chai';
import { LineTags } from '../../src/cli/line-tags.js';

describe('line tags', () => {
  const said = (...pieces: readonly (readonly [who: string, text: string, isLast?: boolean])[]) => {
    const lines = new LineTags();
    const tagged = pieces.map(([who, text, isLast = false]) => lines.tag(who, `[${who}] `, Buffer.from(text), isLast));
    return Buffer.concat(tagged).toString();
  };

  it('should keep lines of many apart, however they are cut', () => {
    expect(said(['1', 'a'], ['2', 'x\ny'], ['1', 'b\nc\n'], ['2', 'z\n'])).to.equal('[2] x\n[1] ab\n[1] c\n[2] yz\n');
  });

  it('should end a line that was not ended, and add nothing where all were', () => {
    expect(said(['1', 'a', true])).to.equal('[1] a\n');
    expect(said(['1', 'a\n'], ['1', '', true])).to.equal('[1] a\n');
  });

  it('should leave bytes as they are', () => {
    const bytes = Buffer.from([0, 255, 13, 10, 128, 10]);
    const tag = Buffer.from('> ');
    const whole = Buffer.concat([tag, bytes.subarray(0, 4), tag, bytes.subarray(4)]);
    expect(Buffer.from(new LineTags().tag('x', '> ', bytes, true))).to.deep.equal(whole);
  });

  it('should break a line that never ends', () => {
    const lines = new LineTags();
    const length = (text: string, isLast = false) => lines.tag('x', '> ', Buffer.from(text), isLast).length;
    expect(length('a'.repeat(60_000))).to.equal(0);
    expect(length('a'.repeat(60_000))).to.equal(65_536 + 3);
    expect(length('', true)).to.equal(120_000 - 65_536 + 3);
  });
});
