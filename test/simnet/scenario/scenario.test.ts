import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { closest } from '../../../src/toml/suggest.js';
import { readTrace } from '../../../simnet/workload/csv-trace.js';
import { readScenario } from '../../../simnet/scenario/scenario.js';
import { scenarioOf } from './support.js';

const DIR = 'simnet/scenarios';

describe('a scenario', () => {
  it('should be something sensible where it says nothing', () => {
    const { nodes, trace, policy, discipline, seed, isWarm, faults } = scenarioOf('');
    expect(nodes).to.have.length(20);
    expect(trace).to.have.length(2_000);
    expect({ policy, discipline, seed, isWarm, faults }).to.deep.equal({
      policy: 'bounded-ring',
      discipline: 'fifo',
      seed: 1,
      isWarm: true,
      faults: [],
    });
  });

  it('should keep the flock as busy as its load says', () => {
    const { trace } = scenarioOf('nodes = 50\ncpus = 4\nspeed = 2\ntasks = 40000\narrival = 0.5');
    const work = trace.reduce((sum, { durationMs }) => sum + durationMs, 0);
    expect(work / (50 * 4 * 2) / trace.at(-1)!.atMs).to.be.closeTo(0.5, 0.02);
  });

  it('should deal nodes to groups by their shares, however many there are', () => {
    const text = 'cpus = 4\n[[groups]]\nshare = 3\nzone = "core"\n[[groups]]\nzone = "edge"\ncpus = 1\nspeed = 0.5\n';
    const { nodes } = scenarioOf(`nodes = 10\n${text}`);
    expect(nodes.map(({ zone }) => zone).join(' ')).to.equal(`${'core '.repeat(8)}edge edge`);
    expect(nodes[0]).to.deep.equal({ cpus: 4, speed: 1, zone: 'core' });
    expect(nodes[9]).to.deep.equal({ cpus: 1, speed: 0.5, zone: 'edge' });
    expect(scenarioOf(`nodes = 1\n${text}`).nodes).to.have.length(1);
    const [dear] = scenarioOf('[[groups]]\nshare = 1\ncost = 0.5\nenergy = 90\n').nodes;
    expect(dear?.labels).to.deep.equal({ cost: '0.5', energy: '90' });
  });

  it('should choose the nodes that a fault names', () => {
    const struck = (nodes: string) => {
      const text = `nodes = 12\nzones = ["a", "b", "c"]\n[[faults]]\nkind = "leave"\nat = "5s"\nnodes = ${nodes}\n`;
      return scenarioOf(text).faults.map(({ fault }) => (fault.kind === 'leave' ? fault.node : ''));
    };
    expect(struck('"zone:b"')).to.deep.equal(['n4', 'n5', 'n6', 'n7']);
    expect(struck('["n0", "n0-n2", "n11"]')).to.deep.equal(['n0', 'n1', 'n2', 'n11']);
    expect(struck('"all"')).to.have.length(12);
    expect(new Set(struck('"25%"'))).to.have.property('size', 3);
    expect(struck('4')).to.deep.equal(struck('4')).and.to.have.length(4);
  });

  it('should read partitions and churn in short', () => {
    const { faults, expectedMs } = scenarioOf(
      'nodes = 10\nchurn = "20%/min"\npartition = ["split@30s+20s", "split:5@0s+1m"]',
    );
    const five = [
      ['n0', 'n1'],
      ['n2', 'n3'],
      ['n4', 'n5'],
      ['n6', 'n7'],
    ];
    expect(faults).to.deep.equal([
      { atMs: 0, fault: { kind: 'churn', perMin: 2, forMs: expectedMs, downMs: 10_000 } },
      { atMs: 0, fault: { kind: 'split', sides: five, forMs: 60_000 } },
      { atMs: 30_000, fault: { kind: 'split', sides: [['n0', 'n1', 'n2', 'n3', 'n4']], forMs: 20_000 } },
    ]);
  });

  it('should read latencies of the network and between zones', () => {
    const links =
      '[[network.links]]\nbetween = ["b", "a"]\nlatency = "40ms~0.3"\n[[network.links]]\nbetween = "b"\nlatency = "5ms"';
    const { network } = scenarioOf(
      `zones = ["a", "b"]\n[network]\nlatency = "0.5ms-2ms"\npacket-loss = "1%"\n${links}`,
    );
    expect(network).to.deep.equal({
      latency: { kind: 'uniform', lowMs: 0.5, highMs: 2 },
      packetLoss: 0.01,
      zoneLatency: { 'a b': { kind: 'lognormal', medianMs: 40, sigma: 0.3 }, 'b b': { kind: 'constant', ms: 5 } },
    });
  });

  it('should replay a trace, or its beginning', () => {
    const trace = readTrace('arrival,duration\n0,1\n1,1\n2,1\n', 't.csv');
    expect(scenarioOf('trace = "t.csv"', [], trace).trace).to.deep.equal(trace);
    expect(scenarioOf('trace = "t.csv"\ntasks = 2', [], trace).trace).to.deep.equal(trace.slice(0, 2));
  });

  it('should forget what the file says of durations that a flag does away with', () => {
    const flag = { path: ['workload', 'durations'], value: 'constant', flag: '--workload' };
    const { trace } = scenarioOf('[workload]\ndurations = "pareto"\nshape = 2\nmean = "2s"', [flag]);
    expect(new Set(trace.map(({ durationMs }) => durationMs))).to.deep.equal(new Set([2_000]));
  });
});

describe('the scenarios that come with covey', () => {
  const files = readdirSync(DIR).filter((file) => file.endsWith('.toml'));

  it('should be a dozen or more', () => {
    expect(files.length).to.be.at.least(12);
  });

  for (const file of files) {
    it(`should be sound, and say what they show: ${file}`, () => {
      const text = readFileSync(`${DIR}/${file}`, 'utf8');
      const load = (path: string) => readTrace(readFileSync(`${DIR}/${path}`, 'utf8'), path);
      const { description, trace } = readScenario({ name: file, text, file }, [], load);
      expect(text).to.match(/^# \S/);
      expect(description.length).to.be.within(10, 80);
      expect(trace).not.to.be.empty;
    });
  }
});

describe('the closest word', () => {
  it('should be what was meant, or nothing', () => {
    expect(closest('noodes', ['nodes', 'tasks'])).to.equal('nodes');
    expect(closest('RackDies', ['rack-dies', 'churn'])).to.equal('rack-dies');
    expect(closest('xyz', ['nodes', 'tasks'])).to.equal(undefined);
  });
});
