import { Ranked } from './ranked.js';

/**
 * The shortest job first, by what is known of its name when it comes (Smith, Naval Research Logistics Quarterly 3, 1956:
 * no other order has a smaller mean wait). Of which nothing is known comes first, and by that becomes known.
 */
export function sjf(): Ranked {
  return new Ranked(({ estimateMs }) => estimateMs);
}
