import { expect } from 'chai';
import { writeResult } from '../../../../src/executor/io/functions/result.js';

describe('what a function returned', () => {
  it('should be JSON, and null for nothing', () => {
    const values = [undefined, null, 1, 'a', [1, { b: true }], new Date(0)];
    const texts = ['null', 'null', '1', '"a"', '[1,{"b":true}]', '"1970-01-01T00:00:00.000Z"'];
    expect(values.map((value) => writeResult(value, 100))).to.deep.equal(texts.map((json) => ({ json })));
  });

  it('should be refused with the place of what JSON cannot hold', () => {
    const shared = { x: 1 };
    expect(writeResult([shared, shared], 100), 'twice is no cycle').to.have.property('json');
    const broken: [unknown, RegExp][] = [
      [1n, /^a BigInt, /],
      [Symbol('s'), /^a symbol, /],
      [{ a: [new Map()] }, /^a Map at \.a\[0\], /],
      [[new Set()], /^a Set at \[0\], /],
    ];
    for (const [value, problem] of broken) {
      expect((writeResult(value, 100) as { problem: string }).problem).to.match(problem);
    }
    expect(writeResult({ toJSON: () => 3 }, 100)).to.deep.equal({ json: '3' });
  });

  it('should be within its bound', () => {
    expect(writeResult('x'.repeat(8), 10)).to.have.property('json');
    expect(writeResult('x'.repeat(9), 10)).to.have.property('problem');
  });
});
