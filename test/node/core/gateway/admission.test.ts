import { expect } from 'chai';
import fc from 'fast-check';
import { LIMITERS, parseAdmission } from '../../../../src/kernel/admission.js';
import { CoveyError } from '../../../../src/kernel/errors.js';
import { jobId } from '../../../../src/kernel/ids.js';
import { Admission, type AdmissionConfig } from '../../../../src/node/core/gateway/admission/admission.js';
import { limiterOf } from '../../../../src/node/core/gateway/admission/limiters.js';
import type { Submission } from '../../../../src/node/core/gateway/requests.js';
import { submit } from '../../../../src/node/core/gateway/submit.js';
import { specOf } from '../../../tasks/support/fixtures.js';
import { Stage } from './support/stage.js';

/** When each of some submissions goes on, in ms; how long the refused are to wait, below zero. */
function verdicts(limit: string, atMs: readonly number[]): number[] {
  const limiter = limiterOf(parseAdmission(limit));
  return atMs.map((ms) => {
    const verdict = limiter.ask(1_000_000 + ms);
    return 'afterMs' in verdict ? ms + verdict.afterMs : -verdict.retryMs;
  });
}

describe('limits of submissions', () => {
  it('should let a burst through a token bucket at once, and then what the rate makes up for', () => {
    expect(verdicts('token-bucket:10/s,burst=3', [0, 0, 0, 0, 50, 100, 100, 10_000])).to.deep.equal([
      ...[0, 0, 0, -100, -50, 100, -100, 10_000],
    ]);
    expect(verdicts('token-bucket:10/s,burst=3', [0, 9_000, 9_000, 9_000, 9_000]).at(-1), 'no more saved up').to.equal(
      -100,
    );
  });

  it('should space out by a leaky bucket what comes at once, as far as it has room', () => {
    expect(verdicts('leaky-bucket:10/s,burst=3', [0, 0, 0, 0, 150, 1_000])).to.deep.equal([
      0, 100, 200, -100, 300, 1_000,
    ]);
    expect(verdicts('leaky-bucket:1/min,burst=9', [0, 0]), 'nobody is held for a minute').to.deep.equal([0, -55_000]);
  });

  it('should take no more than the rate in any window, wherever it begins', () => {
    expect(verdicts('sliding-window:2/s', [0, 900, 950, 1_000, 1_100, 1_900])).to.deep.equal([
      ...[0, 900, -50, 1_000, -800, 1_900],
    ]);
  });

  it('should keep to their rates whatever comes, and take again after just so long as they say', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.constantFrom(...LIMITERS), fc.integer({ min: 1, max: 20 }), gaps, (name, rate, steps) => {
        const limiter = limiterOf(parseAdmission(`${name}:${rate}/s`));
        const went: number[] = [];
        let nowMs = 0;
        for (const step of steps) {
          nowMs += step;
          let verdict = limiter.ask(nowMs);
          if ('retryMs' in verdict) {
            nowMs += verdict.retryMs + 1e-6;
            verdict = limiter.ask(nowMs);
          }
          if (!('afterMs' in verdict)) return false;
          went.push(nowMs + verdict.afterMs);
        }
        // A bucket passes what it has saved and what comes meanwhile; a window no more than the rate.
        const most = name === 'token-bucket' ? 2 * rate : name === 'leaky-bucket' ? rate + 1 : rate;
        return went.every((ms, i) => went.slice(i).filter((later) => later < ms + 999.9).length <= most);
      }),
    );
  });

  it('should be read from words, and refused where they are none', () => {
    expect(parseAdmission('token-bucket:10/s,burst=100')).to.deep.equal({
      ...{ limiter: 'token-bucket', rate: 10, windowMs: 1_000, burst: 100 },
    });
    expect(parseAdmission('sliding-window:60/min')).to.include({ rate: 60, windowMs: 60_000, burst: 60 });
    const wrong = ['bucket:1/s', 'token-bucket:0/s', 'token-bucket:1', 'token-bucket:1/d', 'token-bucket:1/s,burst=0'];
    for (const text of [...wrong, 'sliding-window:10/s,burst=20', 'token-bucket:99999/s', '']) {
      expect(() => parseAdmission(text), text).to.throw(CoveyError);
    }
  });
});

describe('admission', () => {
  let waiting: number;
  const admission = (config: AdmissionConfig) => new Admission(config, () => waiting);
  const failureOf = (run: () => unknown): CoveyError | undefined => {
    try {
      run();
      return undefined;
    } catch (error) {
      return error as CoveyError;
    }
  };

  it('should limit each submitter alone, and say when to come again', () => {
    const gate = admission({ limit: parseAdmission('token-bucket:1/s') });
    expect(gate.admit({ submitter: 'ann' }, 0)).to.equal(0);
    expect(gate.admit({ submitter: 'ben' }, 0)).to.equal(0);
    const refused = failureOf(() => gate.admit({ submitter: 'ann' }, 250));
    expect(refused).to.include({ code: 'busy', hint: 'nothing was submitted; try again in 1 s' });
    expect(refused?.details).to.deep.equal({ retryMs: 750 });
  });

  it('should shed the lowest classes first, and the highest never', () => {
    const gate = admission({ shedAbove: 10 });
    const taken = (now: number) => {
      waiting = now;
      return [-5, undefined, 1].map(
        (priority) => failureOf(() => gate.admit({ submitter: 'ann', priority }, 0)) === undefined,
      );
    };
    expect(taken(10)).to.deep.equal([true, true, true]);
    expect(taken(10.1)).to.deep.equal([false, true, true]);
    expect(taken(20.1)).to.deep.equal([false, false, true]);
  });

  it('should stand before all that a submission has written, and let through what may have been taken before', () => {
    const stage = new Stage(5);
    const gate = admission({ limit: parseAdmission('token-bucket:1/h') });
    const asked: string[] = [];
    const play = (more: Partial<Submission> = {}) => {
      const job = { job: jobId('job1'), digest: 'd', isKeyed: false, spec: specOf(), ...more };
      const range = { first: 0, step: 1, count: 1 };
      return stage.play(submit({ ...stage.scene, admission: gate }, { ...job, range }), ({ message }) => {
        asked.push(message.kind);
        if (message.kind === 'job.claim') return { kind: 'job.claimed', isGranted: true };
        if (message.kind === 'query.job') return { kind: 'query.job-told' };
        return { kind: 'job.created', outcome: 'created', tasks: 1, replicas: 3, acked: 2 };
      });
    };
    play();
    asked.length = 0;
    expect(failureOf(() => play())).to.have.property('code', 'busy');
    expect(asked).to.deep.equal([]);
    play({ repeat: {} });
    expect(asked).to.include('job.create');
  });
});
