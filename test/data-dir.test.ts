import { expect } from 'chai';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDataDir } from '../src/data-dir.js';

describe('a data directory', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'covey-data-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('should be made with what it lies in, for its user alone', () => {
    makeDataDir(join(dir, 'a', 'b'));
    expect(statSync(join(dir, 'a', 'b')).mode & 0o777).to.equal(0o700);
    makeDataDir(join(dir, 'a', 'b'));
  });

  it('should be refused where it is a file, or lies in one', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => makeDataDir(join(dir, 'file')))
      .to.throw('cannot be used: it is no directory')
      .with.property('code', 'usage');
    expect(() => makeDataDir(join(dir, 'file', 'x')))
      .to.throw('cannot be used: ENOTDIR')
      .with.property('code', 'usage');
  });

  it('should be refused where nobody can make one, and not be tried for ever', () => {
    expect(() => makeDataDir('/proc/covey/x'))
      .to.throw('cannot be used: ENOENT')
      .with.property('code', 'usage');
  });
});
