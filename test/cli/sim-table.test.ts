import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Running, type Ended } from './support/cli.js';

describe('covey sim table', () => {
  let dir: string;
  const table = (...argv: readonly string[]): Promise<Ended> =>
    new Running(['sim', 'table', ...argv], { cwd: dir }).ended;

  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'covey-table-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('should print tables, and write them and a page', async () => {
    const { code, stdout, stderr } = await table(
      '--tasks',
      '10',
      '--only',
      'sjf',
      '--report',
      't.html',
      '--markdown',
      't.md',
    );
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const text = readFileSync(join(dir, 't.md'), 'utf8');
    expect(text)
      .to.match(/^\| mean response \| steady \| /)
      .and.to.contain('| `sjf` | **');
    expect(stdout)
      .to.contain(text)
      .and.to.match(/report +\S*t\.html\n$/);
    expect(readFileSync(join(dir, 't.html'), 'utf8')).to.match(/^<!doctype html>/);
  });

  it('should refuse what it does not know', async () => {
    for (const [argv, message] of [
      [['--only', 'sjff'], /--only: no policy and no discipline is 'sjff' \(hint: did you mean sjf\?\)/],
      [['--tasks', '1'], /--tasks/],
      [['--report', 'no/where.html'], /--report: no\/where\.html/],
    ] as const) {
      const { code, stderr } = await table(...argv);
      expect(code).to.equal(2);
      expect(stderr).to.match(message);
    }
  });
});
