import { expect } from 'chai';
import { refusalOf, scenarioOf } from './support.js';

describe('a scenario that is wrong', () => {
  const WRONG: readonly (readonly [text: string, says: string])[] = [
    ['nodes = 10\n\nnoodes = 5', "mine.toml:3: unknown key 'noodes' (did you mean nodes?)"],
    ['[workload]\n\nmaen = "1s"', "mine.toml:3: unknown key 'maen' (did you mean mean?)"],
    ['[wokload]\nmean = "1s"', "mine.toml:1: unknown key 'wokload' (did you mean workload?)"],
    ['nodes = 10\ntasks = \n', 'mine.toml:2:9: invalid value (this is not TOML: toml.io)'],
    ['nodes = 0', 'mine.toml:1: nodes: 0 is not a whole number from 1 to 20000 (write 20, say)'],
    ['nodes = "ten"', "mine.toml:1: nodes: 'ten' is not a whole number from 1 to 20000 (write 20, say)"],
    ['tasks = 1.5', 'mine.toml:1: tasks: 1.5 is not a whole number from 1 to 2000000 (write 2000, say)'],
    ['seed = -1', 'mine.toml:1: seed: -1 is not a whole number from 0 to 2147483647 (write 7, say)'],
    ['workload = 5', 'mine.toml:1: workload is not a table (write [workload])'],
    ['[network]\nloss = -0.1', 'mine.toml:2: loss: -0.1 is not a part from 0 to 1 (write 0.05 or "5%")'],
    ['[network]\nloss = "101%"', 'mine.toml:2: loss: \'101%\' is not a part from 0 to 1 (write 0.05 or "5%")'],
    ['[workload]\nmean = 0', 'mine.toml:2: mean: 0 is not a duration (write "500ms", "30s", "5m" or "2h")'],
    ['[workload]\ndurations = "paretto"', "mine.toml:2: durations: unknown workload 'paretto' (did you mean pareto?)"],
    ['[workload]\ndurations = "pareto"\ncap = "1s"', 'mine.toml:3: cap: it is not above the mean'],
    ['[workload]\nshape = 2', "mine.toml:2: unknown key 'shape'"],
    ['cpus = 2\n[workload]\ncpus = 3', 'mine.toml:3: cpus: 3, and no node has more than 2 (raise cpus of the nodes)'],
    ['arrival = 0', 'mine.toml:1: arrival: 0 is no load'],
    ['arrival = "often"', "mine.toml:1: arrival: 'often' is no way to arrive"],
    [
      'policy = "whatever"',
      "mine.toml:1: policy: unknown policy 'whatever' (there is bounded-ring, ring, round-robin, weighted-round-robin,",
    ],
    [
      'discipline = "none"',
      "mine.toml:1: discipline: unknown discipline 'none' (there is fifo, priority, sjf, srtf, edf, rm, dm, fair-share, weighted-share",
    ],
    ['cold = "no"', "mine.toml:1: cold: 'no' is neither (write true or false)"],
    ['churn = 5', 'mine.toml:1: churn: 5 is not a rate of crashes (write "5%/min" or "3/min")'],
    ['zones = ["a"]\n[[groups]]\nshare = 1', 'mine.toml:1: zones: groups have zones of their own (keep one)'],
    ['partition = "split"', 'mine.toml:1: partition: \'split\' is not a partition (write "split@30s+20s"'],
    ['nodes = 2\npartition = "split:3@1s+1s"', 'mine.toml:2: partition: 3 sides for 2 nodes'],
    ['partition = "zone:x@1s+1s"', "mine.toml:1: partition: no node is in zone 'x' (name zones first)"],
    ['[[surges]]\nat = "1s"', 'mine.toml:1: for is missing (write for = "10s")'],
    ['[network]\n[[network.links]]\nbetween = "x"', "mine.toml:3: between: 'x' is not a zone"],
    ['trace = "a.csv"\narrival = 1', 'mine.toml:2: arrival: the trace says when tasks come, and how long they are'],
  ];
  for (const [text, says] of WRONG) {
    it(`should be refused in one line: ${says}`, () => {
      const refusal = refusalOf(text);
      expect(refusal).to.satisfy((line: string) => line.startsWith(says), refusal);
      expect(refusal).not.to.include('\n');
    });
  }

  const FAULTS: readonly (readonly [text: string, says: string])[] = [
    ['at = "1s"', 'mine.toml:1: kind is missing (there is crash, power-loss, pause'],
    ['kind = "crush"\n', "mine.toml:2: kind: unknown fault 'crush' (did you mean crash?)"],
    ['kind = "crash"', 'mine.toml:1: nodes is missing (which: 3, "25%"'],
    ['kind = "crash"\nnodes = 21', 'mine.toml:3: nodes: 21 nodes of 20'],
    ['kind = "crash"\nnodes = "n5-n20"', "mine.toml:3: nodes: 'n5-n20' of 20 nodes (they are n0 to n19)"],
    ['kind = "crash"\nnodes = 1\nfactor = 3', "mine.toml:4: unknown key 'factor'"],
    ['kind = "split"\nsides = 21', 'mine.toml:3: sides: 21 sides for 20 nodes'],
    ['kind = "split"\nsides = ["n1", "n0-n2"]', 'mine.toml:3: sides: n1 is on two sides (name a node once)'],
    ['kind = "loss"', 'mine.toml:1: rate is missing (write rate = "5%")'],
    ['kind = "join"\nnodes = 0', 'mine.toml:3: nodes: 0 is no number of nodes'],
  ];
  for (const [text, says] of FAULTS) {
    it(`should be refused in one line: ${says}`, () => {
      const refusal = refusalOf(`[[faults]]\n${text}`);
      expect(refusal).to.satisfy((line: string) => line.startsWith(says), refusal);
    });
  }

  it('should name the line within the right one of several tables', () => {
    const text = '[[faults]]\nkind = "loss"\nrate = 0.1\n\n[[faults]]\nkind = "loss"\nrate = 2\n';
    expect(refusalOf(text)).to.include('mine.toml:7: rate: 2 is not');
  });

  it('should name the flag where that is wrong', () => {
    const flag = (path: readonly string[], value: unknown) => [{ path, value, flag: `--${path.at(-1) ?? ''}` }];
    expect(refusalOf('nodes = 5', flag(['nodes'], 0))).to.include('--nodes: 0 is not a whole number');
    expect(refusalOf('', flag(['network', 'loss'], -1))).to.include('--loss: -1 is not a part');
    expect(() => scenarioOf('nodes = 0', flag(['nodes'], 5)), 'it takes the place of what is wrong').not.to.throw();
  });
});
