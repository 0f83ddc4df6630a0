import { expect } from 'chai';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matching, readTree, uploaded, writeTree } from '../../../src/files/io/tree.js';
import { failure } from '../../support/failure.js';

describe('A tree of files', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-tree-'));
    for (const one of ['src/deep', '.git', 'build']) mkdirSync(join(dir, one), { recursive: true });
    for (const one of ['a.txt', 'src/b.js', 'src/deep/c.js', '.git/config', 'build/x.o'])
      writeFileSync(join(dir, one), one);
    chmodSync(join(dir, 'src/b.js'), 0o755);
    symlinkSync('b.js', join(dir, 'src/link'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('should have all files but .git and what the ignore file names', async () => {
    writeFileSync(join(dir, '.coveyignore'), '# built\n/build/\n*.txt\n');
    const { files, links } = await readTree(dir, await uploaded(dir));
    expect(files.map(({ path, executable }) => [path, executable])).to.deep.equal([
      ['src/b.js', true],
      ['src/deep/c.js', false],
    ]);
    expect(links).to.deep.equal([{ path: 'src/link', target: 'b.js' }]);
  });

  it('should have what a glob names', async () => {
    const paths = async (...globs: string[]) => (await readTree(dir, matching(globs))).files.map(({ path }) => path);
    expect(await paths('*.txt')).to.deep.equal(['a.txt']);
    expect(await paths('src/**', 'build/*.o')).to.deep.equal(['build/x.o', 'src/b.js', 'src/deep/c.js']);
    expect(await paths('nothing')).to.deep.equal([]);
    for (const glob of ['./src/*/c.js', '{src/deep,build}/c.js', 's*c/deep/c.js', '**/c.js', 'src/**/deep/c.js']) {
      expect(await paths(glob), glob).to.deep.equal(['src/deep/c.js']);
    }
  });

  it('should not look where no glob can name anything', async () => {
    mkdirSync(join(dir, 'locked'), { mode: 0 });
    const isEntered = matching(['src/*.js', 'a.txt', 'out/**']);
    const entered = ['src/', 'out/', 'out/a/b/', 'src/deep/', 'locked/'].filter((path) => isEntered(path));
    expect(entered).to.deep.equal(['src/', 'out/', 'out/a/b/']);
    expect((await readTree(dir, isEntered)).files.map(({ path }) => path)).to.deep.equal(['a.txt', 'src/b.js']);
  });

  it('should be refused with a link that leads out of it, unless nobody wants that', async () => {
    symlinkSync('/etc/passwd', join(dir, 'evil'));
    const error = await failure(async () => readTree(dir, await uploaded(dir)));
    expect(error.message).to.equal('evil is a link to /etc/passwd, out of its directory');
    writeFileSync(join(dir, '.coveyignore'), 'evil');
    expect((await readTree(dir, await uploaded(dir))).files).to.have.length(4);
  });

  it('should be written as it was read', async () => {
    const { files, links } = await readTree(dir, matching(['src/**']));
    const into = join(dir, 'copy');
    const entries = files.map(({ path, executable, bytes }) => ({ path, executable, bytes, hash: path }));
    await writeTree(into, { files: entries, links }, (hash, to, mode) => {
      writeFileSync(to, readFileSync(join(dir, hash)), { mode });
      return Promise.resolve();
    });
    expect(readFileSync(join(into, 'src/deep/c.js'), 'utf8')).to.equal('src/deep/c.js');
    expect(readlinkSync(join(into, 'src/link'))).to.equal('b.js');
    expect(statSync(join(into, 'src/b.js')).mode & 0o100).to.equal(0o100);
  });
});
