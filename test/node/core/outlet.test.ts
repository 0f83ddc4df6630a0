import { expect } from 'chai';
import { jobId, nodeId } from '../../../src/kernel/ids.js';
import { Outlet } from '../../../src/node/core/outlet.js';
import type { Message } from '../../../src/node/core/wire.js';

const SELF = nodeId('self');
const PEER = nodeId('peer');
const RECORDED: Message = { kind: 'task.recorded', re: 1 };

const put = (key: string) => ({ key, value: 1 });

describe('The outlet', () => {
  it('should give out the effects of a step once, in order, each message in its lane', () => {
    const outlet = new Outlet<string, string>(SELF);
    const bulk: Message = { kind: 'query.jobs-told', re: 2, jobs: [] };
    outlet.send(PEER, RECORDED);
    outlet.push({ kind: 'joined' });
    outlet.send(PEER, bulk);
    expect(outlet.take()).to.deep.equal([
      { kind: 'send', to: PEER, message: RECORDED, lane: 'control' },
      { kind: 'joined' },
      { kind: 'send', to: PEER, message: bulk, lane: 'bulk' },
    ]);
    expect(outlet.take()).to.deep.equal([]);
  });

  it('should keep what a node tells itself inside, until it is taken', () => {
    const outlet = new Outlet<string, string>(SELF);
    const revoke: Message = { kind: 'task.revoke', ask: 3, job: jobId('jobs'), shard: 0, tasks: [] };
    outlet.send(SELF, RECORDED);
    outlet.send(SELF, revoke);
    expect([outlet.take(), outlet.hasOwn]).to.deep.equal([[], true]);
    const own = outlet.takeOwn();
    outlet.send(SELF, RECORDED);
    expect(own).to.deep.equal([RECORDED, revoke]);
    expect(outlet.takeOwn()).to.deep.equal([RECORDED]);
    expect([outlet.takeOwn(), outlet.hasOwn]).to.deep.equal([[], false]);
  });

  it('should write all commits of a step as one, and tell their tags together, once', () => {
    const outlet = new Outlet<string, string>(SELF);
    outlet.commit([put('a')], 'one');
    outlet.commit([], 'nothing to write, but to be told in turn');
    outlet.commit([put('b'), put('a')], 'two');
    const [persist, ...rest] = outlet.take();
    expect(rest).to.deep.equal([]);
    expect(persist).to.deep.include({ kind: 'persist', puts: [put('a'), put('b'), put('a')] });
    const { write } = persist as { write: number };
    expect(outlet.written(write)).to.deep.equal(['one', 'nothing to write, but to be told in turn', 'two']);
    expect(outlet.written(write)).to.deep.equal([]);
  });

  it('should keep the writes of different steps apart, though they end in any order', () => {
    const outlet = new Outlet<string, string>(SELF);
    const writes = ['one', 'two'].map((tag) => {
      outlet.commit([put(tag)], tag);
      return (outlet.take()[0] as { write: number }).write;
    });
    expect(outlet.written(writes[1]!)).to.deep.equal(['two']);
    expect(outlet.written(writes[0]!)).to.deep.equal(['one']);
    expect(outlet.written(999)).to.deep.equal([]);
  });

  it('should find what a read was for, once', () => {
    const outlet = new Outlet<string, string>(SELF);
    outlet.load({ prefix: 'task/' }, 'shard');
    const output = outlet.readFor('output');
    const [load] = outlet.take();
    const { read } = load as { read: number };
    expect(load).to.deep.equal({ kind: 'load', read, prefix: 'task/' });
    expect(outlet.wasRead(output)).to.equal('output');
    expect([outlet.wasRead(read), outlet.wasRead(read), outlet.wasRead(999)]).to.deep.equal([
      'shard',
      undefined,
      undefined,
    ]);
  });

  it('should keep what fails and what is wanted meanwhile, and write it again in its order', () => {
    const outlet = new Outlet<string, string>(SELF);
    const writeOf = (...keys: string[]) => {
      for (const key of keys) outlet.commit([put(key)], key);
      return (outlet.take()[0] as { write: number } | undefined)?.write;
    };
    const [first, second] = [writeOf('a', 'b')!, writeOf('c')!];
    outlet.setRefusal('full');
    outlet.failed(first);
    expect(writeOf('d')).to.equal(undefined);
    outlet.failed(second);
    expect([outlet.refusal, outlet.held]).to.deep.equal(['full', 3]);
    outlet.setRefusal(undefined);
    outlet.commit([put('e')], 'e');
    const [persist] = outlet.take() as unknown as [{ write: number; puts: object[] }];
    expect(persist.puts).to.deep.equal(['a', 'b', 'c', 'd', 'e'].map(put));
    expect(outlet.written(persist.write)).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect([outlet.refusal, outlet.held, outlet.take()]).to.deep.equal([undefined, 0, []]);
  });
});
