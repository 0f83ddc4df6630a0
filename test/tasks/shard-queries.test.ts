import { expect } from 'chai';
import type { ShardEffect } from '../../src/tasks/shard-events.js';
import type { QueryMessages } from '../../src/tasks/queries.js';
import { at } from './support/brief.js';
import { JOB, node } from './support/fixtures.js';
import { Home } from './support/home.js';

const USAGE = { cpuMs: 120, peakBytes: 4096 };

/** Task 0 succeeded, 1 runs, 2 is queued, 3 is offered, 4 waits after a failure, 5 was never touched. */
function home(): Home {
  const made = new Home({ x: 4, y: 1 });
  made.open(6, { retries: 1, key: 'warm' });
  made.pump();
  made.accept('x', [0, 1, 2, 3]);
  made.accept('y');
  const output = { stdoutTail: new Uint8Array([7]), stdoutBytes: 9 };
  made.result('x', 0, at(1, 1), 'succeeded', { exitCode: 0, usage: USAGE, ...output });
  made.started('x', 1, at(1, 2));
  made.result('y', 4, at(1, 5), 'failed');
  made.sync();
  return made;
}

function ask<K extends 'query.tasks' | 'query.task'>(
  made: Home,
  query: { kind: K } & Record<string, unknown>,
  isBad = false,
): QueryMessages[`${K}-told`] {
  const now = { monoMs: 0, wallMs: 0 };
  const message = { ask: 1, job: JOB, shard: 0, ...query } as never;
  const [said] = made.home.step({ kind: 'message', from: node('gate'), message }, now);
  // Of finished shards only the store knows the tasks.
  const entries = said?.kind === 'load' ? made.registers.known.load(said.prefix, said.page) : [];
  const [reply] =
    said?.kind === 'load' ? made.home.step({ kind: 'loaded', tag: said.tag, entries, isBad }, now) : [said];
  return (reply as Extract<ShardEffect, { kind: 'reply' }>).message as never;
}

const tasks = (made: Home, query: Record<string, unknown> = {}) =>
  ask(made, { kind: 'query.tasks', after: -1, limit: 99, ...query }).tasks.map(
    ({ index, state }) => `${index} ${state}`,
  );

describe('what is said of tasks', () => {
  it('should come from memory for those that live, and from the store for those that ended', () => {
    expect(tasks(home())).to.deep.equal([
      ...['0 succeeded', '1 running', '2 queued', '3 queued', '4 pending', '5 pending'],
    ]);
  });

  it('should say of those that live what keeps them from being recorded', () => {
    const made = home();
    made.result('x', 1, at(1, 2), 'succeeded', { exitCode: 0 });
    const one = (index: number) => ask(made, { kind: 'query.task', index }).found!;
    expect(one(1).more).to.include({ isCommitting: true }).and.not.to.have.property('hindrance');
    const hindrance = (made.registers.known.hindered = 'the disk is full');
    expect(one(1).more).to.include({ hindrance, isCommitting: true });
    expect(one(1).info).to.include({
      state: 'running',
      reason: `what became of it waits to be recorded: ${hindrance}`,
    });
    expect(one(2).more).to.include({ hindrance }).and.not.to.have.property('isCommitting');
    expect(one(2).info).not.to.have.property('reason');
    expect(one(0).more, 'it has ended').not.to.have.property('hindrance');
    made.sync();
    expect(one(1).info).to.include({ state: 'succeeded' }).and.not.to.have.property('reason');
  });

  it('should come in pages and by state', () => {
    expect(tasks(home(), { after: 1, limit: 2 })).to.deep.equal(['2 queued', '3 queued']);
    expect(tasks(home(), { state: 'pending', limit: 1 })).to.deep.equal(['4 pending']);
    expect(tasks(home(), { state: 'expired' })).to.deep.equal([]);
  });

  it('should be the same of a shard that is done', () => {
    const made = home();
    made.cancel();
    made.sync();
    for (const [index, epoch] of [
      [1, 2],
      [2, 3],
      [3, 4],
    ] as const)
      made.result('x', index, at(1, epoch), 'cancelled');
    made.sync();
    made.registers.letGo();
    const { found } = ask(made, { kind: 'query.task', index: 0 });
    expect(found?.more).to.include({ key: 'warm', waiting: 0 });
    expect(tasks(made, { state: 'cancelled' })).to.deep.equal([1, 2, 3, 4, 5].map((index) => `${index} cancelled`));
    expect(tasks(made, { after: 0, limit: 2 })).to.deep.equal(['1 cancelled', '2 cancelled']);
    expect(tasks(made, { limit: 1 })).to.deep.equal(['0 succeeded']);
    const damaged = ask(made, { kind: 'query.tasks', after: -1, limit: 9 }, true);
    expect(damaged, 'a record that cannot be read').to.include({ kind: 'elsewhere' });
  });

  it('should tell of one task where it went and what it last said', () => {
    const { found } = ask(home(), { kind: 'query.task', index: 0 });
    expect(found?.info).to.include({ state: 'succeeded', exitCode: 0, executor: 'x', epoch: at(1, 1), attempts: 1 });
    expect(found?.info.usage).to.deep.equal(USAGE);
    expect(found?.more.path.map(({ what }) => what)).to.deep.equal(['accepted']);
    expect([...(found?.more.stdoutTail ?? [])]).to.deep.equal([7]);
    expect(found?.more).to.include({ key: 'warm', stdoutBytes: 9, waiting: 1 });
    expect(found?.more).to.not.have.property('learntMs');
    const learnt = home();
    learnt.room.tookMs = 250;
    expect(ask(learnt, { kind: 'query.task', index: 0 }).found?.more).to.include({ learntMs: 250 });
  });

  it('should be left to whoever coordinates the shard', () => {
    const made = home();
    made.registers.close('job1#0', 'elsewhere');
    made.registers.known.told.set('job1#0', { kind: 'elsewhere', nodes: [node('other')] });
    const elsewhere = { kind: 'elsewhere', nodes: ['other'] };
    expect(ask(made, { kind: 'query.task', index: 0 })).to.deep.equal(elsewhere);
    expect(ask(made, { kind: 'query.tasks', after: -1, limit: 9 })).to.deep.equal(elsewhere);
  });

  it('should own up to what it does not know', () => {
    const unknown = (query: Record<string, unknown>) => ask(home(), { kind: 'query.task', index: 0, ...query });
    expect(unknown({ index: 6 }).found).to.equal(undefined);
    expect(unknown({ shard: 9 }), 'the others of its set may know better').to.include({ kind: 'elsewhere' });
  });
});
