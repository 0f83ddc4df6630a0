import { Tale } from './tale.js';

const OLD = { set: 'abc', rank: 1 };
const YOUNG = { set: 'cde', rank: 2 };
/** The set of the old one, chosen once more. */
const AGAIN = { set: 'abc', rank: 3 };

/** The older register is claimed, and made on the disk of its first replica only. */
function begun(): Tale {
  return new Tale().claim(OLD, 'a', 'b', 'c', 'd').make('a', 'one', OLD).store('a');
}

/** Stories of two registers with one id, each made by a gateway that believes other nodes to be there (rule 7). */
export const CLAIM_TALES: Readonly<Record<string, () => Tale>> = {
  'what was acknowledged outlives an older one that had reached a minority': () =>
    begun()
      .claim(YOUNG, 'b', 'c', 'd', 'e')
      .make('c', 'two', YOUNG)
      .flow('c', 'd', 'e')
      .on('take-over', 'a')
      .flow('a', 'b', 'c', 'd', 'e')
      .backOff('a')
      .flow('a', 'b', 'c', 'd', 'e'),

  'what may be at a majority is not made again': () =>
    begun().flow('a', 'b').claim(YOUNG, 'b', 'c', 'd', 'e').make('c', 'two', YOUNG).flow('c', 'd', 'e'),

  'a claim whose write failed is not granted': () =>
    begun()
      .claimUnstored(YOUNG, 'b', 'c')
      .crash('b')
      .crash('c')
      .claim(YOUNG, 'd', 'e')
      .make('c', 'two', YOUNG)
      .flow('c', 'd', 'e')
      .flow('a', 'b'),

  'a claim outlives a restart': () =>
    begun().claim(YOUNG, 'b', 'c', 'd', 'e').crash('b').make('c', 'two', YOUNG).flow('c', 'd', 'e').flow('a', 'b'),

  'a set that is claimed for again takes nothing of before': () =>
    begun()
      .claim(YOUNG, 'b', 'c', 'd', 'e')
      .claim(AGAIN, 'b')
      .make('c', 'two', YOUNG)
      .flow('c', 'd', 'e')
      .flow('a', 'b'),

  'a later claim for the same set counts': () =>
    new Tale()
      .claim(OLD, 'a', 'b', 'c', 'd')
      .claim(AGAIN, 'a', 'b', 'c', 'd')
      .claim(YOUNG, 'b', 'c', 'd', 'e')
      .make('c', 'two', YOUNG)
      .flow('c', 'd', 'e')
      .make('a', 'one', AGAIN)
      .flow('a', 'b'),

  'what was begun is gone on with under a later claim': () =>
    begun()
      .claim(YOUNG, 'b', 'c', 'd', 'e')
      .claim(AGAIN, 'a', 'b', 'c', 'd')
      .make('a', 'two', AGAIN)
      .flow('a', 'b', 'c'),

  'a claim in vain is no obstacle to what is at a majority': () =>
    begun().flow('a', 'b').claim(YOUNG, 'c').sweep('a').flow('a', 'b', 'c').on('take-over', 'c').flow('b', 'c'),
};
