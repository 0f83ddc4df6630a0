import type { Machines } from './machines.js';

/** Numbers of one node for health and metrics. */
export function statsOf(machines: Machines): Readonly<Record<string, number>> {
  const { ownLoad, placement, breakers, exchange, gateway, stealing, membership, shards, replication, outlet } =
    machines;
  const { running, queued, waiting, free } = ownLoad.vector;
  const { alive } = membership.counts;
  const { unfinished } = shards;
  const offered = shards.unplaced - shards.waiting;
  const sizes = {
    heirs: replication.heirs,
    asked: exchange.size,
    clients: gateway.size,
    stolen: stealing.stolen,
    degraded: replication.survivor.size,
    shunned: breakers.size,
    unscored: placement.unscored,
  };
  return { running, queued, waiting, offered, unfinished, free, alive, held: outlet.held, ...sizes };
}
