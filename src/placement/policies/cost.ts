import type { CostWeights } from '../../kernel/cost-weights.js';
import { completionMs, runMs } from './min-completion.js';
import { leastBy, type Policy } from './policy.js';

const W_PER_KW = 1_000;

/**
 * The least weighted sum of latency, cost and energy, as work is given to the edge or to a cloud (Mao, You, Zhang, Huang, Letaief,
 * "A Survey on Mobile Edge Computing: The Communication Perspective", IEEE COMST 2017). Latency is the round trip to the node and
 * the time until the task would end there; cost and energy are what its labels say, for as long as the task runs there.
 */
export function costBy({ latency, cost, energy }: CostWeights): Policy {
  return leastBy('ms of latency, with cost and energy as such by their weights', (field) => {
    field.measureRoundTrips();
    return (place) => {
      const { price, watts, roundTripMs } = place;
      // All in milliseconds: of an hour's weight each.
      const perMs = (cost * price + (energy * watts) / W_PER_KW) * field.cpus;
      return latency * (roundTripMs + completionMs(place, field)) + perMs * runMs(place, field);
    };
  });
}
