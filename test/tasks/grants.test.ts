import { expect } from 'chai';
import { DOUBT_MS } from '../../src/tasks/grants.js';
import { BOOT, E, F, Grantor, ME } from './support/grantor.js';

/** A task that waits in the queue of E. */
function queued(spec = {}): Grantor {
  const rig = new Grantor(spec).open();
  expect(rig.place()).to.deep.equal([`task.offer ${E}`]);
  return rig;
}

/** A task that E was granted, by its first ask. */
function granted(spec = {}): Grantor {
  const rig = queued(spec).ask(1).commit();
  expect(rig.replies).to.deep.equal(['granted 1001']);
  return rig;
}

/** A new coordinator that found E granted by its ask of that name, and has heard of all but E. */
function takenOver(nonce = 3): Grantor {
  const rig = new Grantor().open({ executor: E, grant: { boot: BOOT, nonce } });
  return rig.tell(ME).tell(F);
}

describe('the grant of a start', () => {
  it('should be at a majority before it is given', () => {
    const rig = queued().ask(1);
    expect(rig.written).to.deep.equal(['pending granted 1']);
    expect(rig.records[0]).to.include({ executor: E, epoch: rig.epoch });
    expect(rig.records[0]?.grant).to.deep.equal({ boot: BOOT, nonce: 1 });
    expect(rig.replies).to.deep.equal([]);
    expect(rig.commit().replies).to.deep.equal(['granted 1001']);
  });

  it('should be told again to the ask that it names', () => {
    const rig = queued().ask(1);
    const { effects } = rig;
    expect(rig.ask(1).replies).to.deep.equal([]);
    rig.effects = effects;
    rig.commit();
    expect(rig.ask(1, { ask: 5 }).replies).to.deep.equal(['granted 5']);
    expect(rig.written).to.deep.equal([]);
  });

  it('should never serve a newer ask, which gets one of its own; an older one gets none', () => {
    const rig = granted();
    expect(rig.ask(2).replies).to.deep.equal([]);
    expect(rig.written).to.deep.equal(['pending granted 2']);
    expect(rig.commit().replies).to.deep.equal(['granted 1002']);
    expect(rig.ask(1).replies).to.deep.equal(['void 1001']);
  });

  it('should wait for the write of an older one', () => {
    const rig = queued().ask(1);
    const { effects } = rig;
    expect(rig.ask(2).effects).to.deep.equal([]);
    rig.effects = effects;
    rig.commit();
    expect(rig.ask(2).commit().replies).to.deep.equal(['granted 1002']);
  });

  it('should be refused to whoever does not hold that very attempt', () => {
    const rig = queued();
    expect(rig.ask(1, {}, F).replies).to.deep.equal(['void 1001']);
    expect(rig.ask(1, { epoch: rig.epoch + 1 }).replies).to.deep.equal(['void 1001']);
    expect(rig.ask(1, { boot: BOOT + 1 }).replies).to.deep.equal(['void 1001']);
    expect(rig.ask(1, { index: 9 }).replies).to.deep.equal(['void 1001']);
    expect(rig.ask(1).written).to.deep.equal(['pending granted 1']);
  });

  it('should be refused once the attempt has started, and once it is over', () => {
    const rig = granted().started();
    expect(rig.ask(1).replies).to.deep.equal(['void 1001']);
    rig.result('succeeded').commit();
    expect(rig.ask(1).replies).to.deep.equal(['void 1001']);
  });

  it('should be refused to tasks of the other contract, which need none', () => {
    const rig = queued({ contract: 'at-least-once' });
    expect(rig.ask(1).replies).to.deep.equal(['void 1001']);
  });
});

