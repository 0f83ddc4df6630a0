import { expect } from 'chai';
import fc from 'fast-check';
import type { Request } from '../../../src/kernel/effects.js';
import { jobId, nodeId, type NodeId } from '../../../src/kernel/ids.js';
import { Exchange, type ExchangeEffect, type Manner } from '../../../src/node/core/exchange.js';
import type { Message } from '../../../src/node/core/wire.js';

const A = nodeId('a');
const B = nodeId('b');
const CONFIG = { resendMs: 1_000, resendMaxMs: 8_000, sweepMs: 250 };
const REQUEST: Request<Message> = { kind: 'task.revoke', job: jobId('jobs'), shard: 0, tasks: [] };

type MessageOf<K> = Extract<Message, { readonly kind: K }>;
type Arm = Extract<ExchangeEffect, { kind: 'arm' }>;

/** An exchange with a clock, whose only timer fires when it is due. */
class Rig {
  nowMs = 0;
  readonly dead = new Set<NodeId>();
  readonly left = new Set<NodeId>();
  readonly exchange: Exchange<string>;
  readonly sent: string[] = [];
  readonly expired: string[] = [];
  armed: { readonly effect: Arm; readonly atMs: number } | undefined;
  latestAsk = 0;

  constructor(boot = 1) {
    this.exchange = new Exchange<string>(
      boot,
      (id) => !this.dead.has(id),
      (id) => this.left.has(id),
      CONFIG,
    );
  }

  get now() {
    return { monoMs: this.nowMs, wallMs: 0 };
  }

  ask(to: NodeId, tag: string, patience: Manner['patience'] = 'forever', delayMs?: number): void {
    this.perform(this.exchange.ask(to, REQUEST, tag, { patience, delayMs }, this.now));
  }

  answer(from: NodeId, re = this.latestAsk): string | undefined {
    return this.exchange.answered(from, { kind: 'task.revoked', re, unknown: [], boot: 1 })?.tag;
  }

  /** What was sent in the meantime, as `seconds:node`. */
  pass(ms: number): string[] {
    const before = this.sent.length;
    const untilMs = this.nowMs + ms;
    while (this.armed && this.armed.atMs <= untilMs) {
      const { effect, atMs } = this.armed;
      this.armed = undefined;
      this.nowMs = atMs;
      const { effects, expired } = this.exchange.fired({ kind: 'timer', timer: effect.timer }, this.now);
      this.perform(effects);
      this.expired.push(...expired.map(({ to, tag }) => `${this.nowMs / 1_000}:${to} ${tag}`));
    }
    this.nowMs = untilMs;
    return this.sent.slice(before);
  }

  perform(effects: readonly ExchangeEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        this.sent.push(`${this.nowMs / 1_000}:${effect.to}`);
        this.latestAsk = (effect.message as MessageOf<'task.revoke'>).ask;
      } else if (effect.kind === 'arm') {
        expect(this.armed, 'a second timer').to.equal(undefined);
        this.armed = { effect, atMs: this.nowMs + effect.afterMs };
      }
    }
  }
}

