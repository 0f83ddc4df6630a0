import { Broken } from './spec.js';
import { Tale } from './tale.js';
import { CLAIM_TALES } from './tales-claims.js';
import { SETTLED_TALES } from './tales-settled.js';

/** Two creates race; `forgets` is what befalls the replica that has promised the later one and knows nothing else. */
function promiseIn(forgets: (tale: Tale) => void): Tale {
  const tale = new Tale().create('a', 'one').store('a').create('b', 'two').store('b');
  forgets(tale);
  return tale
    .deliver('a', 'c', 'accept')
    .store('c')
    .deliver('c', 'a', 'accepted')
    .deliver('b', 'c', 'accept')
    .store('b')
    .store('c')
    .deliver('c', 'b', 'accepted');
}

/** `c` has committed x with `b`, then it loses its disk while `a` still takes itself for the coordinator. */
function lostBehindTheBack(): Tale {
  return new Tale()
    .create('a', 'one')
    .flow('a', 'b')
    .flow('a', 'c')
    .on('take-over', 'c')
    .flow('b', 'c')
    .write('c', 'x')
    .flow('b', 'c')
    .loseDisk('c')
    .write('a', 'y')
    .deliver('a', 'c', 'accept', '"key":"y"')
    .deliver('c', 'a', 'abstains')
    .flow('a', 'c')
    .on('take-over', 'a', 'a')
    .flow('a', 'c');
}

/** `a` and `c` have committed x, `b` has missed it, and `c` lets go of its entries. */
function resting(): Tale {
  return new Tale()
    .create('a', 'one')
    .flow('a', 'b', 'c')
    .write('a', 'x')
    .flow('a', 'c')
    .sweep('a')
    .flow('a', 'c')
    .on('rest', 'c');
}

/**
 * Stories that a random walk seldom comes upon, each the shortest known for its rule. The machine must stand every one of
 * them; without the rule it does not.
 */
