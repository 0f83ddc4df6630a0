import { expect } from 'chai';
import { CoveyError } from '../../src/kernel/errors.js';
import {
  decodeManifest,
  encodeManifest,
  globProblem,
  hashesOf,
  linkProblem,
  pathProblem,
  type Manifest,
} from '../../src/files/manifest.js';

const HASH = 'a'.repeat(64);
const file = (path: string, more = {}) => ({ path, executable: false, bytes: 3, hash: HASH, ...more });

describe('A list of files', () => {
  it('should have the same bytes in whatever order its files were found', () => {
    const one: Manifest = { files: [file('b'), file('a/c')], links: [{ path: 'l', target: 'b' }] };
    const other: Manifest = { files: [file('a/c'), file('b')], links: [{ path: 'l', target: 'b' }] };
    expect(encodeManifest(one)).to.deep.equal(encodeManifest(other));
    expect(decodeManifest(encodeManifest(one))).to.deep.equal(other);
    expect(hashesOf(one)).to.deep.equal([HASH]);
  });

  const refused: [what: string, value: unknown, RegExp][] = [
    ['no list', { files: 7, links: [] }, /this is no list of files/],
    ['a file without a hash', { files: [{ ...file('a'), hash: 'x' }], links: [] }, /this is no list of files/],
    ['a path out of the tree', { files: [file('a/../../b')], links: [] }, /leads out of its directory/],
    ['an absolute path', { files: [file('/etc/passwd')], links: [] }, /is no relative path/],
    ['a path twice', { files: [file('a')], links: [{ path: 'a', target: 'b' }] }, /has a path twice/],
    ['a link out of the tree', { files: [], links: [{ path: 'd/l', target: '../../x' }] }, /is a link to .* out of/],
    ['a file under a link', { files: [file('l/x')], links: [{ path: 'l', target: 'd' }] }, /lies in a file or link/],
  ];
  for (const [what, value, reason] of refused) {
    it(`should be refused with ${what}`, () => {
      expect(() => decodeManifest(JSON.stringify(value))).to.throw(CoveyError, reason);
    });
  }

  it('should be refused where it is not even JSON', () => {
    expect(() => decodeManifest('{')).to.throw(CoveyError, /no list of files/);
  });

  it('should take paths, links and globs that stay within the tree, and no others', () => {
    expect(['a', 'a/b', '.x', '..a'].map(pathProblem)).to.deep.equal([undefined, undefined, undefined, undefined]);
    expect(['', '/a', '../a', 'a/..', 'a//b', './a', 'a\0'].map((path) => typeof pathProblem(path))).to.deep.equal(
      Array.from({ length: 7 }, () => 'string'),
    );
    expect([linkProblem('l', 'a'), linkProblem('d/l', '../a'), linkProblem('d/e/l', './../../a/b')]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
    expect(typeof linkProblem('l', '../a')).to.equal('string');
    expect(typeof linkProblem('l', 'x/../../x/a')).to.equal('string');
    // Where d/e is a link to .. as well, this one leads out.
    expect(linkProblem('d/x', 'e/../..')).to.match(/goes up after it went down/);
    expect([globProblem('*.png'), globProblem('out/**')]).to.deep.equal([undefined, undefined]);
    expect(['', '/tmp/*', 'a/../../*'].map((glob) => typeof globProblem(glob))).to.deep.equal(
      Array.from({ length: 3 }, () => 'string'),
    );
  });
});
