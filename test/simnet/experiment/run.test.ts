import { expect } from 'chai';
import { runModel } from '../../../simnet/experiment/compare.js';
import { runScenario, type Standing } from '../../../simnet/experiment/run.js';
import type { RunResult } from '../../../simnet/measure/result.js';
import { scenarioOf } from '../scenario/support.js';

const SMALL = 'nodes = 5\ntasks = 120\nseed = 3\n';

function run(text: string): RunResult {
  return runScenario(scenarioOf(text));
}

/** All that does not tell of the machine it ran on. */
function story(result: RunResult): unknown {
  return { ...result, wallMs: 0 };
}

describe('an experiment', () => {
  it('should give the same result for the same seed, and another for another', () => {
    const first = run(SMALL);
    expect(first.traceHash).to.match(/^[0-9a-f]{16}$/);
    expect(story(run(SMALL))).to.deep.equal(story(first));
    expect(run(SMALL.replace('seed = 3', 'seed = 4')).traceHash).not.to.equal(first.traceHash);
  });

  it('should count all tasks, and measure each', () => {
    const { tasks, waitMs, responseMs, slowdown, makespan, balance, traffic, events, slots } = run(SMALL);
    expect(tasks).to.include({ submitted: 120, accepted: 120, succeeded: 120, failed: 0, lost: 0, reruns: 0 });
    for (const { count } of [waitMs, responseMs, slowdown]) expect(count).to.equal(120);
    expect(waitMs.p50, 'nothing starts before it was asked for').to.be.greaterThan(0);
    expect(responseMs.mean).to.be.greaterThan(waitMs.mean);
    expect(slowdown.p50).to.be.at.least(1);
    expect(makespan.ratio).to.be.within(1, 1.5);
    expect(balance.tasksPerNode.reduce((a, b) => a + b)).to.equal(120);
    expect(Object.values(traffic.messagesByKind).every((n) => n > 0)).to.be.true;
    expect(traffic.messagesByKind['task.result']).to.be.greaterThan(0);
    expect(traffic.bytesPerNodeS).to.be.greaterThan(traffic.gossipBytesPerNodeS);
    expect({ slots, hasEvents: events > 120 }).to.deep.equal({ slots: 10, hasEvents: true });
  });

  it('should be busy for just as long as its tasks run', () => {
    const text = `${SMALL}[workload]\ndurations = "constant"\nmean = "250ms"\n`;
    const { balance, responseMs, waitMs } = run(text);
    expect(balance.busyMsPerNode.reduce((a, b) => a + b)).to.be.closeTo(120 * 250, 0.001);
    expect(responseMs.mean - waitMs.mean).to.be.closeTo(250, 0.001);
  });

  it('should look at equal steps from the first arrival to the last end', () => {
    const standings: Standing[] = [];
    const { series, virtualMs } = runScenario(scenarioOf(SMALL), (standing) => standings.push(standing));
    const { atMs } = series;
    expect(atMs[0]).to.equal(0);
    expect(atMs.at(-1)).to.be.closeTo(virtualMs, 1e-6);
    const steps = atMs.slice(1).map((ms, i) => Math.round((ms - atMs[i]!) * 1e6) / 1e6);
    expect(new Set(steps)).to.have.property('size', 1);
    const { queuedByGroup, ...rows } = series;
    for (const row of [...Object.values(rows), ...queuedByGroup]) expect(row).to.have.length(atMs.length);
    expect(series.arrived.at(-1)).to.equal(120);
    expect(series.finished.at(-1)).to.equal(120);
    expect(series.viewsRight.every((part) => part === 1)).to.be.true;
    expect(standings.at(-1)).to.include({ total: 120, arrived: 120, finished: 120 });
  });

  it('should halve its samples rather than keep too many', () => {
    const { series } = run(
      'nodes = 3\ntasks = 60\narrival = "batch"\nlimit = "10m"\n[workload]\nmean = "2s"\nhang = 0.05\ntimeout = "5m"',
    );
    expect(series.atMs.length).to.be.within(300, 1_200);
  });

  it('should give a batch away as one array, and end it near its bound', () => {
    const { tasks, makespan, traffic } = run('nodes = 5\ntasks = 200\narrival = "batch"\n[workload]\nmean = "2s"');
    expect(tasks).to.include({ accepted: 200, succeeded: 200 });
    expect(traffic.messagesByKind['job.create'] ?? 0).to.be.at.most(1);
    expect(makespan.ratio).to.be.within(1, 1.3);
  });

  it('should count failures and hangs', () => {
    const text = `${SMALL}[workload]\nfail = "10%"\nhang = "5%"\ntimeout = "3s"\n`;
    const bad = scenarioOf(text).trace.filter(({ exitCode, fate }) => exitCode !== 0 || fate !== 'ends').length;
    const { tasks } = run(text);
    expect(bad).to.be.within(8, 30);
    expect(tasks).to.include({ accepted: 120, failed: bad, succeeded: 120 - bad, lost: 0, reruns: 0 });
  });

  it('should start again what fell with its node to a task that kills', () => {
    const { tasks, series } = run(`${SMALL}limit = "20s"\n[workload]\npoison = "2%"\n`);
    expect(tasks.reruns).to.be.greaterThan(0);
    expect(Math.min(...series.nodesUp)).to.be.below(5);
  });

  it('should tell of its faults, and of what they did', () => {
    const crash = '[[faults]]\nkind = "crash"\nnodes = "n1"\ndark = true\nat = "2s"\nfor = "20s"\n';
    const { faults, series, tasks, virtualMs } = run(`${SMALL}${crash}`);
    expect(faults).to.have.length(1);
    expect(faults[0]).to.include({ atMs: 2_000, label: 'n1 loses power for 20 s' });
    expect(faults[0]!.untilMs).to.be.at.most(virtualMs);
    expect(Math.min(...series.nodesUp)).to.equal(4);
    expect(Math.min(...series.viewsRight)).to.equal(0);
    expect(tasks).to.include({ accepted: 120, succeeded: 120 });
  });

  it('should end when its time is up, and say what is lost', () => {
    const { tasks, virtualMs } = run(`${SMALL}limit = "4s"\n`);
    expect(virtualMs).to.be.closeTo(4_000, 1e-6);
    expect(tasks.submitted).to.be.below(120);
    expect(tasks.lost)
      .to.equal(tasks.accepted - tasks.succeeded)
      .and.to.be.greaterThan(0);
  });

  it('should run on nodes that are unlike, and count those that join', () => {
    const groups = '[[groups]]\ncpus = 4\n[[groups]]\ncpus = 1\nspeed = 0.5\n';
    const join = '[[faults]]\nkind = "join"\nnodes = 2\nat = "1s"\n';
    const { balance, slots, nodes, tasks, series } = run(`nodes = 4\ntasks = 100\ncold = true\n${groups}${join}`);
    expect({ slots, nodes }).to.deep.equal({ slots: 10, nodes: 4 });
    expect(balance.tasksPerNode).to.have.length(6);
    expect(series.nodesUp.at(-1)).to.equal(6);
    expect(tasks.succeeded).to.equal(100);
  });

  it('should lay a model beside it, on the same trace', () => {
    const scenario = scenarioOf(SMALL);
    const [real, model] = [runScenario(scenario), runModel('central', scenario)];
    expect(model).to.include({ transport: 'model', policy: 'central', scenario: 'mine', seed: 3, nodes: 5, slots: 10 });
    expect(model.tasks.succeeded).to.equal(120);
    expect(model.responseMs.mean, 'nobody beats omniscience by more than chance').to.be.at.most(
      real.responseMs.mean * 1.01,
    );
    expect(model.makespan.lowerBoundMs).to.be.closeTo(real.makespan.lowerBoundMs, 0.001);
  });
});