export const TALES: Readonly<Record<string, () => Tale>> = {
  'a promise of an unknown register outlives a restart': () =>
    promiseIn((tale) => tale.deliver('b', 'c', 'prepare').store('c').deliver('c', 'b', 'promise').crash('c')),

  'a promise of an unknown register is kept while it is young': () =>
    promiseIn((tale) => tale.deliver('b', 'c', 'prepare').store('c').deliver('c', 'b', 'promise').on('forget', 'c')),

  'a promise whose write failed is not given': () =>
    promiseIn((tale) =>
      tale
        .deliver('b', 'c', 'prepare')
        .failStore('c')
        .deliver('b', 'c', 'prepare')
        .store('c')
        .deliver('c', 'b', 'promise')
        .crash('c'),
    ),

  'a ballot is used once, though its coordinator restarts': () => {
    const tale = new Tale();
    for (let life = 0; life < 2; life++) {
      tale.create('b', 'two');
      if (life === 1) tale.store('b');
      for (const other of ['a', 'c'] as const)
        tale.deliver('b', other, 'prepare').store(other).deliver(other, 'b', 'promise');
      for (const other of ['a', 'c'] as const)
        tale.deliver('b', other, 'accept').store(other).deliver(other, 'b', 'accepted');
      tale.write('b', 'x').crash('b');
    }
    return tale;
  },

  'two coordinators never have one ballot number': () =>
    new Tale()
      .create('a', 'one')
      .flow('a', 'b')
      .flow('a', 'c')
      .on('take-over', 'b', 'c')
      .flow('a', 'b')
      .write('b', 'x')
      .flow('a', 'c')
      .write('c', 'x'),

  'an acknowledgement counts for its own ballot': () =>
    new Tale()
      .create('a', 'one')
      .flow('a', 'b')
      .flow('a', 'c')
      .write('a', 'x')
      .write('a', 'x')
      .deliver('a', 'c', 'accept')
      .store('c')
      .on('take-over', 'a')
      .flow('a', 'b')
      .write('a', 'y')
      .store('a')
      .deliver('c', 'a', 'accepted', '"seq":3')
      .on('take-over', 'c', 'c')
      .flow('b', 'c')
      .backOff('c')
      .flow('b', 'c'),

  'an installer finds what another has installed': () =>
    new Tale()
      .create('a', 'one')
      .flow('a', 'b')
      .flow('a', 'c')
      .seal('a', 'cde')
      .store('a')
      .deliver('a', 'b', 'accept', '"seal"')
      .store('b')
      .crash('a')
      .on('take-over', 'c')
      .flow('b', 'c')
      .flow('c', 'd')
      .write('c', 'x')
      .flow('c', 'd')
      .on('take-over', 'a')
      .flow('a', 'b')
      .backOff('a')
      .flow('a', 'b')
      .flow('a', 'd', 'e')
      .on('take-over', 'd', 'd')
      .flow('d', 'e'),

  'a coordinator that seals does nothing else': () =>
    new Tale()
      .create('a', 'one')
      .flow('a', 'b')
      .seal('a', 'cde')
      .seal('a', 'bce')
      .store('a')
      .deliver('a', 'b', 'accept', '"set":["c","d","e"]')
      .store('b')
      .deliver('b', 'a', 'accepted')
      .flow('a', 'd', 'e')
      .on('take-over', 'd')
      .flow('d', 'e')
      .deliver('a', 'b', 'accept', '"set":["b","c","e"]')
      .on('take-over', 'b')
      .flow('b', 'c'),

  'a stub forwards while the register is young': () =>
    new Tale()
      .create('a', 'one')
      .flow('a', 'b', 'c')
      .seal('a', 'cde')
      .flow('a', 'b')
      .flow('a', 'd', 'e')
      .flow('a', 'b')
      .on('take-over', 'd')
      .flow('d', 'e')
      .write('d', 'x')
      .flow('d', 'e')
      .on('forget', 'a', 'b')
      .on('take-over', 'c', 'c', 'c', 'c', 'c')
      .flow('a', 'b', 'c')
      .write('c', 'x')
      .flow('a', 'b', 'c'),

  'a seal that is found is followed': () =>
    new Tale()
      .create('a', 'one')
      .flow('a', 'b')
      .flow('a', 'c')
      .seal('a', 'cde')
      .store('a')
      .deliver('a', 'b', 'accept', '"seal"')
      .store('b')
      .deliver('b', 'a', 'accepted')
      .flow('a', 'd', 'e')
      .on('take-over', 'd')
      .flow('d', 'e')
      .on('take-over', 'b', 'b', 'b')
      .flow('b', 'c')
      .write('b', 'x')
      .flow('b', 'c'),

  'a seal that is found is committed before it is followed': () =>
    new Tale()
      .create('a', 'one')
      .flow('a', 'b')
      .flow('a', 'c')
      .seal('a', 'cde')
      .store('a')
      .crash('a')
      .on('take-over', 'a')
      .store('a')
      .deliver('a', 'b', 'prepare')
      .store('b')
      .deliver('b', 'a', 'promise')
      .flow('a', 'd', 'e')
      .on('take-over', 'd')
      .flow('d', 'e')
      .on('take-over', 'b', 'b', 'b')
      .flow('b', 'c')
      .write('b', 'x')
      .flow('b', 'c'),

  'a seal is committed before it is followed': () =>
    new Tale()
      .create('a', 'one')
      .flow('a', 'b')
      .flow('a', 'c')
      .seal('a', 'cde')
      .flow('a', 'd', 'e')
      .on('take-over', 'd')
      .flow('d', 'e')
      .on('take-over', 'b')
      .flow('b', 'c')
      .write('b', 'x')
      .flow('b', 'c'),

  'what rests is read again before it is promised': () => resting().on('take-over', 'b').flow('b', 'c'),

  'what went bad while it rested is not voted on': () =>
    resting().rot('c', 1).on('take-over', 'b').flow('b', 'c').flow('a', 'b', 'c'),

  'a repair needs a ballot that is newer than the loss': lostBehindTheBack,

  'what is repaired in part does not vote': () =>
    new Tale()
      .create('a', 'one')
      .flow('a', 'b')
      .flow('a', 'c')
      .do({ kind: 'copy-disk', node: 2 })
      .write('a', 'x')
      .flow('a', 'c')
      .do({ kind: 'lose-disk', node: 2, copy: 0 })
      .on('restart', 'c')
      .store('c')
      .write('a', 'y')
      .deliver('a', 'c', 'accept', '"key":"y"')
      .deliver('c', 'a', 'abstains')
      .store('a')
      .deliver('a', 'b', 'prepare')
      .store('b')
      .deliver('b', 'a', 'promise')
      .store('a')
      .deliver('a', 'b', 'page')
      .store('b')
      .deliver('b', 'a', 'promise')
      .store('a')
      .deliver('a', 'c', 'accept', '"doubt"')
      .store('c')
      .on('take-over', 'b')
      .flow('b', 'c'),

  ...CLAIM_TALES,
  ...SETTLED_TALES,
};

/** @returns the first story that breaks, and after how many steps */
export function brokenTale(): { readonly name: string; readonly steps: number; readonly message: string } | undefined {
  for (const [name, tell] of Object.entries(TALES)) {
    try {
      tell();
    } catch (error) {
      if (!(error instanceof Broken)) continue;
      return { name, steps: Tale.steps, message: error.message };
    }
  }
  return undefined;
}
