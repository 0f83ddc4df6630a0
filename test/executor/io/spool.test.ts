import { expect } from 'chai';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runnerLimits } from '../../../src/executor/io/limits.js';
import { OutputFile } from '../../../src/executor/io/output-file.js';
import { Spool } from '../../../src/executor/io/spool.js';
import { textOf } from './rig.js';

describe('spool', () => {
  let dir: string;
  let stdout: OutputFile;
  let stderr: OutputFile;
  let logged: string[];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-spool-'));
    stdout = new OutputFile(join(dir, 'out'));
    stderr = new OutputFile(join(dir, 'err'));
    logged = [];
  });
  afterEach(() => {
    stdout.close();
    stderr.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const open = (limits = {}): Spool => new Spool(join(dir, 'spool'), runnerLimits(limits), (text) => logged.push(text));
  const keep = (spool: Spool, key: string, out: string, err = ''): void => {
    appendFileSync(stdout.path, out);
    appendFileSync(stderr.path, err);
    spool.keep(key, stdout, stderr);
    stdout.clear();
    stderr.clear();
  };
  const text = (spool: Spool, key: string): string | undefined => {
    const chunk = spool.read(key, 'stdout', 0, 1000);
    return chunk && textOf(chunk.data);
  };

  it('should keep what it can of a damaged segment', () => {
    const first = open();
    keep(first, 'a/0@1', 'one');
    keep(first, 'a/1@1', 'two', 'three');
    first.close();
    appendFileSync(join(dir, 'spool/1.seg'), '{"key":"a/2@1","stdout":[0,50],"stderr":[0,0]}\ncut short');
    writeFileSync(join(dir, 'spool/2.seg'), 'no header\n');
    const second = open();
    expect(text(second, 'a/0@1')).to.equal('one');
    expect(text(second, 'a/1@1')).to.equal('two');
    expect(textOf(second.read('a/1@1', 'stderr', 2, 2)!.data)).to.equal('re');
    expect(text(second, 'a/2@1')).to.equal(undefined);
    expect(logged)
      .to.have.length(1)
      .and.satisfy(([line]: string[]) => line!.includes('2.seg'));
    keep(second, 'a/3@1', 'four');
    expect(text(second, 'a/3@1')).to.equal('four');
    second.close();
  });

  it('should forget the oldest attempts beyond its bound', () => {
    const spool = open({ keptAttemptsMax: 3 });
    for (let i = 0; i < 5; i++) keep(spool, `a/${i}@1`, i % 2 === 0 ? '' : 'text');
    expect([0, 1, 2, 3, 4].map((i) => text(spool, `a/${i}@1`))).to.deep.equal([undefined, undefined, '', 'text', '']);
    spool.close();
  });

  it('should give offsets from the first byte written, cut ones included', () => {
    const spool = open();
    appendFileSync(stdout.path, '0123456789');
    stdout.cut(4);
    keep(spool, 'a/0@1', 'abc');
    expect(spool.read('a/0@1', 'stdout', 0, 100)).to.deep.include({ offset: 10, eof: true });
    expect(spool.read('a/0@1', 'stdout', 11, 1)).to.deep.equal({ data: Buffer.from('b'), offset: 11, eof: false });
    spool.close();
    const next = open();
    expect(next.read('a/0@1', 'stdout', 0, 100)).to.deep.include({ offset: 10, eof: true });
    next.close();
  });
});

describe('limits of a runner', () => {
  it('should not contradict each other', () => {
    expect(() => runnerLimits({ tailBytes: 100, outputBytesMax: 99 })).to.throw(/tailBytes 100 > outputBytesMax 99/);
    expect(() => runnerLimits({ silenceMs: 1000 })).to.throw(/silenceMs 1000/);
    expect(() => runnerLimits({ slotsMax: 0 })).to.throw(/slotsMax is 0/);
    expect(runnerLimits({ slotsMax: 7 }).slotsMax).to.equal(7);
  });
});
