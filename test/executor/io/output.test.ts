import { expect } from 'chai';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until.js';
import { Rig, textOf } from './rig.js';

describe('shell runner: output', () => {
  let rig: Rig;
  before(async () => (rig = await Rig.open({ slots: 2 })));
  after(() => rig.close());

  it('should be read while it grows, each read waiting for more', async () => {
    const { attempt, ended } = rig.start({ argv: ['for i in 1 2 3; do echo $i; sleep 0.15; done'], shell: true });
    let text = '';
    let reads = 0;
    for (let eof = false; !eof; reads++) {
      const chunk = await rig.read(attempt, text.length, 5000);
      expect(chunk!.offset).to.equal(text.length);
      text += textOf(chunk!.data);
      eof = chunk!.eof;
    }
    expect(text).to.equal('1\n2\n3\n');
    expect(reads).to.be.within(3, 5);
    expect((await ended).exitCode).to.equal(0);
  });

  it('should answer an impatient reader with nothing', async () => {
    const { attempt, ended } = rig.start({ argv: ['/bin/sleep', '0.5'] });
    const startMs = performance.now();
    const chunk = await rig.read(attempt, 0, 60);
    expect(performance.now() - startMs).to.be.within(50, 400);
    expect(chunk).to.deep.include({ offset: 0, eof: false });
    await ended;
    expect(await rig.read(attempt)).to.deep.include({ offset: 0, eof: true });
  });

  it('should be kept after the end, any part of it', async () => {
    const { attempt, ended } = rig.start({ argv: ['echo 0123456789; echo e >&2'], shell: true });
    await ended;
    expect(textOf((await rig.read(attempt, 4))!.data)).to.equal('456789\n');
    expect(await rig.read(attempt, 0, 0, 'stderr')).to.deep.include({ offset: 0, eof: true });
    expect(await rig.read(attempt, 99)).to.deep.include({ offset: 99, eof: true });
    const part = await new Promise((resolve) =>
      rig.runner.read(attempt, 'stdout', { offset: 2, limit: 3, waitMs: 0 }, resolve),
    );
    expect(part).to.deep.equal({ data: Buffer.from('234'), offset: 2, eof: false });
  });

  it('should be unknown of an attempt that never was', async () => {
    expect(await rig.read(rig.attempt(), 0, 1000)).to.equal(undefined);
  });

  it('should be kept whole where it is large', async () => {
    const { attempt, ended } = rig.start({ argv: ['seq 1 100000; echo small >&2'], shell: true });
    const end = await ended;
    let text = '';
    for (;;) {
      const chunk = (await rig.read(attempt, text.length))!;
      text += textOf(chunk.data);
      if (chunk.eof) break;
    }
    expect(text.length).to.equal(588_895).and.equal(end.stdoutBytes);
    expect(text.endsWith(textOf(end.stdoutTail))).to.equal(true);
    expect(end.stdoutTail).to.have.length(4096);
    expect(textOf((await rig.read(attempt, 0, 0, 'stderr'))!.data)).to.equal('small\n');
  });

  it('should be cut at its limit, and still counted', async () => {
    const bounded = await Rig.open({ limits: { outputBytesMax: 100_000, cutMs: 20, sharedBytesMax: 1000 } });
    try {
      const text = 'seq 1 60000; sleep 0.2; seq 1 20000; sleep 0.2; echo end; sleep 0.2';
      const { attempt, ended } = bounded.start({ argv: [text], shell: true });
      await until('it is cut', async () => (await bounded.read(attempt, 0))!.offset > 0);
      const end = await ended;
      const chunk = (await bounded.read(attempt, 0))!;
      expect(end.stdoutBytes).to.equal(348_894 + 108_894 + 4);
      expect(chunk.offset).to.be.greaterThan(300_000);
      expect(chunk.offset + chunk.data.length).to.equal(end.stdoutBytes);
      expect(textOf(chunk.data).endsWith('end\n')).to.equal(true);
      expect(textOf(end.stdoutTail).endsWith('19999\n20000\nend\n')).to.equal(true);
      expect(end.stdoutTail).to.have.length(4096);
    } finally {
      await bounded.close();
    }
  });

  it('should be dropped, oldest first, where there is too much of it', async () => {
    const limits = { spoolBytesMax: 100_000, segmentBytesMax: 20_000, sharedBytesMax: 10_000 };
    const bounded = await Rig.open({ limits });
    try {
      const attempts = [];
      for (let i = 0; i < 30; i++) {
        const { attempt, ended } = bounded.start({
          argv: [`head -c ${i % 5 === 0 ? 30_000 : 5000} /dev/zero`],
          shell: true,
        });
        await ended;
        attempts.push(attempt);
      }
      expect(await bounded.read(attempts[0]!)).to.equal(undefined);
      expect((await bounded.read(attempts[29]!))!.data).to.have.length(5000);
      const files = readdirSync(join(bounded.dataDir, 'spool')).filter((name) => /seg|big/.test(name));
      expect(files.length).to.be.lessThan(8);
    } finally {
      await bounded.close();
    }
  });

  it('should be found again by the next daemon', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'covey-runner-'));
    const first = await Rig.open({ dataDir });
    const small = first.start({ argv: ['echo small'], shell: true });
    const large = first.start({ argv: ['seq 1 100000 >&2'], shell: true });
    await Promise.all([small.ended, large.ended]);
    await first.runner.close();
    const second = await Rig.open({ dataDir });
    try {
      expect(textOf((await second.read(small.attempt))!.data)).to.equal('small\n');
      const chunk = (await second.read(large.attempt, 0, 0, 'stderr'))!;
      expect({ bytes: chunk.data.length, eof: chunk.eof }).to.deep.equal({ bytes: 588_895, eof: true });
    } finally {
      await second.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
