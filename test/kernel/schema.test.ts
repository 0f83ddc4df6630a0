import { Ajv } from 'ajv';
import { expect } from 'chai';
import {
  amount,
  count,
  JobIdSchema,
  list,
  mapOf,
  NodeIdSchema,
  oneOf,
  record,
  text,
  textMap,
  type TSchema,
} from '../../src/kernel/schema.js';

/** Holds what must fit and what must not against a schema, as both codec and API compile it. */
function check(schema: TSchema, fits: readonly unknown[], not: readonly unknown[]): void {
  const isValid = new Ajv().compile(schema);
  for (const value of fits) expect(isValid(value), JSON.stringify(value)).to.equal(true);
  for (const value of not) expect(isValid(value), JSON.stringify(value)).to.equal(false);
}

describe('schemas', () => {
  it('should bound text, by characters', () => check(text(3), ['', 'abc', '🐑🐑🐑'], ['abcd', 1, null]));

  it('should bound whole numbers', () => {
    check(count(), [0, 1, Number.MAX_SAFE_INTEGER], [-1, 0.5, 2 ** 53, '1', null]);
    check(count(9), [9], [10]);
  });

  it('should bound amounts', () => check(amount(10), [0, 0.5, 10], [-0.1, 10.1, '1']));

  it('should bound lists', () => check(list(count(), 2), [[], [1, 2]], [[1, 2, 3], ['a'], {}]));

  it('should bound maps: their size, their names, their values under any name', () => {
    check(textMap(2, 3), [{}, { a: 'abc', '': '' }, { 'a\nb': 'x' }], [{ a: 'abcd' }, { a: 1 }, { 'a\nb': 1 }, []]);
    check(textMap(2, 3), [{ a: '', b: '' }], [{ a: '', b: '', c: '' }]);
    check(mapOf(amount(), 2, 5), [{ short: 1 }, { '\u2028': 1 }], [{ longer: 1 }, { '\u2028': '1' }, { '\n': -1 }]);
  });

  it('should take no key but their own', () => {
    check(record({ a: count() }), [{ a: 1 }], [{}, { a: 1, b: 1 }, { a: '1' }, [], null]);
  });

  it('should take one of the words', () => check(oneOf('on', 'off'), ['on', 'off'], ['', 'ON', 'on\n', 1]));

  it('should hold ids to their form', () => {
    check(JobIdSchema, ['abcd', '0'.repeat(40)], ['abc', 'ABCD', 'abcd\n', '0'.repeat(41)]);
    check(NodeIdSchema, ['a', '1'.repeat(64)], ['', 'a b', 'a\n', '1'.repeat(65)]);
  });
});