describe('a task that runs at most once', () => {
  it('should be placed anew when its executor hands it back, once that is written', () => {
    const rig = granted();
    const before = rig.epoch;
    rig.handBack();
    expect(rig.written).to.deep.equal(['pending']);
    const { effects } = rig;
    expect(rig.place()).to.deep.equal([]);
    rig.effects = effects;
    rig.commit();
    rig.room = F;
    expect(rig.place()).to.deep.equal([`task.offer ${F}`]);
    expect(rig.epoch).to.be.greaterThan(before);
  });

  it('should not have a grant given out that was handed back while it was written', () => {
    const rig = queued().ask(1);
    const { effects } = rig;
    expect(rig.handBack().written).to.deep.equal(['pending']);
    const { effects: back } = rig;
    rig.effects = effects;
    expect(rig.commit().replies).to.deep.equal([]);
    rig.effects = back;
    rig.commit();
    expect(rig.place()).to.deep.equal([`task.offer ${E}`]);
  });

  for (const how of ['dies', 'restarts'] as const) {
    const gone = (rig: Grantor) => {
      if (how === 'dies') return rig.step({ kind: 'peer-gone', node: E });
      rig.boots.set(E, BOOT + 1);
      return rig.step({ kind: 'peer-restarted', node: E, boot: BOOT + 1 });
    };

    it(`should end interrupted where its executor ${how} after the grant, no sooner than 10 s after that`, () => {
      const rig = gone(granted());
      expect(rig.written).to.deep.equal([]);
      expect(rig.pass(DOUBT_MS - 1).written).to.deep.equal([]);
      rig.pass(1_000);
      expect(rig.written).to.deep.equal(['interrupted']);
      expect(rig.records[0]?.outcome?.reason).to.equal(
        'its node died after the start was granted; at-most-once tasks are not started again',
      );
      expect(rig.asked).to.deep.equal(how === 'dies' ? [`task.revoke ${E}`] : []);
      rig.commit();
      expect(rig.place()).to.deep.equal([]);
    });

    it(`should end interrupted where its executor ${how} while it runs`, () => {
      const rig = gone(granted().started());
      rig.pass(DOUBT_MS + 1_000);
      expect(rig.written).to.deep.equal(['interrupted']);
      expect(rig.records[0]).to.include({ attempts: 1 });
      expect(rig.records[0]?.outcome?.reason).to.contain('after the start was made');
    });

    it(`should be placed anew where its executor ${how} before the grant is out`, () => {
      const waiting = gone(queued());
      expect(waiting.written).to.deep.equal([]);
      waiting.room = F;
      expect(waiting.place()).to.deep.equal([`task.offer ${F}`]);

      const asking = queued().ask(1);
      const { effects } = asking;
      expect(gone(asking).written).to.deep.equal(['pending']);
      const { effects: back } = asking;
      asking.effects = effects;
      expect(asking.commit().replies).to.deep.equal([]);
      asking.effects = back;
      asking.commit();
      expect(asking.place()).to.deep.equal([`task.offer ${E}`]);
    });
  }

  it('should go on where its executor was given up and is there after all, in the same boot', () => {
    const rig = granted().started();
    rig.step({ kind: 'peer-gone', node: E }).step({ kind: 'peer-here', node: E });
    expect(rig.pass(2 * DOUBT_MS).written).to.deep.equal([]);
    expect(rig.result('succeeded').written).to.deep.equal(['succeeded']);
    expect(rig.records[0]).to.include({ attempts: 1 });
  });

  it('should have the end recorded that its executor still tells while it is in doubt', () => {
    const rig = granted().step({ kind: 'peer-gone', node: E });
    expect(rig.result('failed', { exitCode: 3 }).written).to.deep.equal(['failed']);
  });

  it('should be started again after a failure, as often as it may', () => {
    const rig = granted({ retries: 1 }).started();
    expect(rig.result('failed', { exitCode: 1 }).written).to.deep.equal(['pending']);
    rig.commit();
    expect(rig.rested().place()).to.deep.equal([`task.offer ${E}`]);
    expect(rig.ask(2).commit().replies).to.deep.equal(['granted 1002']);
    expect(rig.started().result('failed', { exitCode: 1 }).written).to.deep.equal(['failed']);
  });

  it('should end interrupted where its attempt was lost, or ended by nobody who may', () => {
    const lost = granted({ retries: 5 }).started().result('lost', { reason: 'its shell died' });
    expect(lost.written).to.deep.equal(['interrupted']);
    expect(lost.records[0]?.outcome?.reason).to.match(/^its shell died; at-most-once/);
    const ended = granted({ retries: 5 }).started().result('cancelled', { exitCode: 143 });
    expect(ended.written).to.deep.equal(['interrupted']);
  });

  it('should be placed anew where it was called back before it started', () => {
    const rig = granted().dropped();
    expect(rig.written).to.deep.equal(['pending']);
    rig.commit();
    expect(rig.place()).to.deep.equal([`task.offer ${E}`]);
  });

  it('should be disowned by the boot that was given it, by no later one', () => {
    const asked = granted().cancel();
    asked.commit();
    expect(asked.asked).to.deep.equal([`task.revoke ${E}`]);
    expect(asked.unknown().written).to.deep.equal(['cancelled']);
    const later = granted().cancel();
    later.commit();
    expect(later.unknown(BOOT + 1).written).to.deep.equal([]);
    expect(later.pass(DOUBT_MS + 1_000).written).to.deep.equal(['cancelled']);
  });
});

