import { expect } from 'chai';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf } from '../../../../src/files/io/hashing.js';
import { nodeId, type NodeId } from '../../../../src/kernel/ids.js';
import { KeptTrees } from '../../../../src/node/io/blobs/kept-trees.js';

const [SELF, A, B, C] = [nodeId('self'), nodeId('a'), nodeId('b'), nodeId('c')];
const [TREE, OLD, GONE] = [hashOf(Buffer.from('tree')), hashOf(Buffer.from('old')), hashOf(Buffer.from('gone'))];

describe('The trees that a node keeps', () => {
  let dir: string;
  let there: Set<NodeId>;
  let kept: string[];
  const keep = (tree: string) => Promise.resolve(kept.push(tree));
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-trees-'));
    there = new Set([SELF, A, B, C]);
    kept = [];
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const path = () => join(dir, 'trees');
  const store = { has: (hash: string) => hash !== GONE, isInUse: (hash: string) => hash === TREE };
  const open = (config = { awayMs: 0, againMs: 0 }) =>
    new KeptTrees({ self: SELF, path: path(), store, there: () => there, nowMs: () => 0, config });

  it('should be known again after a start, those that are still here, each by the last word', async () => {
    const before = open();
    expect(before.note(TREE, [SELF, A, C])).to.equal(true);
    expect(before.note(TREE, [SELF, A, B])).to.equal(true);
    expect(before.note(TREE, [SELF, A, B])).to.equal(false);
    expect(before.note(GONE, [SELF, A, B])).to.equal(false);
    appendFileSync(path(), `["${TREE.slice(0, 9)}\nnull\n["no tree",[]]\n`);
    const after = open();
    expect(readFileSync(path(), 'utf8')).to.equal(`${JSON.stringify([TREE, [SELF, A, B]])}\n`);
    there.delete(C);
    await after.look(keep);
    expect(kept, 'no keeper is away').to.deep.equal([]);
    there = new Set([SELF, A, C]);
    await after.look(keep);
    expect(kept).to.deep.equal([TREE]);
  });

  it('should not be copied where nobody has used them of late', async () => {
    const trees = open();
    trees.note(OLD, [SELF, A, B]);
    there.delete(B);
    await trees.look(keep);
    expect(kept).to.deep.equal([]);
  });

  it('should be tried again where that failed, and no two of them at a time', async () => {
    const trees = open();
    trees.note(TREE, [SELF, A, B]);
    there.delete(B);
    await trees.look((tree) => keep(tree).then(() => Promise.reject(new Error('full'))));
    let free: () => void = () => undefined;
    const first = trees.look((tree) => keep(tree).then(() => new Promise<void>((resolve) => (free = resolve))));
    await trees.look(keep);
    expect(kept).to.deep.equal([TREE, TREE]);
    free();
    await first;
    await trees.look(keep);
    expect(kept).to.deep.equal([TREE, TREE, TREE]);
  });

  it('should be known without a disk that takes them', () => {
    rmSync(dir, { recursive: true });
    const trees = open();
    expect([trees.note(TREE, [SELF]), trees.note(TREE, [SELF])]).to.deep.equal([true, false]);
  });
});
