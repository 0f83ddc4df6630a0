import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import { Relocation, type Standing } from '../../../src/tasks/replication/relocation.js';
import { node } from '../support/fixtures.js';

/** A flock of nodes whose standings a test sets; the ring is the order of their names. */
function flockOf(standings: Readonly<Record<string, Standing>>) {
  const all = new Map<NodeId, Standing>(Object.entries(standings).map(([name, standing]) => [node(name), standing]));
  const relocation = new Relocation({
    standingOf: (id) => all.get(id) ?? 'left',
    candidates: () => [...all.keys()].filter((id) => all.get(id) === 'here'),
    staying: () => Math.min(3, [...all.values()].filter((standing) => !['leaving', 'left'].includes(standing)).length),
  });
  const set = (names: string) => [...names].map(node);
  const betterThan = (names: string, nowMs = 60_000) => {
    relocation.look();
    return relocation.isUnfit(set(names), nowMs) ? relocation.better('job1', set(names), nowMs)?.join('') : 'fit';
  };
  const responsible = (names: string) => relocation.responsible(set(names));
  return { all, betterThan, responsible };
}

describe('a replica set', () => {
  it('should stay where its nodes are there, whoever else comes', () => {
    expect(flockOf({ a: 'here', b: 'here', c: 'suspect', d: 'here' }).betterThan('abc')).to.equal('fit');
  });

  it('should replace a node that has been dead for a while, where there is somebody to take its place', () => {
    const { all, betterThan } = flockOf({ a: 'here', b: 'here', c: 'dead', d: 'here' });
    expect(betterThan('abc', 1_000), 'it may only be starting again').to.equal('fit');
    expect(betterThan('abc', 10_999)).to.equal('fit');
    expect(betterThan('abc', 11_000)).to.equal('abd');
    all.set(node('d'), 'leaving');
    expect(betterThan('abc', 11_000), 'better two and a dead one than two').to.equal(undefined);
    all.set(node('c'), 'here');
    expect(betterThan('abc', 12_000)).to.equal('fit');
  });

  it('should let go of who leaves, also where nobody takes the place', () => {
    expect(flockOf({ a: 'leaving', b: 'here', c: 'here', d: 'here' }).betterThan('abc')).to.equal('bcd');
    expect(flockOf({ a: 'leaving', b: 'here', c: 'here' }).betterThan('abc')).to.equal('bc');
  });

  it('should be seen to, once it is finished, by who leaves it, else by the first that is there', () => {
    expect(flockOf({ a: 'here', b: 'here', c: 'leaving' }).responsible('abc')).to.equal('c');
    expect(flockOf({ b: 'here', c: 'dead' }).responsible('abc'), 'a has left').to.equal('b');
    expect(flockOf({ a: 'suspect', b: 'dead' }).responsible('ab')).to.equal(undefined);
  });

  it('should grow when nodes come', () => {
    expect(flockOf({ a: 'here', b: 'here', c: 'here' }).betterThan('a')).to.equal('abc');
    expect(flockOf({ a: 'here' }).betterThan('a')).to.equal('fit');
  });

  it('should never be one without a majority that is there: a seal binds', () => {
    const { betterThan } = flockOf({ a: 'leaving', b: 'here', c: 'dead' });
    expect(betterThan('abc', 1_000), 'c may be back in a moment, and b alone would be one disk').to.equal(undefined);
    expect(betterThan('abc', 11_000)).to.equal('b');
    expect(flockOf({ a: 'leaving', b: 'here', c: 'suspect' }).betterThan('abc')).to.equal(undefined);
    expect(flockOf({ a: 'leaving', b: 'suspect', c: 'dead' }).betterThan('abc')).to.equal(undefined);
  });

  it('should go to who is there and new, where the others leave or have been dead for long', () => {
    const { betterThan } = flockOf({ a: 'leaving', b: 'leaving', c: 'dead', d: 'here' });
    expect(betterThan('abc', 1_000), 'c may be back in a moment').to.equal(undefined);
    expect(betterThan('abc', 11_000), 'a and b wait for it').to.equal('d');
  });
});
