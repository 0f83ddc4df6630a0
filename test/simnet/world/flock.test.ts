import { expect } from 'chai';
import { Flock } from '../../../simnet/world/flock.js';
import { expectEachOnce, startsByNode } from '../../node/core/support/checks.js';

describe('a simulated flock', () => {
  it('should know its members from the start where it is warm, as one that formed', () => {
    const [warm, formed] = [Flock.warm(8), Flock.formed(8)];
    expect(warm.isWhole()).to.equal(true);
    for (const { core } of warm.up) core.validate();
    const views = [...warm.up, ...formed.up].map(({ core }) => core.membership.viewDigest);
    expect(new Set(views).size).to.equal(1);
    warm.world.run(5_000);
    expect(warm.isWhole()).to.equal(true);
    expectEachOnce(warm, warm.finish('n0', warm.submit('n5', 'sleep 50', { tasks: 200 }), 20_000));
    expect(startsByNode(warm).size).to.equal(8);
  });

  it('should be warm at any size, quiet, with room for newcomers, and notice a death', () => {
    const flock = Flock.warm(300, {}, 40);
    expect(flock.network.peers(flock.ids[7]!)).to.include({ connected: 40 });
    flock.world.run(3_000);
    expect(flock.isWhole()).to.equal(true);
    flock.start('late');
    flock.node('n9').die(true);
    flock.world.runUntil('all know both', 60_000, () => flock.isWhole(), 500);
  });

  it('should leave down who was brought down since, when it tries again to start somebody on a full disk', () => {
    const flock = Flock.warm(2);
    flock.node('n1').die();
    flock.disk('n1').failure = 'disk-full';
    flock.revive('n1');
    flock.disk('n1').failure = undefined;
    flock.revive('n1');
    flock.node('n1').die();
    flock.world.run(5_000);
    expect(flock.node('n1').isUp).to.equal(false);
  });

  it('should remember a warm flock after a restart', () => {
    const flock = Flock.warm(5);
    flock.node('n3').die();
    flock.world.run(500);
    flock.start('n3');
    expect(flock.node('n3').core.membership.members.size).to.equal(5);
    flock.world.runUntil('the flock is whole', 20_000, () => flock.isWhole());
  });

  it('should let many join at once, through whoever is there', () => {
    const flock = Flock.formed(3);
    for (let i = 0; i < 60; i++) flock.start(`late${i}`);
    const seeds = new Set(flock.ids.slice(3).flatMap((id) => flock.machine(id).seeds));
    expect(seeds.size).to.be.above(20);
    flock.world.runUntil('all know all', 60_000, () => flock.isWhole(), 50);
  });

  it('should let a node in while its first seed is down', () => {
    const flock = Flock.formed(4);
    flock.node('n0').die(true);
    flock.start('late');
    flock.world.runUntil('it has joined', 10_000, () => flock.node('late').hasJoined);
  });

  it('should have machines of different kinds, which keep to that when they start again', () => {
    const flock = Flock.formed(3, {
      speed: 1,
      machineOf: (index) => ({
        cpus: index + 1,
        zone: `z${index}`,
        ...(index === 2 ? { speed: 8, labels: { gpu: 'no' } } : {}),
      }),
    });
    flock.node('n2').die();
    flock.start('n2');
    const { profile } = flock.node('n2').core.membership.self;
    expect(profile).to.deep.include({ zone: 'z2', speed: 8, labels: { gpu: 'no' } });
    expect(profile.capacity.cpus).to.equal(3);
    flock.start('n3', { cpus: 16, gpus: 2, version: '0.2.0' });
    expect(flock.machine('n3').profile).to.deep.include({ zone: 'z3', version: '0.2.0' });
    expect(flock.machine('n3').profile.capacity).to.deep.include({ cpus: 16, gpus: 2 });
  });

  it('should run a program faster on a faster machine', () => {
    const flock = Flock.formed(1, { speed: 4 });
    flock.finish('n0', flock.submit('n0', 'sleep 400'), 5_000);
    const [attempt] = flock.history.attempts;
    expect(attempt!.endMs! - attempt!.startMs).to.equal(100);
  });
});
