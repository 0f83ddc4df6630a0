import { expect } from 'chai';
import fc from 'fast-check';
import { assert as hold, assertNever, Bug, known } from '../../src/kernel/assert.js';
import { CoveyError } from '../../src/kernel/errors.js';
import { compareText, jobId, nodeId, parseTaskId, taskId } from '../../src/kernel/ids.js';
import { addCounts, isTerminal, noCounts, TASK_STATES, terminalCount } from '../../src/kernel/states.js';

const usage = (act: () => unknown) => {
  expect(act)
    .to.throw(CoveyError)
    .that.satisfies((error: CoveyError) => error.code === 'usage' && error.hint !== undefined);
};

describe('assert', () => {
  it('should throw a bug with its message only where the condition fails', () => {
    let made = 0;
    const message = () => `made ${++made}`;
    hold(true, message);
    expect(made).to.equal(0);
    expect(() => hold(false, message)).to.throw(Bug, 'made 1');
    expect(() => hold(false, '3 of 2')).to.throw(Bug, '3 of 2');
  });

  it('should name what is missing and what was not expected', () => {
    expect(known(0, 'a number')).to.equal(0);
    expect(() => known(undefined, 'shard 3')).to.throw(Bug, 'shard 3 is not there');
    expect(() => assertNever({ kind: 'odd' } as never)).to.throw(Bug, '{"kind":"odd"}');
  });
});

describe('CoveyError', () => {
  it('should carry a code, and a hint where there is one', () => {
    const error = new CoveyError('held', 'the directory is held', 'choose another');
    expect(error).to.be.instanceOf(Error);
    expect({ ...error }).to.deep.equal({ name: 'CoveyError', code: 'held', hint: 'choose another' });
    expect(error.message).to.equal('the directory is held');
    expect(new CoveyError('failed', 'no').hint).to.equal(undefined);
  });
});

describe('ids', () => {
  it('should take what has their form', () => {
    for (const id of ['abcd', '0'.repeat(40), '6afnn7qc8ns7tjme3f']) expect(jobId(id)).to.equal(id);
    for (const id of ['a', 'A-9', '1'.repeat(64)]) expect(nodeId(id)).to.equal(id);
  });

  it('should refuse any other form, line breaks at the end too', () => {
    for (const id of ['', 'abc', 'ABCD', 'a'.repeat(41), 'ab/cd', 'abcd\n', 'abcd ', 'äbcd']) usage(() => jobId(id));
    for (const id of ['', 'a'.repeat(65), 'a_b', 'a\n', 'a b']) usage(() => nodeId(id));
    const tasks = ['', 'abcd', 'abcd/', '/1', 'abcd/-1', 'abcd/1.5', 'abcd/1/2', 'abcd/1\n', 'abcd/12345678901', 'a/1'];
    for (const id of tasks) usage(() => parseTaskId(id));
  });

  it('should read a task id as it was made', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-z]{4,40}$/), fc.nat(2 ** 31 - 1), (text, index) => {
        expect(parseTaskId(taskId(jobId(text), index))).to.deep.equal({ job: text, index });
      }),
    );
  });

  it('should be in one total order', () => {
    expect(['b', 'B', 'a', 'é', 'ab', ''].sort(compareText)).to.deep.equal(['', 'B', 'a', 'ab', 'b', 'é']);
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(compareText(a, b) + compareText(b, a)).to.equal(0);
        expect(compareText(a, b) === 0).to.equal(a === b);
      }),
    );
  });
});

describe('task states', () => {
  it('should be terminal from succeeded on', () => {
    expect(TASK_STATES.filter((state) => !isTerminal(state))).to.deep.equal(['pending', 'queued', 'running']);
  });

  it('should be counted, added and taken away', () => {
    const counts = noCounts();
    expect(Object.keys(counts)).to.deep.equal([...TASK_STATES]);
    const some = { ...noCounts(), pending: 4, running: 1, failed: 2, expired: 3 };
    addCounts(counts, some);
    addCounts(counts, some);
    expect(terminalCount(counts)).to.equal(10);
    addCounts(counts, some, -1);
    expect(counts).to.deep.equal(some);
    addCounts(counts, some, -1);
    expect(counts).to.deep.equal(noCounts());
  });
});
