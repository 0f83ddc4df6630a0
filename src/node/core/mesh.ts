/**
 * The gossip mesh, in gossipsub's terms (v1.1): real and simulated pubsub share these numbers. Every node hears about eight
 * load vectors a second (design.md section 4), and each copy beyond the first is waste: a mesh of 6, trimmed at 8 in place of
 * gossipsub's 12, and ids told to 3 peers a heartbeat in place of a quarter of all, keep a node of 1,000 within its budget.
 */
export const MESH = {
  /** Peers that a node grafts up to once it has less than `low`; beyond `high` it prunes. */
  degree: 6,
  low: 5,
  high: 8,
  /** Peers outside of the mesh that hear of recent ids each heartbeat, and the same as a part of them. */
  lazy: 3,
  gossipFactor: 0,
} as const;
