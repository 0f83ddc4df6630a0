import { CoveyError } from './errors.js';

/** What the policy `cost` weighs: an hour until a task has ended, a unit of money, a kilowatt-hour. Each 0 or more. */
export interface CostWeights {
  readonly latency: number;
  readonly cost: number;
  readonly energy: number;
}

export const COST_WEIGHTS: CostWeights = { latency: 1, cost: 1, energy: 0.3 };

const NAMES = ['latency', 'cost', 'energy'] as const;
const WEIGHT_MAX = 1e6;
const HINT = `write ${formatCostWeights(COST_WEIGHTS)}: an hour, a unit of money, a kilowatt-hour; what is left out is 0`;

/**
 * Reads `latency=1,cost=2`.
 *
 * @throws CoveyError `usage`
 */
export function parseCostWeights(text: string): CostWeights {
  const weights = { latency: 0, cost: 0, energy: 0 };
  const given = new Set<string>();
  for (const part of text.split(',')) {
    const [, key, amount = ''] = /^([a-z]+)=(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    const name = NAMES.find((one) => one === key);
    if (name === undefined || given.has(name) || Number(amount) > WEIGHT_MAX) {
      throw new CoveyError('usage', `${JSON.stringify(text)} are no weights`, HINT);
    }
    given.add(name);
    weights[name] = Number(amount);
  }
  if (NAMES.some((name) => weights[name] > 0)) return weights;
  throw new CoveyError('usage', `${JSON.stringify(text)} weighs nothing`, HINT);
}

/** What {@link parseCostWeights} reads. */
export function formatCostWeights(weights: CostWeights): string {
  return NAMES.map((name) => `${name}=${weights[name]}`).join(',');
}
