import { expect } from 'chai';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Programs } from '../../../src/executor/io/which.js';

describe('programs', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-which-'));
    for (const name of ['first', 'second']) mkdirSync(join(dir, name));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const place = (...parts: string[]) => {
    const path = join(dir, ...parts);
    writeFileSync(path, '#!/bin/sh\n');
    chmodSync(path, 0o755);
    return path;
  };

  it('should be found in the first directory that has them, and be executable files', () => {
    writeFileSync(join(dir, 'first', 'tool'), 'not executable');
    const path = place('second', 'tool');
    const programs = new Programs();
    const search = `${join(dir, 'first')}:${join(dir, 'second')}`;
    expect(programs.find('tool', search, 0)).to.equal(path);
    expect(programs.find('first', dir, 0)).to.equal(undefined);
    expect(programs.find('none', search, 0)).to.equal(undefined);
  });

  it('should be looked for again after a second', () => {
    const programs = new Programs();
    const search = `${join(dir, 'first')}:${join(dir, 'second')}`;
    const later = place('second', 'tool');
    expect(programs.find('tool', search, 0)).to.equal(later);
    const earlier = place('first', 'tool');
    expect(programs.find('tool', search, 999)).to.equal(later);
    expect(programs.find('tool', search, 1001)).to.equal(earlier);
  });

  it('should be left to the shell where they depend on the working directory', () => {
    const programs = new Programs();
    place('first', 'tool');
    expect(programs.find('tool', `.:${join(dir, 'first')}`, 0)).to.equal(undefined);
    expect(programs.find('./tool', join(dir, 'first'), 0)).to.equal(undefined);
  });
});
