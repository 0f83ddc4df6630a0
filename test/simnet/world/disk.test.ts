import { expect } from 'chai';
import { Prng } from '../../../src/kernel/prng.js';
import { MEMBERS_KEY } from '../../../src/node/core/stored.js';
import { Disk } from '../../../simnet/world/disk.js';
import { compareUtf8 } from '../../../simnet/world/disk-values.js';
import { World } from '../../../simnet/world/world.js';

const EXACT = { lowMs: 2, highMs: 2, slowRate: 0, slowMs: 0 };

describe('a simulated disk', () => {
  let world: World;
  let disk: Disk;
  let told: string[];

  beforeEach(() => {
    world = new World();
    disk = new Disk(world, new Prng(7), undefined, EXACT);
    told = [];
  });

  const tell = (name: string) => (error?: Error) => {
    told.push(`${world.nowMs} ${name}${error ? `: ${error.message}` : ''}`);
  };
  const put = (key: string, value: unknown = key) => [{ key, value }];

  it('should write at once, and gather what comes meanwhile for the next sync', () => {
    const store = disk.open();
    store.write(put('a'), tell('a'));
    world.run(1);
    store.write(put('b'), tell('b'));
    store.write(put('c'), tell('c'));
    expect(store.get('a')).to.equal(undefined);
    world.run(10);
    expect(told).to.deep.equal(['2 a', '4 b', '4 c']);
  });

  it('should lose at a crash what was not synced, and tell nobody', () => {
    const store = disk.open();
    store.write(put('a'), tell('a'));
    world.run(2);
    store.write(put('b'), tell('b'));
    world.run(1.9);
    disk.crash();
    world.run(10);
    expect(told).to.deep.equal(['2 a']);
    expect(disk.range('').map(({ key }) => key)).to.deep.equal(['a']);
  });

  it('should tell nobody more once whoever was told died of it', () => {
    const store = disk.open();
    store.write(put('a'), () => disk.crash());
    store.write(put('b'), tell('b'));
    world.run(10);
    expect(told).to.deep.equal([]);
  });

  it('should keep what was written, whatever becomes of the object written or the one read', () => {
    const value = { list: [1], deep: { raw: Uint8Array.of(1) } };
    const store = disk.open();
    store.write([{ key: 'a', value }], tell('a'));
    value.list.push(2);
    value.deep.raw[0] = 9;
    world.run(2);
    const read = store.get('a') as typeof value;
    expect(read).to.deep.equal({ list: [1], deep: { raw: Uint8Array.of(1) } });
    read.list.push(3);
    expect((store.range('a')[0]!.value as typeof value).list).to.deep.equal([1]);
  });

  it('should share the states of a member list, of which there is one in each node', () => {
    const [member, members] = [{ id: 'n1' }, [] as object[]];
    members.push(member);
    const store = disk.open();
    store.write(put(MEMBERS_KEY, members), tell('members'));
    members.push({ id: 'n2' });
    world.run(2);
    expect(store.get(MEMBERS_KEY)).to.deep.equal([member]);
  });

  it('should fail with a sync all that waits, refuse meanwhile, and find out by itself that the disk is well', () => {
    const store = disk.open();
    store.watch(() => told.push(`${world.nowMs} ${store.health().reason ?? 'well'}`));
    disk.failure = 'disk-full';
    store.write(put('a'), tell('a'));
    world.run(1);
    store.write(put('b'), tell('b'));
    world.run(2);
    store.write(put('c'), tell('c'));
    world.run(1_998);
    disk.failure = undefined;
    store.write(put('d'), tell('d'));
    world.run(1_002);
    const full = 'no space left on device';
    const refused = [`2 ${full}`, `2 a: ${full}`, `2 b: ${full}`, `3 c: ${full}`, `2001 d: ${full}`];
    expect(told).to.deep.equal([...refused, '2002 well']);
    expect(disk.range('')).to.deep.equal([]);
    store.write(put('e'), tell('e'));
    world.run(3);
    expect(told.at(-1)).to.equal('3005 e');
  });

  it('should refuse until its process has heard of it: what failed must be written again before what came later', () => {
    const store = disk.open();
    let isHeard = false;
    const changed = () => told.push(`${world.nowMs} ${store.health().reason ?? 'well'}`);
    store.watch(changed, () => isHeard);
    disk.failure = 'disk-full';
    store.write(put('a'), tell('a'));
    world.run(2);
    disk.failure = undefined;
    world.run(1_500);
    store.write(put('b'), tell('b'));
    world.run(1);
    isHeard = true;
    world.run(500);
    const full = 'no space left on device';
    expect(told).to.deep.equal([`2 ${full}`, `2 a: ${full}`, `1502 b: ${full}`, '2002 well']);
  });

  it('should say with writeNow whether a process can begin', () => {
    expect(disk.open().writeNow(put('a'))).to.equal(undefined);
    disk.failure = 'failing-fsync';
    expect(disk.open().writeNow(put('b'))?.message).to.equal('fsync: input/output error');
    expect(disk.range('').map(({ key }) => key)).to.deep.equal(['a']);
  });

  it('should turn out never to have written its last sync where it lied', () => {
    const store = disk.open();
    store.writeNow(put('a', 1));
    disk.tearTail();
    store.writeNow([...put('a', 2), ...put('b', 2)]);
    store.writeNow([...put('a', 3), { key: 'b', value: undefined }, ...put('c', 3), ...put('a', 4)]);
    disk.crash();
    expect(disk.range('')).to.deep.equal([...put('a', 2), ...put('b', 2)]);
    expect(disk.hasLied).to.equal(true);
    disk.open().writeNow(put('a', 5));
    disk.crash();
    expect(disk.get('a')).to.equal(5);
  });

  it('should give back one value as bad after a crash, until it is written again', () => {
    const store = disk.open();
    store.writeNow([...put('a'), ...put('b')]);
    disk.flipBit();
    expect(store.range('').filter(({ isBad }) => isBad)).to.deep.equal([]);
    disk.crash();
    const [bad, ...others] = disk.range('').filter(({ isBad }) => isBad);
    expect([disk.bad, others]).to.deep.equal([1, []]);
    expect(disk.get(bad!.key)).to.equal(undefined);
    disk.open().writeNow(put(bad!.key, 2));
    expect([disk.bad, disk.get(bad!.key)]).to.deep.equal([0, 2]);
  });

  it('should sync in about the time of its kind, now and then in much more', () => {
    const ssd = new Disk(world, new Prng(3));
    const times = Array.from({ length: 2_000 }, () => ssd.drawSyncMs());
    expect(Math.min(...times)).to.be.at.least(0.5);
    expect(Math.max(...times)).to.be.within(1.5, 10);
    expect(times.filter((ms) => ms > 1.5).length).to.be.within(5, 40);
  });
});

describe('values on a disk', () => {
  it('should be in the order of the bytes of their keys', () => {
    const keys = ['', 'a', 'aa', 'b', '\u00e9', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'];
    const shuffled = new Prng(5).sample(keys, keys.length);
    expect(shuffled.sort(compareUtf8)).to.deep.equal(keys);
    expect(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))).to.deep.equal(keys);
  });
});
