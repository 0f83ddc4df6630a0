import { expect } from 'chai';
import { COST_WEIGHTS, formatCostWeights, parseCostWeights } from '../../src/kernel/cost-weights.js';
import { CoveyError } from '../../src/kernel/errors.js';

describe('Weights of the policy cost', () => {
  it('should be read as they are written, what is left out being 0', () => {
    expect(parseCostWeights(formatCostWeights(COST_WEIGHTS))).to.deep.equal(COST_WEIGHTS);
    expect(parseCostWeights('energy=0.25')).to.deep.equal({ latency: 0, cost: 0, energy: 0.25 });
    expect(parseCostWeights('cost=2,latency=10')).to.deep.equal({ latency: 10, cost: 2, energy: 0 });
  });

  it('should be refused where they are none, with what to write', () => {
    for (const text of [
      '',
      'latency',
      'latency=-1',
      'price=1',
      'cost=1,cost=2',
      'cost=1;energy=2',
      'cost=1e9',
      'cost=NaN',
    ])
      expect(() => parseCostWeights(text), text).to.throw(CoveyError, 'are no weights');
    expect(() => parseCostWeights('latency=0')).to.throw(CoveyError, 'weighs nothing');
  });
});
