import { expect } from 'chai';
import { CoveyError } from '../../../src/kernel/errors.js';
import { WIRE_SCHEMAS, type Message } from '../../../src/node/core/wire.js';
import { createCodec } from '../../../src/node/io/codec.js';
import { DEFAULT_LIMITS } from '../../../src/node/io/limits.js';
import { expectEachOnce, expectQuiet } from './support/checks.js';
import { Flock } from '../../../simnet/world/flock.js';

const codec = createCodec<Message>(WIRE_SCHEMAS);

/** A wire as strict as the real one: every message fits a frame and the schema of its kind. */
function strict(message: Message): Message {
  const frame = codec.encode([message]);
  expect(frame.length, message.kind).to.be.at.most(DEFAULT_LIMITS.frameBytesMax);
  return codec.decode(frame).messages[0]!;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CoveyError) return error.code;
    throw error;
  }
  return 'none';
}

describe('submitting', () => {
  it('should send ahead items that do not fit into one frame', () => {
    const flock = Flock.formed(4, { wire: strict });
    const items = Array.from({ length: 200 }, (_, i) => `${100 + i}${' '.repeat(20_000)}`);
    const job = flock.submit('n1', 'sleep {}', { items });
    expect(flock.network.sent.get('job.items')).to.be.above(4);
    expectEachOnce(flock, flock.finish('n2', job, 60_000));
    for (const { task, startMs, endMs } of flock.history.attempts) {
      expect(Math.round(endMs! - startMs), task).to.equal(100 + Number(task.split('/')[1]));
    }
  });

  it('should speak only what the codec lets pass', () => {
    const flock = Flock.formed(4, { wire: strict });
    const job = flock.submit('n1', 'sleep 20-200', { tasks: 200, key: 'hot', timeoutMs: 100, retries: 1 });
    flock.world.run(1_000);
    // What waits there is handed back.
    const [full] = flock.up.filter(({ core }) => (core.stats()['queued'] ?? 0) > 0);
    flock.request(full!.id, { op: 'drain', node: full!.id, begin: true });
    flock.node('n3').die();
    flock.world.run(1_000);
    flock.start('n3');
    flock.finish('n0', job, 120_000);
    const other = flock.submit('n1', 'sleep 500', { tasks: 40 });
    flock.request('n1', { op: 'cancel', job: other });
    flock.finish('n0', other, 20_000);
    expect(flock.request('n0', { op: 'jobs', prefix: '', limit: 10 }).jobs).to.have.length(2);
    expect(flock.request('n2', { op: 'tasks', job, after: -1, limit: 1000 }).tasks).to.have.length(200);
    flock.request('n2', { op: 'explain', job, index: 7 });
    flock.request('n2', { op: 'output', job, index: 7, stream: 'stdout', offset: 0, waitMs: 100 });
    const spoken = [...flock.network.sent.keys()];
    const kinds = ['steal.ask', 'steal.tell', 'task.handback', 'task.revoke', 'held.ask', 'held.tell', 'shard.cancel'];
    expect(spoken).to.include.members(kinds);
  });

  it('should accept a key once, through whichever node', () => {
    const flock = Flock.formed(5);
    const submission = flock.submission('sleep 100', { tasks: 10, isKeyed: true });
    const first = flock.request('n0', submission);
    expect(first).to.include({ existed: false, tasks: 10 });
    for (const id of flock.ids) expect(flock.request(id, submission)).to.include({ job: first.job, existed: true });
    expectEachOnce(flock, flock.finish('n3', first.job, 10_000));
    expect(flock.request('n4', submission)).to.include({ existed: true });
    flock.world.run(5_000);
    expect(flock.history.attempts).to.have.length(10);
  });

  it('should accept a key once when all ask at the same time', () => {
    const flock = Flock.formed(5);
    const submission = flock.submission('sleep 100', { tasks: 10, isKeyed: true });
    const pending = flock.ids.map((id) => flock.ask(id, submission));
    flock.world.runUntil('answers', 5_000, () => pending.every(({ result }) => result !== undefined));
    for (const { result } of pending) expect(result).to.include({ isOk: true });
    expectEachOnce(flock, flock.finish('n3', submission.job, 10_000));
  });

  it('should refuse a key that stands for another job', () => {
    const flock = Flock.formed(5);
    const id = 'keyed1';
    flock.submit('n0', 'sleep 100', { id, isKeyed: true });
    expect(codeOf(() => flock.submit('n3', 'sleep 200', { id, isKeyed: true }))).to.equal('conflict');
    expect(codeOf(() => flock.submit('n0', 'sleep 100', { id, isKeyed: true, tasks: 2 }))).to.equal('conflict');
  });

  it('should say whom it asked for a job that nobody knows', () => {
    const flock = Flock.formed(5);
    const ask = () => flock.request('n0', { op: 'job', job: flock.submission('sleep 1').job, waitMs: 0 });
    expect(codeOf(ask)).to.equal('not-found');
    expect(ask).to.throw('asked 5, answered 5');
    flock.node('n4').die(true);
    flock.world.run(1_000);
    expect(ask).to.throw('asked 5, answered 4');
  });

  it('should wait until the flock has been found', () => {
    const flock = new Flock();
    flock.start('n0');
    flock.node('n0').die(true);
    flock.start('n1');
    flock.world.run(10_000);
    expect(codeOf(() => flock.submit('n1', 'sleep 100'))).to.equal('unavailable');
    flock.start('n0');
    flock.world.runUntil('the flock forms', 30_000, () => flock.isWhole());
    flock.finish('n0', flock.submit('n1', 'sleep 100'), 5_000);
  });

  it('should serve a flock of one', () => {
    const flock = Flock.formed(1);
    expectEachOnce(flock, flock.finish('n0', flock.submit('n0', 'sleep 20', { tasks: 100 }), 10_000));
    flock.world.run(5_000);
    expectQuiet(flock);
    expect([...flock.network.sent.keys()]).to.deep.equal([]);
  });
});
