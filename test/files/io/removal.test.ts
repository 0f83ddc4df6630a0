import { expect } from 'chai';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../../src/files/io/removal.js';
import { asNobody } from '../../support/nobody.js';

describe('Removing what tasks wrote', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-removal-'));
    chmodSync(dir, 0o777);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('should go on past directories that may not be written to or listed', () =>
    asNobody(async () => {
      const tree = join(dir, 'tree');
      mkdirSync(join(tree, 'a/b'), { recursive: true });
      writeFileSync(join(tree, 'a/b/c'), 'x');
      chmodSync(join(tree, 'a/b'), 0o555);
      chmodSync(join(tree, 'a'), 0);
      await removeTree(tree);
      expect(existsSync(tree)).to.equal(false);
    }));

  it('should let be what is not there, and what it cannot remove', () =>
    asNobody(async () => {
      await removeTree(join(dir, 'nothing'));
      const tree = join(dir, 'parent/tree');
      mkdirSync(tree, { recursive: true });
      chmodSync(join(dir, 'parent'), 0o555);
      await removeTree(tree);
      expect(existsSync(tree)).to.equal(true);
      chmodSync(join(dir, 'parent'), 0o755);
    }));
});