describe('The exchange', () => {
  it('should wait for ever for who may come back, and not for who has left', () => {
    const rig = new Rig();
    rig.ask(A, 'patient');
    rig.dead.add(A);
    rig.pass(60_000);
    expect([rig.expired, rig.exchange.size]).to.deep.equal([[], 1]);
    rig.left.add(A);
    rig.pass(1_000);
    expect(rig.expired.map((one) => one.split(' ')[1])).to.deep.equal(['patient']);
    expect(rig.exchange.size).to.equal(0);
  });

  it('should send a request at once, numbered, and look after it from then on', () => {
    const exchange = new Exchange<string>(
      3,
      () => true,
      () => false,
      CONFIG,
    );
    const effects = exchange.ask(A, REQUEST, 'tag', { patience: 'forever' }, { monoMs: 0, wallMs: 0 });
    expect(effects).to.deep.equal([
      { kind: 'send', to: A, message: { ...REQUEST, ask: 3 * 2 ** 32 + 1 } },
      { kind: 'arm', timer: { owner: 'exchange', name: 'sweep', serial: 1 }, afterMs: 250 },
    ]);
    expect(exchange.size).to.equal(1);
  });

  it('should number requests apart from those of earlier boots, in whole numbers', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER - 1), (boot) => {
        const [one, next] = [new Rig(boot), new Rig(boot + 1)];
        for (const rig of [one, next]) rig.ask(A, 'tag');
        expect(one.latestAsk).not.to.equal(next.latestAsk);
        expect(Number.isSafeInteger(one.latestAsk)).to.equal(true);
        expect(next.answer(A, one.latestAsk), 'a reply to the earlier boot').to.equal(undefined);
      }),
    );
  });

  it('should send again until the answer comes, after 1, 2, 4, and from then on 8 seconds', () => {
    const rig = new Rig();
    rig.ask(A, 'tag');
    expect(rig.pass(32_000)).to.deep.equal(['1:a', '3:a', '7:a', '15:a', '23:a', '31:a']);
    expect(rig.answer(A)).to.equal('tag');
    expect(rig.pass(60_000)).to.deep.equal([]);
  });

  it('should send no more of what is withdrawn, and take no reply to it', () => {
    const rig = new Rig();
    rig.ask(A, 'void');
    rig.ask(B, 'tag');
    rig.exchange.withdraw((tag) => tag === 'void');
    expect(rig.pass(3_000)).to.deep.equal(['1:b', '3:b']);
    expect(rig.answer(A, rig.latestAsk - 1)).to.equal(undefined);
  });

  it('should send a request that may wait no sooner than it may, patience running from the start', () => {
    const rig = new Rig();
    rig.ask(A, 'tag', 3_000, 500);
    expect(rig.sent).to.deep.equal([]);
    expect(rig.pass(1_400)).to.deep.equal(['0.5:a']);
    rig.pass(2_000);
    expect(rig.expired).to.deep.equal(['3:a tag']);
  });

  it('should take a reply once, from whom it asked, and none to what it never asked', () => {
    const rig = new Rig();
    rig.ask(A, 'tag');
    expect(rig.answer(B)).to.equal(undefined);
    expect(rig.answer(A, rig.latestAsk + 1)).to.equal(undefined);
    expect(rig.exchange.size).to.equal(1);
    expect(rig.answer(A)).to.equal('tag');
    expect(rig.answer(A)).to.equal(undefined);
    expect(rig.exchange.size).to.equal(0);
  });

  it('should arm its timer while something is pending, and only then', () => {
    const rig = new Rig();
    rig.ask(A, 'one');
    rig.ask(B, 'two');
    expect(rig.armed).not.to.equal(undefined);
    rig.answer(B);
    rig.pass(500);
    expect(rig.armed).not.to.equal(undefined);
    rig.ask(A, 'three', 100);
    rig.answer(A, rig.latestAsk - 2);
    rig.pass(250);
    expect(rig.expired).to.deep.equal(['0.75:a three']);
    expect([rig.exchange.size, rig.armed]).to.deep.equal([0, undefined]);
    rig.ask(A, 'four');
    expect(rig.armed).not.to.equal(undefined);
  });

  it('should ignore stale timers', () => {
    const rig = new Rig();
    rig.ask(A, 'tag', 0);
    const timer = { kind: 'timer', timer: { owner: 'exchange', name: 'sweep', serial: 0 } } as const;
    expect(rig.exchange.fired(timer, rig.now)).to.deep.equal({ effects: [], expired: [] });
  });

  describe('with a peer that is dead', () => {
    it('should wait for ever where it is patient, send nothing, and all at once when the peer is back', () => {
      const rig = new Rig();
      rig.dead.add(A);
      rig.ask(A, 'one');
      rig.ask(A, 'two');
      rig.ask(B, 'three');
      rig.answer(B);
      expect(rig.pass(100_000)).to.deep.equal([]);
      rig.dead.delete(A);
      rig.perform(rig.exchange.returned(A, rig.now));
      expect(rig.sent.slice(1)).to.deep.equal(['100:a', '100:a']);
      expect(rig.exchange.returned(B, rig.now)).to.deep.equal([]);
      expect(rig.pass(1_500), 'and not yet again').to.deep.equal([]);
      expect(rig.expired).to.deep.equal([]);
    });

    it('should give up within a sweep where it asked for an answer of the living', () => {
      const rig = new Rig();
      rig.ask(A, 'alive', 'alive');
      rig.ask(A, 'short', 60_000);
      rig.ask(B, 'other', 'alive');
      rig.pass(10_000);
      expect(rig.expired).to.deep.equal([]);
      rig.dead.add(A);
      rig.pass(250);
      expect(rig.expired).to.deep.equal(['10.25:a alive', '10.25:a short']);
      rig.ask(A, 'late', 'alive');
      expect(rig.sent.at(-1)).not.to.equal('10.25:a');
      rig.pass(250);
      expect(rig.expired.at(-1)).to.equal('10.5:a late');
      expect(rig.exchange.size).to.equal(1);
    });
  });

  it('should answer each request once, by its reply or by the end of its patience, and no later than a sweep after it', () => {
    const asks = fc.record({
      afterMs: fc.nat(3_000),
      patience: fc.oneof(fc.constant('alive' as const), fc.nat(20_000)),
      repliesMs: fc.option(fc.nat(30_000)),
    });
    fc.assert(
      fc.property(fc.array(asks, { minLength: 1, maxLength: 15 }), fc.nat(60_000), (todo, diesMs) => {
        const rig = new Rig();
        const replies: { atMs: number; re: number; tag: string }[] = [];
        const overMs = new Map<string, number>();
        const answered: string[] = [];
        const reply = (untilMs: number) => {
          for (const due of replies.filter(({ atMs }) => atMs <= untilMs)) {
            replies.splice(replies.indexOf(due), 1);
            rig.pass(Math.max(0, due.atMs - rig.nowMs));
            for (const tag of [rig.answer(A, due.re), rig.answer(A, due.re)]) if (tag !== undefined) answered.push(tag);
          }
        };
        todo.forEach(({ afterMs, patience, repliesMs }, i) => {
          reply(rig.nowMs + afterMs);
          rig.pass(afterMs);
          rig.ask(A, `${i}`, patience);
          if (repliesMs !== null) replies.push({ atMs: rig.nowMs + repliesMs, re: rig.latestAsk, tag: `${i}` });
          overMs.set(`${i}`, patience === 'alive' ? Infinity : rig.nowMs + patience);
          replies.sort((a, b) => a.atMs - b.atMs);
        });
        reply(rig.nowMs + diesMs);
        rig.dead.add(A);
        const diedMs = rig.nowMs;
        rig.pass(60_000);
        const expired = rig.expired.map((line) => line.split(/[: ]/) as [string, string, string]);
        expect([...answered, ...expired.map(([, , tag]) => tag)]).to.have.members([...overMs.keys()]);
        for (const [seconds, , tag] of expired) {
          const overAtMs = Math.min(overMs.get(tag)!, diedMs);
          expect(Number(seconds) * 1_000).to.be.within(overAtMs - 1e-6, overAtMs + 250 + 1e-6);
        }
        expect([rig.exchange.size, rig.armed]).to.deep.equal([0, undefined]);
      }),
      { numRuns: 200 },
    );
  });
});
