import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { readBatch } from '../../../simnet/plan/read.js';
import { unfit } from '../../../simnet/plan/plan.js';
import type { CoveyError } from '../../../src/kernel/errors.js';

function refusalOf(text: string, file = 'b.toml', instead = {}): string {
  try {
    readBatch(text, file, instead);
  } catch (error) {
    const { code, message, hint } = error as CoveyError;
    if (code !== 'usage') throw error;
    return `${message} (${hint})`;
  }
  throw new Error(`accepted: ${text}`);
}

const A = '[tasks.a]\nduration = 3\n';

describe('a batch in TOML', () => {
  it('should have machines, and tasks in an order that their edges allow', () => {
    const { machines, tasks } = readBatch(
      `[[machines]]\nname = "fast"\nspeed = 2\n[[machines]]\ncount = 2\ncpus = 4\n` +
        `[tasks.last]\nduration = "4s"\nafter = ["many", { task = "first", transfer = "2s" }]\ndeadline = "1m"\n` +
        `[tasks.first]\nduration = "500ms"\n[tasks.many]\ncount = 2\nduration = 6\ncpus = 3\n`,
      'b.toml',
      {},
    );
    expect(machines).to.deep.equal([
      { name: 'fast', cpus: 1, speed: 2, kind: 0 },
      { name: 'm2-1', cpus: 4, speed: 1, kind: 1 },
      { name: 'm2-2', cpus: 4, speed: 1, kind: 1 },
    ]);
    expect(tasks.map(({ name }) => name)).to.deep.equal(['first', 'many/1', 'many/2', 'last']);
    expect(tasks[0]).to.include({ durationMs: 500, cpus: 1, deadlineMs: Infinity, periodMs: 0 });
    expect(tasks[0]!.timesMs).to.deep.equal([250, 500]);
    expect(tasks[3]!.deadlineMs).to.equal(60_000);
    expect(tasks[3]!.after).to.deep.equal([
      { task: 1, transferMs: 0 },
      { task: 2, transferMs: 0 },
      { task: 0, transferMs: 2000 },
    ]);
  });

  it('should have a time for each kind of machines where they are listed', () => {
    const batch = readBatch('[[machines]]\n[[machines]]\ncount = 3\n[tasks.a]\nduration = ["3s", 2]\n', 'b.toml', {});
    expect(batch.isUnrelated).to.be.true;
    expect(batch.tasks[0]).to.deep.include({ durationMs: 2000, timesMs: [3000, 2000] });
  });

  it('should be what is shipped as an example', () => {
    const path = 'examples/plan/release.toml';
    const batch = readBatch(readFileSync(path, 'utf8'), path, {});
    expect(batch.tasks).to.have.length(17);
    expect(unfit('heft', batch)).to.equal(undefined);
  });

  it('should take machines from the command line', () => {
    const { machines } = readBatch(`[[machines]]\nspeed = 2\n${A}`, 'b.toml', { machines: 2, cpus: 3 });
    expect(machines.map(({ name, cpus, speed }) => [name, cpus, speed])).to.deep.equal([
      ['m-1', 3, 1],
      ['m-2', 3, 1],
    ]);
  });

  const WRONG: readonly (readonly [text: string, says: string])[] = [
    ['', 'b.toml: tasks is missing (write [tasks.NAME] with a duration)'],
    ['machins = 3', "b.toml:1: unknown key 'machins' (did you mean machines?)"],
    ['[[machines]]\nspeed = 0', 'b.toml:2: speed: 0 is not a number from 0.001 to 1000 (write 2, say)'],
    ['[[machines]]\ncount = -1', 'b.toml:2: count: -1 is not a whole number from 1 to 10000 (write 4, say)'],
    ['[[machines]]\nname = "a"\n[[machines]]\nname = "a"', "b.toml:4: name: there are two of 'a'"],
    ['[[machines]]\ncount = 101\ncpus = 100', 'b.toml:2: count: that makes 10100 CPUs, at most 10000 are taken'],
    ['[tasks.a]\ncpus = 1', 'b.toml:1: duration is missing (write duration = "30s"'],
    ['[tasks.a]\nduration = -3', 'b.toml:2: duration: -3 is not a duration (write'],
    ['[tasks.a]\nduration = "-3s"', 'b.toml:2: duration: "-3s" is not a duration (write'],
    ['[tasks.a]\nduration = [1, 2]', 'b.toml:2: duration: 2 times for 1 kinds of machines (one for each'],
    ['[[machines]]\nspeed = 2\n[tasks.a]\nduration = [1]', 'b.toml:4: duration: a list, and machines have speeds'],
    [`${A}cpus = 2`, 'b.toml:3: cpus: 2, and no machine has more than 1 (raise cpus of [[machines]])'],
    [`${A}deadlin = 2`, "b.toml:3: unknown key 'deadlin' (did you mean deadline?)"],
    [`${A}after = "a"`, 'b.toml:3: after: it waits for itself (name another task)'],
    [`${A}[tasks.build]\nduration = 1\nafter = ["a", "biuld"]`, "b.toml:5: after: there is no task 'biuld' (did you"],
    [`${A}[tasks.b]\nduration = 1\nafter = ["a", "a"]`, 'b.toml:5: after: it names a task twice (name each once)'],
    [`${A}[tasks.b]\nduration = 1\nafter = [{ task = "a", transfer = -1 }]`, 'b.toml:5: after: -1 is not a duration'],
    [`${A}[tasks.b]\nduration = 1\nafter = [{ tusk = "a" }]`, "b.toml:5: after: unknown key 'tusk' (there is task,"],
    [
      '[tasks.a]\nduration = 1\nafter = "c"\n[tasks.b]\nduration = 1\nafter = "a"\n[tasks.c]\nduration = 1\nafter = "b"',
      'b.toml:3: after: tasks wait for each other: a -> c -> b -> a (take one of these out)',
    ],
    [`${A}period = 2\ndeadline = 3`, 'b.toml:4: deadline: it is after the next release (at most the period)'],
    [`${A}[tasks.b]\nduration = 1\nperiod = 3`, 'b.toml:1: period is missing (either all tasks of a batch have one'],
    [`${A}count = 100001`, 'b.toml:3: count: 100001 is not a whole number from 1 to 100000'],
    [
      `${A}count = 5000\n[tasks.b]\nduration = 1\ncount = 5000\nafter = "a"`,
      'b.toml:7: after: that makes 25000000 edges, at most 1000000 are taken (count fewer tasks)',
    ],
  ];
  for (const [text, says] of WRONG) {
    it(`should be refused in one line: ${says}`, () => {
      const refusal = refusalOf(text);
      expect(refusal).to.satisfy((line: string) => line.startsWith(says), refusal);
      expect(refusal).not.to.include('\n').and.not.to.include('undefined');
    });
  }
});

describe('a batch in CSV', () => {
  it('should be the tasks of a trace, all there at the beginning', () => {
    const { machines, tasks } = readBatch('arrival,duration,cpus\n5,2,2\n1,3,\n', 't.csv', { cpus: 2 });
    expect(machines).to.have.length(4);
    expect(tasks.map(({ name, durationMs, cpus }) => [name, durationMs, cpus])).to.deep.equal([
      ['t1', 3000, 1],
      ['t2', 2000, 2],
    ]);
  });

  it('should be refused where its tasks take more than a machine has, or no whole CPUs', () => {
    const says = (cpus: string) => refusalOf(`arrival,duration,cpus\n0,1,${cpus}\n`, 't.csv', { cpus: 2 });
    expect(says('0.5')).to.match(/^t.csv: t1 takes 0.5 cpus, and each machine has 2 \(a plan deals in whole CPUs/);
    expect(says('3')).to.match(/^t.csv: t1 takes 3 cpus/);
    expect(says('-1')).to.match(/^t.csv:2:5: cpus is "-1"/);
  });
});
