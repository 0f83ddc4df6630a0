import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunResult } from '../../simnet/measure/result.js';
import { Running, type Ended } from './support/cli.js';

describe('covey sim', () => {
  let dir: string;
  const sim = (...argv: readonly string[]): Promise<Ended> => new Running(['sim', ...argv], { cwd: dir }).ended;
  const small = ['--nodes', '3', '--tasks', '30', '--seed', '7'];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-sim-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('should print a summary and write a report, and nothing else', async () => {
    const { code, stdout, stderr } = await sim(...small);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^default {2}3 nodes, 6 slots, 30 tasks, seed 7\n.*hash [0-9a-f]{16}\n/);
    expect(stdout).to.include('30 accepted, 30 succeeded');
    expect(readdirSync(dir)).to.deep.equal(['covey-sim-default-7.html']);
    expect(readFileSync(join(dir, 'covey-sim-default-7.html'), 'utf8')).to.match(/^<!doctype html>/);
  });

  it('should be the same story twice', async () => {
    const [first, second] = [
      await sim(...small, '-q', '--report', 'none'),
      await sim(...small, '-q', '--report', 'none'),
    ];
    expect(first.stdout)
      .to.match(/^[0-9a-f]{16}\n$/)
      .and.to.equal(second.stdout);
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it('should give one object with --json, and models beside it with --compare', async () => {
    const { code, stdout } = await sim(...small, '--compare', 'sparrow', 'central', '--report', 'mine.html', '--json');
    expect(code).to.equal(0);
    const { report, results } = JSON.parse(stdout) as { report: string; results: RunResult[] };
    expect(report).to.equal(join(dir, 'mine.html'));
    expect(results.map(({ policy }) => policy)).to.deep.equal(['bounded-ring', 'sparrow', 'central']);
    expect(results.map(({ tasks }) => tasks.succeeded)).to.deep.equal([30, 30, 30]);
    expect(existsSync(report)).to.be.true;
  });

  it('should place by a policy of the user, and refuse what is none in one line', async () => {
    writeFileSync(join(dir, 'mine.mjs'), 'export default (task, nodes) => nodes.map(({ queued }) => queued);');
    writeFileSync(join(dir, 'none.mjs'), 'export default 1;');
    const { code, stdout, stderr } = await sim(...small, '--policy', './mine.mjs', '--report', 'none', '--json');
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const { results } = JSON.parse(stdout) as { results: RunResult[] };
    expect(results.map(({ policy, tasks }) => [policy, tasks.succeeded])).to.deep.equal([['custom', 30]]);
    const refused = await sim(...small, '--policy', 'none.mjs');
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.match(
      /^covey: --policy [^\n]*none\.mjs: it has no function for its default export \(hint: [^\n]*\)\n$/,
    );
  });

  it('should place by the policy that is named, and by others beside it', async () => {
    const { code, stdout } = await sim(
      ...small,
      '--policy',
      'ring',
      '--compare',
      'random',
      'ring',
      '--report',
      'none',
      '--json',
    );
    expect(code).to.equal(0);
    const { results } = JSON.parse(stdout) as { results: RunResult[] };
    expect(results.map(({ policy }) => policy)).to.deep.equal(['ring', 'random']);
    expect(results.map(({ tasks }) => tasks.succeeded)).to.deep.equal([30, 30]);
    const [ring, random] = results.map(({ traceHash }) => traceHash);
    expect(ring).not.to.equal(random);
  });

  it('should run a file, with flags on top of it', async () => {
    writeFileSync(join(dir, 'mine.toml'), 'nodes = 99\ntasks = 20\nseed = 5\n[workload]\nmean = "100ms"\n');
    const { stdout } = await sim('mine.toml', '--nodes', '2', '--workload', 'constant', '--report', 'none');
    expect(stdout).to.match(/^mine {2}2 nodes, 4 slots, 20 tasks, seed 5\n/);
  });

  it('should list what comes with covey', async () => {
    const { code, stdout } = await sim('--list');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^rack-dies +one rack of eight/m);
    expect(stdout.trim().split('\n').length).to.be.at.least(12);
  });

  it('should save a trace, and replay it', async () => {
    const saved = await sim(...small, '--save-trace', 't.csv');
    expect(saved).to.deep.equal({ code: 0, stdout: `${join(dir, 't.csv')}\n`, stderr: '' });
    const replayed = await sim('--nodes', '3', '--seed', '7', '--trace', 't.csv', '-q', '--report', 'none');
    const drawn = await sim(...small, '-q', '--report', 'none');
    expect(replayed.stdout).to.equal(drawn.stdout);
    expect(readdirSync(dir)).to.deep.equal(['t.csv']);
  });

  describe('given bad input', () => {
    const WRONG: readonly (readonly [argv: readonly string[], says: string])[] = [
      [['--nodes', '0'], '--nodes: 0 is not a whole number from 1 to 20000 (hint: write 20, say)'],
      [['--loss', '-1'], '--loss: -1 is not a part from 0 to 1 (hint: write 0.05 or "5%")'],
      [['--partition', 'split:30@1s+1s'], '--partition: 30 sides for 20 nodes (hint: a side has at least one node)'],
      [
        ['--policy', 'whatever'],
        "--policy: unknown policy 'whatever' (hint: there is bounded-ring, ring, round-robin,",
      ],
      [
        ['--compare', 'whatever'],
        "--compare: unknown policy 'whatever' (hint: there is bounded-ring, ring, round-robin,",
      ],
      [['--transport', 'pigeon'], "--transport: unknown transport 'pigeon' (hint: there is simulated"],
      [['rackdies'], "there is no scenario 'rackdies' (hint: did you mean rack-dies?)"],
      [['none.toml'], 'none.toml: there is no such file or directory (hint: name a scenario or a TOML file)'],
      [['bad.toml'], "bad.toml:2: unknown key 'noodes' (hint: did you mean nodes?)"],
      [['--trace', 'bad.csv'], 'bad.csv:3:3: duration is "x", not a number from 0 to 31622400 (hint: write seconds'],
      [['--trace', 'none.csv'], 'none.csv: there is no such file or directory (hint: a trace is a CSV file)'],
      [
        ['--report', 'no/where.html'],
        '--report: no/where.html: there is no such file or directory (hint: name another',
      ],
      [['--report', '.'], '--report: .: it is a directory (hint: name another file with --report)'],
    ];
    for (const [argv, says] of WRONG) {
      it(`should say so in one line, exit with 2 and write nothing: ${argv.join(' ')}`, async () => {
        writeFileSync(join(dir, 'bad.toml'), 'tasks = 5\nnoodes = 3\n');
        writeFileSync(join(dir, 'bad.csv'), 'arrival,duration\n0,1\n1,x\n');
        const { code, stdout, stderr } = await sim(...argv);
        expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
        expect(stderr).to.satisfy((line: string) => line.startsWith(`covey: ${says}`), stderr);
        expect(stderr).to.match(/^[^\n]+\n$/);
        expect(readdirSync(dir).sort()).to.deep.equal(['bad.csv', 'bad.toml']);
      });
    }
  });
});
