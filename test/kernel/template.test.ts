import { expect } from 'chai';
import fc from 'fast-check';
import { fill, filledLength } from '../../src/kernel/template.js';

describe('template', () => {
  it('should put the item wherever {} stands, as it is', () => {
    expect(fill(['a', '{}', 'x{}y{}', '{ }'], '$&')).to.deep.equal(['a', '$&', 'x$&y$&', '{ }']);
  });

  it('should know its length beforehand', () => {
    const word = fc.array(fc.constantFrom('{}', '{', '}', 'a', 'é')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(word), fc.string(), (words, item) => {
        expect(filledLength(words, item.length)).to.equal(fill(words, item).join('').length);
      }),
    );
  });

  it('should know the length of what could never be made', () => {
    expect(filledLength(['{}'.repeat(9000)], 65_536)).to.equal(9000 * 65_536);
  });
});
