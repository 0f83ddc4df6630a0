import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Gauges } from '../../../../src/executor/io/usage/gauges.js';
import { ChildrenClock, takenBelow } from '../../../../src/executor/io/usage/proc.js';
import { until } from '../../../support/until.js';

const MIB = 2 ** 20;
/** A shell below this one has a child with 48 MiB, which it lets go of again at a line of input. */
const HOLDS = `let all = Buffer.alloc(${48 * MIB}, 1); process.stdin.on('data', () => { all = undefined; gc(); console.log('let go'); })`;
const NOBODY = 2 ** 22 + 1;

describe('gauges', () => {
  let shell: ChildProcess;
  const gauges = new Gauges();

  beforeEach(() => {
    const argv = ['-c', '"$@"; exit 0', 'sh', process.execPath, '--expose-gc', '-e', HOLDS];
    shell = spawn('/bin/sh', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  });
  afterEach(async () => {
    shell.stdin?.end();
    if (shell.exitCode === null) await once(shell, 'exit');
  });
  after(() => gauges.close());

  it('should see the most memory that what a shell runs has had', async () => {
    const gauge = gauges.begin(process.pid, performance.now());
    const peak = () => gauge.read()?.peakBytes ?? 0;
    await until('it is seen', () => peak() >= 48 * MIB);
    const before = peak();
    shell.stdin?.write('\n');
    await once(shell.stdout!, 'data');
    gauge.look(performance.now());
    expect(peak()).to.be.at.least(before);
    gauges.end(gauge);
  });

  it('should look at young ones soon and then once a second', () => {
    const gauge = gauges.begin(NOBODY, 1_000);
    const due = [gauge.dueMs];
    for (const nowMs of [1_050, 1_201, 2_010, 3_015]) {
      gauge.look(nowMs);
      due.push(gauge.dueMs);
    }
    expect(due).to.deep.equal([1_050, 1_200, 2_000, 3_010, 4_015]);
    gauges.end(gauge);
  });

  it('should read the CPU time of many short commands once in a while, and lose none of it', async () => {
    const clock = new ChildrenClock(process.pid);
    clock.took(10);
    const shell = spawn('/bin/sh', ['-c', 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done']);
    await once(shell, 'exit');
    expect([clock.took(3), clock.took(6)]).to.deep.equal([0, 0]);
    expect(clock.took(1)).to.be.at.least(20);
    expect(clock.took(10)).to.equal(0);
    clock.close();
  });

  it('should tell only what is known', () => {
    const gauge = gauges.begin(NOBODY, performance.now());
    gauge.look(performance.now());
    expect([gauge.read(), gauge.read(0), gauge.read(7)]).to.deep.equal([undefined, { cpuMs: 0 }, { cpuMs: 7 }]);
    expect(takenBelow(NOBODY)).to.equal(undefined);
    const clock = new ChildrenClock(NOBODY);
    expect(clock.took(20)).to.equal(undefined);
    clock.close();
    gauges.end(gauge);
  });
});
