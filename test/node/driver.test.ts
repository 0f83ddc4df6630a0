import { expect } from 'chai';
import type { Runner } from '../../src/executor/runner.js';
import type { JobId } from '../../src/kernel/ids.js';
import { TimerBook } from '../../src/kernel/timers.js';
import type { NodeEffect, NodeEvent } from '../../src/node/core/events.js';
import type { NodeCore } from '../../src/node/core/node-core.js';
import type { Store, StoreHealth, Transport } from '../../src/node/core/ports.js';
import type { Message } from '../../src/node/core/wire.js';
import { Driver, Inbox } from '../../src/node/driver.js';
import { failure } from '../support/failure.js';
import { until } from '../support/until.js';
import { CoveyError } from '../../src/kernel/errors.js';

type Say = (event: NodeEvent) => readonly NodeEffect[];

const JOB = 'job0' as JobId;
const WRITE: NodeEffect = { kind: 'persist', write: 7, puts: [] };
const OUTDATED: NodeEffect = { kind: 'outdated', boot: 9 };

describe('driver', () => {
  let events: NodeEvent[];
  let fatal: Error[];
  let dialled: string[][];
  let writes: ((error?: Error) => void)[];
  let timers: TimerBook;
  let health: StoreHealth;
  let storeChanged: () => void;
  let driver: Driver;
  let inbox: Inbox;

  /** A driver over a core that answers with what `say` says. */
  function drive(say: Say): void {
    const step = (event: NodeEvent) => {
      events.push(event);
      return [...say(event)];
    };
    const dial = (addresses: readonly string[]) => {
      dialled.push([...addresses]);
      if (addresses[0] === 'nowhere') inbox.unreachable(addresses, 'gone');
    };
    const write: Store['write'] = (_puts, done) => void writes.push(done);
    const watch: Store['watch'] = (changed) => void (storeChanged = changed);
    driver = new Driver({
      core: { step } as unknown as NodeCore,
      transport: { dial } as unknown as Transport<Message>,
      store: { write, range: () => [], health: () => health, watch } as unknown as Store,
      runner: {} as Runner,
      now: () => ({ monoMs: 0, wallMs: 0 }),
      onFatal: (error) => fatal.push(error),
    });
    inbox.attach(driver);
  }

  /** Says something on `start` only. */
  const atStart =
    (...effects: NodeEffect[]): Say =>
    ({ kind }) =>
      kind === 'start' ? effects : [];
  const kinds = () => events.map(({ kind }) => kind);
  /** Lets timers of 0 and 1 ms that are armed fire, and so whatever should not fire too. */
  const beat = () => new Promise((resolve) => setTimeout(resolve, 15));

  beforeEach(() => {
    [events, fatal, dialled, writes] = [[], [], [], []];
    timers = new TimerBook('test');
    health = { isOk: true, bad: 0 };
    inbox = new Inbox(() => undefined);
  });
  afterEach(() => driver.stop());

  it('should give the core its start first, then what came before it, in order', () => {
    inbox.unreachable(['early'], 'gone');
    drive(() => []);
    driver.feed({ kind: 'leave' });
    expect(events).to.deep.equal([]);
    driver.start();
    expect(kinds()).to.deep.equal(['start', 'unreachable', 'leave']);
  });

  it('should finish the effects of one event before the next, and keep the order of events', () => {
    drive(({ kind }) => {
      if (kind === 'start') return [dial('nowhere'), { kind: 'load', read: 1, prefix: 'x' }, dial('after')];
      return kind === 'unreachable' ? [dial('last')] : [];
    });
    driver.start();
    expect(kinds()).to.deep.equal(['start', 'unreachable', 'loaded']);
    expect(dialled.flat()).to.deep.equal(['nowhere', 'after', 'last']);
  });

  it('should replace a timer that is armed again, and not fire one that is disarmed', async () => {
    const first = timers.arm('a', 1);
    const second = timers.arm('a', 2);
    drive(atStart(first, second, timers.arm('b', 1), ...timers.disarm('b')));
    driver.start();
    await until('the timer fires', () => events.length === 2);
    await beat();
    expect(events.slice(1)).to.deep.equal([{ kind: 'timer', timer: second.timer }]);
  });

  it('should not fire a timer of a month at once', async () => {
    drive(atStart(timers.arm('month', 31 * 86_400_000)));
    driver.start();
    await beat();
    expect(kinds()).to.deep.equal(['start']);
  });

  it('should stop for good: no timer, no event, no effect', async () => {
    drive(atStart(timers.arm('a', 1), WRITE));
    driver.start();
    driver.stop();
    driver.feed({ kind: 'leave' });
    writes[0]!();
    writes[0]!(new Error('closed'));
    await beat();
    expect(kinds()).to.deep.equal(['start']);
    expect(fatal).to.deep.equal([]);
  });

  it('should give up once when the core throws, and feed it nothing more', async () => {
    drive(({ kind }) => {
      if (kind === 'unreachable') throw new Error('broken');
      return kind === 'start' ? [timers.arm('a', 1), dial('nowhere'), { kind: 'load', read: 1, prefix: '' }] : [];
    });
    driver.start();
    inbox.unreachable(['again'], 'gone');
    await beat();
    expect(fatal.map(({ message }) => message)).to.deep.equal(['broken']);
    expect(kinds()).to.deep.equal(['start', 'unreachable']);
  });

  it('should tell what became of the store, and then which writes failed, in order', () => {
    drive(({ kind }) => (kind === 'start' ? [WRITE, { ...WRITE, write: 8 }] : []));
    health = { isOk: false, reason: 'full', bad: 0 };
    driver.start();
    expect(kinds()).to.deep.equal(['store', 'start']);
    health = { isOk: true, bad: 0 };
    storeChanged();
    for (const done of writes) done(new Error('disk'));
    expect(events.slice(2)).to.deep.equal([
      { kind: 'store', isOk: true },
      { kind: 'persist-failed', write: 7 },
      { kind: 'persist-failed', write: 8 },
    ]);
    expect(events[0]).to.deep.equal({ kind: 'store', isOk: false, reason: 'full' });
    expect(fatal).to.deep.equal([]);
  });

  it('should give up on a write that no store could take', () => {
    drive(atStart(WRITE));
    driver.start();
    writes[0]!(new RangeError('a key too long'));
    expect(fatal.map(({ message }) => message)).to.deep.equal(['a key too long']);
  });

  it('should perform nothing after it learns that its disk is an old copy', async () => {
    drive(atStart(OUTDATED, timers.arm('a', 1), dial('after')));
    driver.start();
    await beat();
    expect(fatal[0]?.message).to.match(/old copy/);
    expect({ dialled, kinds: kinds() }).to.deep.equal({ dialled: [], kinds: ['start'] });
  });

  it('should tell of a write once it is durable', () => {
    drive(atStart(WRITE));
    driver.start();
    expect(kinds()).to.deep.equal(['start']);
    writes[0]!();
    expect(events.at(-1)).to.deep.equal({ kind: 'persisted', write: 7 });
  });

  it('should give each client its own answer', async () => {
    drive((event) => {
      if (event.kind !== 'client') return [];
      const error = new CoveyError('not-found', `client ${event.client}`);
      return [{ kind: 'answer', client: event.client, result: { isOk: false, error } }];
    });
    driver.start();
    const ask = () => failure(driver.request({ op: 'job', job: JOB, waitMs: 0 }));
    expect((await Promise.all([ask(), ask()])).map(({ message }) => message)).to.deep.equal(['client 1', 'client 2']);
  });

  it('should tell the core once of a client that goes away, before or after it asked', () => {
    drive(() => []);
    driver.start();
    const gone = new AbortController();
    void driver.request({ op: 'nodes' }, gone.signal);
    gone.abort();
    void driver.request({ op: 'nodes' }, AbortSignal.abort());
    const ends = events.flatMap((event) => (event.kind === 'client-gone' ? [event.client] : []));
    expect(ends).to.deep.equal([1, 2]);
  });

  it('should resolve its leaving when the core has left, and when it cannot leave any more', async () => {
    drive(({ kind }) => (kind === 'leave' ? [{ kind: 'left', records: 3 }] : []));
    driver.start();
    expect(await driver.leave()).to.equal(3);
    drive(() => []);
    driver.start();
    const leaving = driver.leave();
    driver.stop();
    expect(await leaving).to.equal(0);
    await driver.leave();
  });
});

function dial(address: string): NodeEffect {
  return { kind: 'dial', addresses: [address] };
}