describe('a cancel of a task that asks whether it may start', () => {
  it('should leave asks unanswered, and be final when the attempt is called back', () => {
    const rig = queued().cancel();
    rig.commit();
    expect(rig.asked).to.deep.equal([`task.revoke ${E}`]);
    expect(rig.ask(1).effects).to.deep.equal([]);
    expect(rig.unknown().written).to.deep.equal(['cancelled']);
  });

  it('should be final with the grant that is not given out', () => {
    const rig = queued().ask(1);
    const { effects } = rig;
    rig.cancel();
    rig.effects = effects;
    rig.commit();
    expect(rig.replies).to.deep.equal([]);
    expect(rig.written).to.deep.equal(['cancelled']);
  });

  it('should keep the grant on record while that may still start something', () => {
    const rig = granted().cancel();
    expect(rig.written).to.deep.equal(['pending granted 1']);
    rig.commit();
    expect(rig.ask(1).effects).to.deep.equal([]);
    rig.step({ kind: 'peer-gone', node: E });
    expect(rig.pass(DOUBT_MS - 1).written).to.deep.equal([]);
    expect(rig.pass(1_000).written).to.deep.equal(['cancelled']);
  });
});

describe('a new coordinator that finds a grant without an end', () => {
  it('should ask all who may hold it, and answer no ask before it knows', () => {
    const rig = new Grantor().open({ executor: E, grant: { boot: BOOT, nonce: 3 } });
    expect(rig.asked).to.deep.equal([`held.ask ${ME}`, `held.ask ${E}`, `held.ask ${F}`]);
    expect(rig.ask(3).effects).to.deep.equal([]);
    expect(rig.place()).to.deep.equal([]);
  });

  it('should take up what runs', () => {
    const rig = takenOver().tell(E, 'running');
    expect(rig.written).to.deep.equal([]);
    expect(rig.pass(2 * DOUBT_MS).written).to.deep.equal([]);
    expect(rig.place()).to.deep.equal([]);
    expect(rig.result('succeeded').written).to.deep.equal(['succeeded']);
  });

  it('should take up what asks anew, and never serve that by the grant that it found', () => {
    const rig = takenOver().tell(E, 'queued');
    expect(rig.ask(4).replies).to.deep.equal([]);
    expect(rig.written).to.deep.equal(['pending granted 4']);
    expect(rig.commit().replies).to.deep.equal(['granted 1004']);
  });

  it('should answer no ask of one that it has heard while others have still to be', () => {
    const rig = new Grantor().open({ executor: E, grant: { boot: BOOT, nonce: 3 } }).tell(E, 'queued');
    expect(rig.ask(4).effects).to.deep.equal([]);
    rig.tell(ME).tell(F);
    expect(rig.ask(4).written).to.deep.equal(['pending granted 4']);
  });

  it('should place it anew where the boot that asked disowns it', () => {
    const rig = takenOver().tell(E);
    expect(rig.written).to.deep.equal(['pending']);
    const { effects } = rig;
    expect(rig.place()).to.deep.equal([]);
    rig.effects = effects;
    rig.commit();
    expect(rig.place()).to.deep.equal([`task.offer ${E}`]);
  });

  it('should give it up where another boot disowns it, no sooner than 10 s after it learned of it', () => {
    const rig = takenOver().tell(E, undefined, BOOT + 1);
    expect(rig.written).to.deep.equal([]);
    expect(rig.place()).to.deep.equal([]);
    expect(rig.pass(DOUBT_MS - 1).written).to.deep.equal([]);
    expect(rig.pass(1_000).written).to.deep.equal(['interrupted']);
  });

  it('should give it up where its executor is dead, and not while it may still answer', () => {
    const rig = takenOver();
    expect(rig.pass(3 * DOUBT_MS).written).to.deep.equal([]);
    rig.step({ kind: 'peer-gone', node: E });
    expect(rig.pass(1_000).written).to.deep.equal(['interrupted']);
  });

  it('should not take its executor for one that goes on, for being there again', () => {
    const rig = takenOver().step({ kind: 'peer-gone', node: E }).step({ kind: 'peer-here', node: E });
    expect(rig.pass(DOUBT_MS).written).to.deep.equal(['interrupted']);
  });

  it('should not count an answer that was given to an earlier ballot', () => {
    const rig = takenOver().tell(E, undefined, BOOT, 1);
    expect(rig.written).to.deep.equal([]);
    expect(rig.tell(E, 'running').result('succeeded').written).to.deep.equal(['succeeded']);
  });

  it('should place it anew where it is handed back meanwhile', () => {
    const rig = takenOver().handBack();
    expect(rig.written).to.deep.equal(['pending']);
    rig.commit();
    expect(rig.tell(E).place()).to.deep.equal([`task.offer ${E}`]);
  });
});
