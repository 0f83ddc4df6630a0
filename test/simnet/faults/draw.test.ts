import { expect } from 'chai';
import { Prng } from '../../../src/kernel/prng.js';
import { drawFaults, drawMix, DRAWN_FAULTS, UNMIXED_FAULTS } from '../../../simnet/faults/draw.js';
import { labelOf, type Fault, type FaultKind } from '../../../simnet/faults/fault.js';

const NODES = ['n0', 'n1', 'n2', 'n3', 'n4'];
const FOR_MS = 60_000;

const drawn = (seed: number) => drawFaults(new Prng(seed), { nodes: NODES, forMs: FOR_MS });
const everyKind = Object.fromEntries([...DRAWN_FAULTS, ...UNMIXED_FAULTS].map((kind) => [kind, 20]));

describe('drawing faults', () => {
  it('should be the same for the same seed, in the order of time', () => {
    expect(drawn(4)).to.deep.equal(drawn(4));
    expect(drawn(5)).to.not.deep.equal(drawn(4));
    for (let seed = 1; seed <= 50; seed++) {
      const times = drawn(seed).map(({ atMs }) => atMs);
      expect(times, `seed ${seed}`).to.deep.equal(times.toSorted((a, b) => a - b));
      for (const atMs of times) expect(atMs).to.be.within(0, FOR_MS - 1);
    }
  });

  it('should leave out some kinds in each story, and none in all', () => {
    const seen = new Map<FaultKind, number>();
    for (let seed = 1; seed <= 200; seed++) {
      for (const kind of Object.keys(drawMix(new Prng(seed))) as FaultKind[]) seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).to.deep.equal([...DRAWN_FAULTS].sort());
    for (const [kind, stories] of seen) expect(stories, kind).to.be.within(60, 140);
  });

  it('should draw what a node cannot stand yet for those only who ask for it', () => {
    for (let seed = 1; seed <= 100; seed++) {
      for (const { fault } of drawn(seed)) expect(UNMIXED_FAULTS, `seed ${seed}`).to.not.include(fault.kind);
    }
    const asked = drawFaults(new Prng(1), { nodes: NODES, forMs: FOR_MS, mix: { 'torn-tail': 3 } });
    expect(asked.map(({ fault }) => fault.kind)).to.deep.equal(['torn-tail', 'torn-tail', 'torn-tail']);
  });

  it('should draw as many as the mix says', () => {
    const faults = drawFaults(new Prng(1), { nodes: NODES, forMs: 10 * FOR_MS, mix: { crash: 2, pause: 0.5 } });
    const count = (kind: FaultKind) => faults.filter(({ fault }) => fault.kind === kind).length;
    expect([count('crash'), count('pause'), faults.length]).to.deep.equal([20, 5, 25]);
  });

  it('should draw only what can be', () => {
    for (const nodes of [NODES, ['n0', 'n1'], ['n0']]) {
      for (let seed = 1; seed <= 20; seed++) {
        const faults = drawFaults(new Prng(seed), { nodes, forMs: FOR_MS, mix: everyKind });
        expect(new Set(faults.map(({ fault }) => fault.kind)).size).to.equal(Object.keys(everyKind).length);
        for (const { fault } of faults) expectPossible(fault, nodes);
      }
    }
  });
});

/** Every node is there, every time and rate makes sense, no side has a node twice. */
function expectPossible(fault: Fault, nodes: readonly string[]): void {
  const text = JSON.stringify(fault);
  for (const [name, value] of Object.entries(fault) as [string, unknown][]) {
    if (name === 'node' || name === 'a' || name === 'b') expect(nodes, text).to.include(value);
    if (name === 'forMs' || name === 'downMs' || name === 'writeMs') expect(value, text).to.be.within(1, 60_000);
    if (name === 'rate') expect(value, text).to.be.within(0.0001, 0.2);
    if (name === 'factor') expect(value, text).to.be.above(1);
  }
  const sides = fault.kind === 'split' ? fault.sides : [];
  const ends = fault.kind === 'one-way' ? [fault.from, fault.to] : [];
  const banks = fault.kind === 'bridge' ? [fault.left, fault.right, fault.through] : [];
  const named = [...sides, ...ends, ...banks].flat();
  expect(new Set(named).size, text).to.equal(named.length);
  if (named.length > 0) expect(named.toSorted(), text).to.deep.equal([...nodes].sort());
  expect(labelOf(fault), text).to.match(/^\S.{3,90}$/);
}
