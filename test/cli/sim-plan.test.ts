import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Running, type Ended } from './support/cli.js';

const BATCH = [
  '[[machines]]\ncount = 2',
  ...[3, 3, 2, 2, 2].map((s, i) => `[tasks."<t&${i}>"]\nduration = ${s}\ndeadline = ${i < 2 ? 3 : 6}`),
].join('\n');

describe('covey sim plan', () => {
  let dir: string;
  const plan = (...argv: readonly string[]): Promise<Ended> =>
    new Running(['sim', 'plan', ...argv], { cwd: dir }).ended;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-plan-'));
    writeFileSync(join(dir, 'b.toml'), BATCH);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('should print all that are fit side by side, against the bounds', async () => {
    const { code, stdout, stderr } = await plan('b.toml');
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(
      /^b {2}2 machines, 2 CPUs, 5 tasks\nno plan takes less than 6 s \(work 6 s, longest task 3 s,/,
    );
    expect(stdout).to.match(/^lpt +7 s +1.167× +\S+ s +\S+× +\d$/m);
    expect(stdout).to.match(/^multifit +6 s +1.000× /m);
    expect(stdout).to.match(/^edf +7 s +1.167× +\S+ s +\S+× +1$/m);
    expect(stdout).to.match(
      /^deadlines {2}undecided: <t&4> is late in this order; on several CPUs another one may do$/m,
    );
  });

  it('should give one object with --json, wherever that stands, and the best one with -q', async () => {
    const { stdout } = await new Running(['sim', '--json', 'plan', 'b.toml', '--algorithm', 'multifit'], { cwd: dir })
      .ended;
    const { bounds, plans, svg } = JSON.parse(stdout) as {
      bounds: { makespanMs: number };
      plans: { algorithm: string; makespanMs: number; tasks: object[] }[];
      svg: null;
    };
    expect([bounds.makespanMs, svg, plans.length]).to.deep.equal([6000, null, 1]);
    expect(plans[0]).to.include({ algorithm: 'multifit', makespanMs: 6000 });
    expect(plans[0]!.tasks[0]).to.have.all.keys('task', 'machine', 'cpus', 'startMs', 'endMs');
    expect((await plan('b.toml', '-q')).stdout).to.equal('multifit\n');
  });

  it('should draw a chart that needs nothing else, names and all', async () => {
    const { stdout } = await plan('b.toml', '--svg', 'b.svg', '--algorithm', 'lpt', 'edf');
    expect(stdout).to.include(`chart      ${join(dir, 'b.svg')}\n`);
    const svg = readFileSync(join(dir, 'b.svg'), 'utf8');
    expect(svg.match(/<rect [^>]*stroke="#fff"/g), 'a bar for each task of each plan').to.have.length(10);
    expect(svg).to.include('<title>&lt;t&amp;4&gt; on m1-1: 5 s to 7 s, late</title>');
    expect(svg).to.include('>lower bound</text>').and.to.include('edf: 7 s, 1.167× the lower bound, 1 late');
    expect(svg).not.to.match(/<t&|https?:\/\/(?!www\.w3\.org\/2000\/svg)|<script|NaN|undefined/);
    expect(readdirSync(dir).sort()).to.deep.equal(['b.svg', 'b.toml']);
  });

  it('should take a trace', async () => {
    writeFileSync(join(dir, 't.csv'), 'arrival,duration\n0,4\n9,4\n3,2\n');
    const { stdout } = await plan('t.csv', '--machines', '2');
    expect(stdout)
      .to.match(/^t {2}2 machines, 2 CPUs, 3 tasks\n/)
      .and.to.match(/^lpt +6 s /m);
  });

  it('should say of periodic tasks whether they can go on for ever', async () => {
    writeFileSync(join(dir, 'p.toml'), '[tasks.a]\nduration = 2\nperiod = 4\n[tasks.b]\nduration = 5\nperiod = 10\n');
    const { stdout } = await plan('p.toml', '--machines', '1', '--svg', 'p.svg');
    expect(stdout).to.include('deadlines  feasible: processor demand test, utilisation 1.000 of 1\n');
    expect(readFileSync(join(dir, 'p.svg'), 'utf8'))
      .to.include('edf: 20 s')
      .and.not.to.include('lower bound');
  });

  it('should say of periodic tasks that are too many to be run through what is known, with an empty chart', async () => {
    const tasks = [101, 103, 107, 109].map((period) => `[tasks.t${period}]\nduration = 9\nperiod = ${period}\n`);
    writeFileSync(join(dir, 'p.toml'), tasks.join(''));
    const { stdout } = await plan('p.toml', '--machines', '2', '--svg', 'p.svg');
    expect(stdout)
      .to.match(/^edf +0 ms +– +– +– +0$/m)
      .and.to.match(/^deadlines {2}feasible: density test/m);
    expect(readFileSync(join(dir, 'p.svg'), 'utf8')).not.to.match(/NaN|Infinity/);
  });

  it('should be in the help of covey sim', async () => {
    const { stdout } = await new Running(['sim', '--help'], { cwd: dir }).ended;
    expect(stdout).to.match(/plan \[options\] <file> +place a known batch off line/);
    expect((await plan('--help')).stdout).to.match(/^Usage: covey sim plan \[options\] <file>\n/);
  });

  const WRONG: readonly (readonly [argv: readonly string[], says: string])[] = [
    [[], "missing required argument 'file' (hint: see `covey sim --help`)"],
    [['none.toml'], 'none.toml: there is no such file or directory (hint: name a TOML file, or a trace in CSV)'],
    [['.'], '.: it is a directory (hint: name a TOML file'],
    [['b.toml', '--algorithm', 'lptt'], "--algorithm: unknown algorithm 'lptt' (hint: did you mean lpt?)"],
    [
      ['b.toml', '--algorithm', 'simplex'],
      "--algorithm: unknown algorithm 'simplex' (hint: there is lpt, multifit, heft, edf)",
    ],
    [
      ['dag.toml', '--algorithm', 'lpt'],
      '--algorithm: lpt is not for this batch: tasks wait for others (hint: take heft)',
    ],
    [['b.toml', '--machines', '0'], '--machines: "0" is not a whole number from 1 to 10000'],
    [
      ['b.toml', '--svg', 'no/where.svg'],
      '--svg: no/where.svg: there is no such file or directory (hint: name another',
    ],
    [['b.toml', '--svg', '.'], '--svg: .: it is a directory (hint: name another file with --svg)'],
    [['bad.toml', '--svg', 'x.svg'], "bad.toml:2: unknown key 'durration' (hint: did you mean duration?)"],
    [['b.toml', '--sgv', 'x'], "unknown option '--sgv' (hint: did you mean --svg?)"],
  ];
  for (const [argv, says] of WRONG) {
    it(`should say so in one line, exit with 2 and write nothing: ${argv.join(' ')}`, async () => {
      writeFileSync(join(dir, 'bad.toml'), '[tasks.a]\ndurration = 3\nduration = 3\n');
      writeFileSync(join(dir, 'dag.toml'), '[tasks.a]\nduration = 3\n[tasks.b]\nduration = 3\nafter = "a"\n');
      const { code, stdout, stderr } = await plan(...argv);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.satisfy((line: string) => line.startsWith(`covey: ${says}`), stderr);
      expect(stderr).to.match(/^[^\n]+\n$/);
      expect(readdirSync(dir).sort()).to.deep.equal(['b.toml', 'bad.toml', 'dag.toml']);
    });
  }
});
