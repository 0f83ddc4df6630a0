import { CoveyError } from '../../kernel/errors.js';
import { isLoopback } from './addresses.js';

/**
 * Without a key whoever can reach a node can give it commands.
 *
 * @throws CoveyError `usage`
 */
export function refuseOpenDoors(listen: readonly string[], clusterKey: Uint8Array | undefined): void {
  const open = clusterKey ? undefined : listen.find((address) => !isLoopback(address));
  if (open === undefined) return;
  throw new CoveyError(
    'usage',
    `${open} can be reached from other machines, and there is no cluster key`,
    'make a key with `covey keys new` and give it to every node in COVEY_CLUSTER_KEY or --key-file',
  );
}
