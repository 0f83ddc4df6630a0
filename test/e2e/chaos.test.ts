import { expect } from 'chai';
import { summary } from '../../chaos/report.js';
import { acceptedJobs } from '../../chaos/history/history.js';
import type { Fault } from '../../chaos/plan/faults.js';
import { runChaos } from '../../chaos/run.js';

/** The short form of `npm run chaos`: each role is killed once, and one daemon stopped. */
const FAULTS: readonly Fault[] = [
  { atMs: 1_000, how: 'kill', victims: { kind: 'role', role: 'gateway' }, forMs: 800 },
  { atMs: 4_000, how: 'kill', victims: { kind: 'role', role: 'coordinator' }, forMs: 800 },
  { atMs: 7_000, how: 'kill', victims: { kind: 'role', role: 'executor' }, forMs: 800 },
  { atMs: 9_000, how: 'stop', victims: { kind: 'daemons', daemons: [2] }, forMs: 3_000 },
];

describe('a flock under chaos', function () {
  this.timeout(240_000);

  it('should lose no accepted task and leave nothing behind', async () => {
    const lines: string[] = [];
    // For longer than the faults: where daemons return late they come late, and somebody has to run something then.
    const options = { seed: 3, forMs: 24_000, daemons: 5, rate: 3, isAtMostOnce: false, faults: FAULTS };
    // While its home is away, a job that is tried through another daemon can be taken by a second home.
    const load = { ...options, isRetriedElsewhere: true };
    const verdict = await runChaos(load, new AbortController().signal, (line) => lines.push(line));
    expect(verdict.findings, [...lines, ...summary(verdict)].join('\n')).to.deep.equal([]);
    expect(verdict.injuries).to.deep.include({ kills: 3, stops: 1, skipped: 0 });
    expect(verdict.injuries.roles).to.deep.equal({ gateway: 1, coordinator: 1, executor: 1 });
    expect(acceptedJobs(verdict.history).size, 'jobs accepted').to.be.greaterThan(10);
  });
});
