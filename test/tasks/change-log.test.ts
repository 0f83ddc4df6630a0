import { expect } from 'chai';
import { ChangeLog } from '../../src/tasks/change-log.js';
import { CHANGES_MAX } from '../../src/tasks/change.js';
import { jobId } from '../../src/kernel/ids.js';
import type { TimerToken } from '../../src/kernel/timers.js';
import { JOB, node } from './support/fixtures.js';

const OTHER = jobId('otherjob');

/** A log under test: what it answers, in short. */
class Log {
  nowMs = 100;
  readonly log: ChangeLog;
  readonly timers: TimerToken[] = [];
  #asks = 0;

  constructor(kept = 4, boot = 7) {
    this.log = new ChangeLog(boot, kept, () => ({ monoMs: this.nowMs, wallMs: this.nowMs }));
  }

  note(...indexes: number[]): void {
    for (const index of indexes) this.log.note({ job: JOB, index, state: 'running', run: 1 });
  }

  ask(query: object = {}, ask = ++this.#asks) {
    const whole = { kind: 'query.changes' as const, ask, boot: 0, after: 0, sinceMs: 0, waitMs: 0, ...query };
    return this.shown(this.log.asked(node('x'), whole));
  }

  shown(effects: ReturnType<ChangeLog['flush']>) {
    return effects.flatMap((effect) => {
      if (effect.kind === 'arm') this.timers.push(effect.timer);
      if (effect.kind !== 'reply') return [];
      const { next, isGap, changes } = effect.message;
      return [{ re: effect.re, next, isGap, indexes: changes.map(({ index }) => index) }];
    });
  }
}

describe('log of changes', () => {
  it('should tell what came after a number', () => {
    const log = new Log();
    log.note(1, 2, 3);
    expect(log.ask({ boot: 7, after: 1 })).to.deep.equal([{ re: 1, next: 3, isGap: false, indexes: [2, 3] }]);
    expect(log.ask({ boot: 7, after: 3 }), 'and nothing new').to.deep.equal([
      { re: 2, next: 3, isGap: false, indexes: [] },
    ]);
  });

  it('should tell only its last number to who has just come', () => {
    const log = new Log();
    log.note(1, 2);
    expect(log.ask({ sinceMs: undefined })).to.deep.equal([{ re: 1, next: 2, isGap: false, indexes: [] }]);
  });

  it('should hold a question until there is an answer, once however often it is sent', () => {
    const log = new Log();
    expect(log.ask({ boot: 7, waitMs: 50 }, 1)).to.deep.equal([]);
    expect(log.ask({ boot: 7, waitMs: 50 }, 1)).to.deep.equal([]);
    log.note(1);
    expect(log.shown(log.log.flush())).to.deep.equal([{ re: 1, next: 1, isGap: false, indexes: [1] }]);
    log.note(2);
    expect(log.shown(log.log.flush()), 'nobody waits any more').to.deep.equal([]);
  });

  it('should hold it through changes of other jobs, and answer in the end that nothing came', () => {
    const log = new Log();
    expect(log.ask({ boot: 7, waitMs: 50, job: OTHER })).to.deep.equal([]);
    log.note(1, 2);
    expect(log.shown(log.log.flush())).to.deep.equal([]);
    log.nowMs = 150;
    expect(log.shown(log.log.fired(log.timers.at(-1)!))).to.deep.equal([{ re: 1, next: 2, isGap: false, indexes: [] }]);
    expect(log.log.fired(log.timers[0]!), 'nothing is left over').to.deep.equal([]);
  });

  it('should say that it has forgotten some', () => {
    const log = new Log();
    log.note(1, 2, 3, 4, 5, 6);
    expect(log.ask({ boot: 7, after: 1 })).to.deep.equal([{ re: 1, next: 6, isGap: true, indexes: [3, 4, 5, 6] }]);
    expect(log.ask({ boot: 7, after: 2 })).to.deep.equal([{ re: 2, next: 6, isGap: false, indexes: [3, 4, 5, 6] }]);
  });

  it('should say so of another start, whose changes it cannot know', () => {
    const log = new Log();
    log.note(1);
    expect(log.ask({ boot: 6, after: 40, waitMs: 50 })).to.deep.equal([{ re: 1, next: 1, isGap: true, indexes: [1] }]);
  });

  it('should go by the time for who knows no number of it', () => {
    const log = new Log();
    log.note(1);
    log.nowMs = 200;
    log.note(2);
    expect(log.ask({ sinceMs: 150 })).to.deep.equal([{ re: 1, next: 2, isGap: false, indexes: [2] }]);
    log.note(3, 4, 5, 6);
    expect(log.ask({ sinceMs: 150 }), 'one of that time is forgotten').to.have.nested.property('[0].isGap', true);
  });

  it('should answer in parts that a message holds', () => {
    const log = new Log(CHANGES_MAX * 2);
    log.note(...Array.from({ length: CHANGES_MAX + 1 }, (_, i) => i));
    expect(log.ask({ boot: 7 })).to.have.nested.property('[0].next', CHANGES_MAX);
    expect(log.ask({ boot: 7, after: CHANGES_MAX })).to.have.nested.property('[0].indexes.length', 1);
  });
});
