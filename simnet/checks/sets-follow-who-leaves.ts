import type { History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'sets-follow-who-leaves';

/**
 * Who leaves hands its registers to others first: what it knows is known without it. Where nobody could take them in time it says
 * how many it keeps.
 */
export function setsFollowWhoLeaves({ departures }: History): Finding[] {
  return departures
    .filter(({ kept, told }) => kept.length > told)
    .map(({ node, kept, told, atMs }) => {
      const message = `${node} left as a replica of ${kept.join(', ')}, and says that it keeps ${told}`;
      return { invariant, message, atMs };
    });
}
