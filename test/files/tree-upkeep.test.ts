import { expect } from 'chai';
import { TreeUpkeep } from '../../src/files/tree-upkeep.js';
import { nodeId, type NodeId } from '../../src/kernel/ids.js';

const id = (name: string): NodeId => nodeId(`node-${name}`);
const SELF = id('self');
const set = (...names: readonly string[]) => new Set([SELF, ...names.map(id)]);

describe('The upkeep of trees', () => {
  let upkeep: TreeUpkeep;
  const note = (tree: string, ...names: readonly string[]) => upkeep.note(tree, names.map(id));
  beforeEach(() => (upkeep = new TreeUpkeep(SELF, { awayMs: 100, againMs: 1_000 })));

  it('should have a tree copied again once a keeper of it was away for long enough, and another node is there', () => {
    note('t', 'self', 'a', 'b');
    expect(upkeep.due(set('a', 'b', 'c'), 0)).to.deep.equal([]);
    expect(upkeep.due(set('a', 'c'), 10), 'it may come back').to.deep.equal([]);
    expect(upkeep.due(set('a', 'c'), 109)).to.deep.equal([]);
    expect(upkeep.due(set('a', 'c'), 110)).to.deep.equal(['t']);
    note('t', 'self', 'a', 'c');
    expect(upkeep.due(set('a', 'c'), 111), 'done').to.deep.equal([]);
  });

  it('should have nothing copied where nobody else is there to take it, until somebody comes', () => {
    note('t', 'self', 'a', 'b');
    expect(upkeep.due(set('a'), 0)).to.deep.equal([]);
    expect(upkeep.due(set('a'), 500)).to.deep.equal([]);
    upkeep.due(set('a', 'c'), 501);
    expect(upkeep.due(set('a', 'c'), 601)).to.deep.equal(['t']);
    // It was alone when the tree came.
    note('u', 'self');
    expect(upkeep.due(set('a', 'c'), 602)).to.include('u');
  });

  it('should begin to wait anew where a keeper was back meanwhile', () => {
    note('t', 'self', 'a', 'b');
    upkeep.due(set('a', 'c'), 0);
    expect(upkeep.due(set('a', 'b', 'c'), 90)).to.deep.equal([]);
    expect(upkeep.due(set('a', 'c'), 120)).to.deep.equal([]);
    expect(upkeep.due(set('a', 'c'), 220)).to.deep.equal(['t']);
  });

  it('should leave it to the first keeper that is there, and do it itself when that dies too', () => {
    note('t', 'a', 'self', 'b');
    expect(upkeep.due(set('a', 'c', 'd'), 0)).to.deep.equal([]);
    expect(upkeep.due(set('a', 'c', 'd'), 1_000), "it is a's").to.deep.equal([]);
    upkeep.due(set('c', 'd'), 2_000);
    expect(upkeep.due(set('c', 'd'), 2_099)).to.deep.equal([]);
    expect(upkeep.due(set('c', 'd'), 2_100), 'both have been away').to.deep.equal(['t']);
  });

  it('should leave each tree to exactly one of its keepers, whoever dies', () => {
    const names = ['self', 'a', 'b', 'c', 'd'];
    for (const keepers of [
      ['a', 'b', 'c'],
      ['d', 'self', 'a'],
      ['c', 'd', 'b'],
    ]) {
      for (const dead of keepers) {
        const there = new Set(names.filter((name) => name !== dead).map(id));
        const doing = keepers.filter((name) => {
          const own = new TreeUpkeep(id(name), { awayMs: 0, againMs: 0 });
          own.note('t', keepers.map(id));
          return name !== dead && own.due(there, 0).length > 0;
        });
        expect(doing, `${dead} of ${keepers.join()}`).to.deep.equal([keepers.find((name) => name !== dead)]);
      }
    }
  });

  it('should try again after a while what could not be copied, and forget what is gone', () => {
    note('t', 'self', 'a', 'b');
    note('u', 'self', 'a', 'b');
    upkeep.due(set('a', 'c'), 0);
    expect(upkeep.due(set('a', 'c'), 100)).to.deep.equal(['t', 'u']);
    upkeep.tried('t', 100);
    upkeep.forget('u');
    expect(upkeep.due(set('a', 'c'), 1_099)).to.deep.equal([]);
    expect(upkeep.due(set('a', 'c'), 1_100)).to.deep.equal(['t']);
  });

  it('should know what is news', () => {
    expect(note('t', 'self', 'a')).to.equal(true);
    expect(note('t', 'self', 'a')).to.equal(false);
    expect(note('t', 'self', 'b')).to.equal(true);
    expect(note('t', 'self')).to.equal(true);
  });
});
