import { expect } from 'chai';
import { until } from '../../support/until.js';
import { Rig, textOf } from './rig.js';

const MIB = 2 ** 20;
/** Some 100 ms of work, and what the shell and its children took by the shell's own account. */
const BURNS = 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; times';
/** Has 64 MiB, says so, and goes on. */
const HOLDS = ['-e', `const all = Buffer.alloc(${64 * MIB}, 1); console.log('has it'); setInterval(() => all, 99)`];

/** The milliseconds in all that `times` has printed: `0m0.12s 0m0.01s` twice. */
function timesMs(text: string): number {
  const times = [...text.matchAll(/(\d+)m([\d.]+)s/g)];
  expect(times, text).to.have.length(4);
  return times.reduce((sum, [, minutes, seconds]) => sum + 60_000 * Number(minutes) + 1000 * Number(seconds), 0);
}

describe('shell runner: usage', () => {
  let rig: Rig;
  before(async () => (rig = await Rig.open()));
  after(() => rig.close());

  it('should tell the CPU time of a command and of what it has started', async () => {
    const one = await rig.shell(BURNS);
    const cpuMs = one.usage?.cpuMs ?? 0;
    const saidMs = timesMs(textOf(one.stdoutTail));
    expect(cpuMs).to.be.within(saidMs - 20, saidMs + 50);
    expect(cpuMs).to.be.greaterThan(20);
    const two = await rig.shell(`sh -c '${BURNS}'; times`);
    const childMs = timesMs(textOf(two.stdoutTail).split('\n').slice(0, 2).join('\n'));
    expect(two.usage?.cpuMs).to.be.within(childMs - 20, childMs + 50);
  });

  it('should tell of each only its own', async () => {
    await rig.shell(BURNS);
    expect((await rig.run({ argv: ['/bin/true'] })).usage?.cpuMs).to.be.within(0, 20);
  });

  it('should tell nothing of what never ran', async () => {
    expect((await rig.run({ argv: ['true'], cwd: '/nowhere' })).usage).to.equal(undefined);
    expect((await rig.run({ argv: [] })).usage).to.equal(undefined);
  });

  it('should tell what one that is killed had by then, though its shell dies with it', async () => {
    const { attempt, ended } = rig.start({ argv: ['/bin/sh', '-c', '"$@"; true', 'sh', process.execPath, ...HOLDS] });
    await until('it has all', async () => textOf((await rig.read(attempt))?.data ?? new Uint8Array()) === 'has it\n');
    rig.runner.signal(attempt, 'kill');
    const { exitCode, usage } = await ended;
    expect(exitCode).to.equal(137);
    expect(usage?.peakBytes).to.be.within(64 * MIB, 512 * MIB);
    expect(usage?.cpuMs).to.be.greaterThan(0);
    const next = (await rig.run({ argv: ['/bin/true'] })).usage?.cpuMs;
    expect(next, 'by another shell').to.be.within(0, 20);
  });
});
