import { Tale } from './tale.js';

/** The seal is committed without `b`, and `a` is about to install the state at the new set. */
function sealed(): Tale {
  return new Tale().create('a', 'one').flow('a', 'b', 'c').seal('a', 'cde').flow('a', 'c');
}

/** Stories of a replica that was away while its register went on without it (interpretation 16 of docs/register.md). */
export const SETTLED_TALES: Readonly<Record<string, () => Tale>> = {
  'who has missed a move is told of it by any replica that knows it done': () =>
    sealed()
      .flow('a', 'c', 'd')
      .on('take-over', 'd')
      .flow('c', 'd')
      .write('d', 'x')
      .flow('c', 'd')
      .write('d', 'y')
      .flow('c', 'd')
      .on('take-over', 'b')
      .flow('b', 'c')
      .forwards('b'),

  'nobody is told that a move is done which may not be': () =>
    sealed()
      .deliver('a', 'c', 'prepare', '"generation":1')
      .store('c')
      .deliver('c', 'a', 'promise')
      .deliver('a', 'd', 'prepare')
      .store('d')
      .deliver('d', 'a', 'promise')
      .deliver('a', 'c', 'accept', '"generation":1')
      .store('c')
      .crash('a')
      .on('take-over', 'b')
      .flow('b', 'c')
      .holds('b'),
};
