import { expect } from 'chai';
import type { Fault, TimedFault } from '../../../simnet/faults/fault.js';
import { Injector } from '../../../simnet/faults/injector.js';
import { Flock } from '../../../simnet/world/flock.js';
import { SSD } from '../../../simnet/world/disk.js';

describe('injecting faults', () => {
  let flock: Flock;
  let injector: Injector;
  let startMs: number;
  let deaths: string[];

  beforeEach(() => {
    flock = Flock.formed(4, { seed: 5, loss: 0.001 });
    injector = new Injector(flock);
    startMs = flock.world.nowMs;
    deaths = [];
    flock.onDeath((id, death) => deaths.push(`${Math.round(flock.world.nowMs - startMs)} ${id} ${death}`));
  });

  const schedule = (...faults: (readonly [number, Fault])[]) =>
    injector.schedule(faults.map(([atMs, fault]): TimedFault => ({ atMs, fault })));
  const isUp = (id: string) => flock.node(id).isUp;
  const spans = () =>
    injector.spans.map(({ atMs, untilMs, label }) => `${atMs - startMs}-${untilMs - startMs} ${label}`);
  const until = (ms: number) => flock.world.run(startMs + ms - flock.world.nowMs);

  it('should crash a node for its time', () => {
    schedule([100, { kind: 'crash', node: 'n1', downMs: 400, isDark: true }]);
    until(99);
    expect(isUp('n1')).to.equal(true);
    until(499);
    expect([isUp('n1'), flock.up.length]).to.deep.equal([false, 3]);
    until(501);
    expect(flock.node('n1').core.membership.self.boot).to.equal(2);
    expect(deaths).to.deep.equal(['100 n1 killed']);
    expect(spans()).to.deep.equal(['100-500 n1 loses power for 0.4 s']);
  });

  it('should let nothing come of a fault of somebody who is down, or not there', () => {
    schedule(
      [10, { kind: 'crash', node: 'n1', downMs: 500, isDark: false }],
      [20, { kind: 'crash', node: 'n1', downMs: 5, isDark: false }],
      [20, { kind: 'pause', node: 'n1', forMs: 5 }],
      [20, { kind: 'disk-full', node: 'nobody', forMs: 5 }],
      [20, { kind: 'clog', a: 'n0', b: 'nobody', extraMs: 5, forMs: 5 }],
    );
    until(100);
    expect(isUp('n1')).to.equal(false);
    expect(spans()).to.deep.equal(['10-510 n1 is killed for 0.5 s']);
  });

  it('should kill a node midway through a step, or not at all', () => {
    schedule(
      [0, { kind: 'crash-midway', node: 'n1', downMs: 9_000 }],
      [0, { kind: 'crash-midway', node: 'n2', downMs: 0 }],
    );
    flock.ask('n1', flock.submission('sleep 10', { tasks: 200 }));
    until(8_999);
    expect(isUp('n1')).to.equal(false);
    until(20_000);
    expect(isUp('n1')).to.equal(true);
    expect(deaths.map((each) => each.replace(/^\d+ /, ''))).to.deep.equal(['n1 killed']);
  });

  it('should take the power from all, and give it back', () => {
    schedule([50, { kind: 'power-loss', downMs: 1_000 }]);
    until(1_000);
    expect(flock.up).to.deep.equal([]);
    until(1_051);
    expect(flock.up).to.have.length(4);
    flock.world.runUntil('the flock is whole', 20_000, () => flock.isWhole());
  });

  it('should pause and slow down, and end that', () => {
    schedule(
      [0, { kind: 'pause', node: 'n1', forMs: 300 }],
      [0, { kind: 'slow-cpu', node: 'n2', factor: 40, forMs: 1_000 }],
      [500, { kind: 'slow-cpu', node: 'n2', factor: 7, forMs: 100 }],
    );
    until(299);
    expect([flock.node('n1').isPaused, flock.machine('n2').slowness]).to.deep.equal([true, 40]);
    until(550);
    expect([flock.node('n1').isPaused, flock.machine('n2').slowness]).to.deep.equal([false, 7]);
    until(700);
    expect(flock.machine('n2').slowness).to.equal(40);
    until(1_001);
    expect(flock.machine('n2').slowness).to.equal(1);
  });

  it('should have a node fail all that it starts, and end that', () => {
    schedule([10, { kind: 'fails-all', node: 'n2', forMs: 100 }]);
    const failing = () => flock.ids.filter((id) => flock.machine(id).failsAll);
    until(50);
    expect(failing()).to.deep.equal(['n2']);
    until(111);
    expect(failing()).to.deep.equal([]);
  });

  it('should put clocks wrong, and right again', () => {
    schedule(
      [0, { kind: 'clock-skew', node: 'all', byMs: 5_000, forMs: 100 }],
      [10, { kind: 'clock-jump', node: 'n1', byMs: -300 }],
    );
    const skews = () => flock.ids.map((id) => flock.machine(id).skewMs);
    until(50);
    expect(skews()).to.deep.equal([5_000, 4_700, 5_000, 5_000]);
    until(200);
    expect(skews()).to.deep.equal([0, -300, 0, 0]);
    injector.healAll();
    expect(skews()).to.deep.equal([0, 0, 0, 0]);
  });

  it('should cut the network and mend it, one partition at a time', () => {
    const done = spyOn(flock, () => flock.world.nowMs - startMs);
    schedule(
      [
        0,
        {
          kind: 'split',
          sides: [
            ['n0', 'gone'],
            ['n1', 'n2', 'n3'],
          ],
          forMs: 300,
        },
      ],
      [100, { kind: 'bridge', left: ['n0', 'n1'], right: ['n2'], through: ['n3', 'gone'], forMs: 100 }],
      [400, { kind: 'split', sides: [['n1'], ['n2']], forMs: 100 }],
      [450, { kind: 'split', sides: [['n3']], forMs: 100 }],
      [600, { kind: 'one-way', from: ['n0'], to: ['n1', 'n2'], forMs: 50 }],
      [700, { kind: 'clog', a: 'n0', b: 'n1', extraMs: 400, forMs: 50 }],
      [710, { kind: 'clog', a: 'n0', b: 'n1', extraMs: 900, forMs: 10 }],
    );
    until(1_000);
    expect(done).to.deep.equal([
      '0 split n0 / n1,n2,n3',
      '100 bridge n0,n1 / n2 / n3',
      '200 split n0 / n1,n2,n3',
      '300 split ',
      '400 split n1 / n2',
      '450 split n3',
      '550 split ',
      '600 cutOneWay n0 / n1,n2',
      '650 end',
      '700 clog n0 / n1 / 400',
      '710 clog n0 / n1 / 900',
      '720 clog n0 / n1 / 400',
      '750 unclog n0 / n1',
    ]);
  });

  it('should set rates, the last that lasts counting, and put them back', () => {
    const { options } = flock.network;
    schedule(
      [0, { kind: 'loss', rate: 0.2, forMs: 100 }],
      [50, { kind: 'loss', rate: 0.1, forMs: 100 }],
      [0, { kind: 'packet-loss', rate: 0.05, forMs: 10 }],
      [0, { kind: 'duplicate', rate: 0.3, forMs: 200 }],
      [0, { kind: 'reorder', rate: 0.4, forMs: 200 }],
      [0, { kind: 'corrupt', rate: 0.01, forMs: 200 }],
    );
    const rates = () => [options.loss, options.packetLoss, options.duplicate, options.reorder, options.corrupt];
    until(5);
    expect(rates()).to.deep.equal([0.2, 0.05, 0.3, 0.4, 0.01]);
    until(120);
    expect(rates()).to.deep.equal([0.1, 0, 0.3, 0.4, 0.01]);
    until(300);
    expect(rates()).to.deep.equal([0.001, 0, 0, 0, 0]);
  });

  it('should make disks slow, fail and lie', () => {
    schedule(
      [0, { kind: 'slow-fsync', node: 'n1', writeMs: 80, forMs: 100 }],
      [0, { kind: 'failing-fsync', node: 'n2', forMs: 100 }],
      [50, { kind: 'disk-full', node: 'n2', forMs: 100 }],
      [0, { kind: 'torn-tail', node: 'n3' }],
      [0, { kind: 'bit-flip', node: 'n0' }],
    );
    until(60);
    expect(flock.disk('n1').drawSyncMs()).to.equal(80);
    expect(flock.disk('n2').failure).to.equal('disk-full');
    expect(flock.ids.filter((id) => flock.disk(id).hasLied)).to.deep.equal(['n0', 'n3']);
    until(200);
    expect(flock.disk('n1').syncTimes).to.equal(SSD);
    expect(flock.disk('n2').failure).to.equal(undefined);
    expect(spans()).to.have.members([
      '0-100 n1 syncs in 80 ms for 0.1 s',
      '0-100 n2: failing-fsync for 0.1 s',
      '50-150 n2: disk-full for 0.1 s',
      '0-0 n3: torn-tail',
      '0-0 n0: bit-flip',
    ]);
  });

  it('should let nodes join and leave', () => {
    schedule([0, { kind: 'join', nodes: 5 }], [30_000, { kind: 'leave', node: 'n1' }]);
    until(1);
    expect(flock.ids).to.deep.equal(['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8']);
    flock.world.runUntil('all know all', 29_000, () => flock.isWhole());
    until(90_000);
    expect(deaths.map((each) => each.replace(/^\d+ /, ''))).to.deep.equal(['n1 left']);
    expect(new Set(flock.beliefsOf('n1'))).to.deep.equal(new Set(['left']));
  });

  it('should churn, never through more than half', () => {
    schedule([0, { kind: 'churn', perMin: 60, forMs: 60_000, downMs: 10_000 }]);
    let fewest = 4;
    for (let ms = 500; ms <= 60_000; ms += 500) {
      until(ms);
      fewest = Math.min(fewest, flock.up.length);
    }
    expect(fewest).to.equal(2);
    expect(deaths.length).to.be.within(8, 60);
    until(71_000);
    expect(flock.up).to.have.length(4);
    const { length } = deaths;
    until(120_000);
    expect(deaths).to.have.length(length);
  });

  it('should restart all in turn, each by leaving', () => {
    schedule([0, { kind: 'rolling-restart', everyMs: 5_000, downMs: 1_000 }]);
    until(30_000);
    expect(deaths.map((each) => each.replace(/^\d+ /, ''))).to.deep.equal(['n0 left', 'n1 left', 'n2 left', 'n3 left']);
    expect(flock.up.map(({ core }) => core.membership.self.boot)).to.deep.equal([2, 2, 2, 2]);
    flock.world.runUntil('the flock is whole', 20_000, () => flock.isWhole());
  });

  it('should heal everything at once, and let nothing of it come later', () => {
    schedule(
      [0, { kind: 'crash', node: 'n1', downMs: 60_000, isDark: true }],
      [0, { kind: 'pause', node: 'n2', forMs: 60_000 }],
      [
        0,
        {
          kind: 'split',
          sides: [
            ['n0', 'n1'],
            ['n2', 'n3'],
          ],
          forMs: 60_000,
        },
      ],
      [0, { kind: 'loss', rate: 0.5, forMs: 60_000 }],
      [0, { kind: 'leave', node: 'n3' }],
      [0, { kind: 'churn', perMin: 600, forMs: 60_000, downMs: 60_000 }],
      [0, { kind: 'failing-fsync', node: 'n0', forMs: 60_000 }],
      [5_000, { kind: 'power-loss', downMs: 1_000 }],
    );
    until(900);
    injector.healAll();
    expect(flock.network.options.loss).to.equal(0.001);
    const { length } = deaths;
    // Who was about to leave may still go; it comes back.
    flock.world.runUntil('the flock is whole', 60_000, () => flock.isWhole());
    until(100_000);
    expect(deaths.slice(length).filter((each) => !each.endsWith('left'))).to.deep.equal([]);
    expect(flock.up).to.have.length(4);
    expect(Math.max(...injector.spans.map(({ untilMs }) => untilMs - startMs))).to.equal(900);
  });

  it('should tell the same story twice', () => {
    const story = () => {
      const again = Flock.formed(4, { seed: 9 });
      new Injector(again).schedule([
        { atMs: 0, fault: { kind: 'churn', perMin: 60, forMs: 20_000, downMs: 900 } },
        { atMs: 700, fault: { kind: 'pause', node: 'all', forMs: 800 } },
      ]);
      again.world.run(20_000);
      return again.traceHash;
    };
    expect(story()).to.equal(story());
  });
});

/** Notes what the network is told, and lets it happen. */
function spyOn({ network }: Flock, nowMs: () => number): string[] {
  const done: string[] = [];
  for (const name of ['split', 'bridge', 'cutOneWay', 'clog', 'unclog'] as const) {
    const act = network[name].bind(network) as (...given: unknown[]) => (() => void) | undefined;
    const spy = (...given: unknown[]) => {
      done.push(`${nowMs()} ${name} ${given.map(String).join(' / ')}`);
      const end = act(...given);
      return () => {
        done.push(`${nowMs()} end`);
        end?.();
      };
    };
    Object.assign(network, { [name]: spy });
  }
  return done;
}
