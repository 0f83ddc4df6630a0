import type { Prng } from '../../src/kernel/prng.js';
import { isJoined, type Endpoint, type Half } from './link.js';
import type { PubsubOptions } from './pubsub-options.js';

/** GRAFT or PRUNE with a topic, framed. */
const CONTROL_BYTES = 70;
/** Peers looked at for each one that is wanted, where there are many. */
const LOOKS = 4;

/**
 * Adds to a mesh that has become too small (gossipsub v1.1, at each heartbeat). Who is asked does not tell beforehand that
 * its own is full: it prunes whoever asks, so a mesh is never above `high`, and not every one gets to `degree`.
 */
export function graft(endpoint: Endpoint, options: PubsubOptions, prng: Prng): void {
  const { mesh, peers } = endpoint;
  if (mesh.length >= options.low || mesh.length === peers.length) return;
  let wanted = options.degree - mesh.length;
  const looks = LOOKS * options.degree;
  for (const half of peers.length <= looks ? prng.sample(peers, looks) : picked(peers, looks, prng)) {
    if (wanted === 0) return;
    if (half.isInMesh || !half.reverse.isOpen || !isJoined(endpoint, half.to)) continue;
    wanted -= 1;
    tell(endpoint);
    if (half.to.mesh.length >= options.high) tell(half.to);
    else for (const end of [half, half.reverse]) enter(end);
  }
}

function tell({ traffic }: Endpoint): void {
  traffic.gossipMessages += 1;
  traffic.gossipBytes += CONTROL_BYTES;
}

export function leaveMesh(half: Half): void {
  if (!half.isInMesh) return;
  half.isInMesh = false;
  half.from.mesh.splice(half.from.mesh.indexOf(half), 1);
}

function enter(half: Half): void {
  if (half.isInMesh) return;
  half.isInMesh = true;
  half.from.mesh.push(half);
}

function picked(peers: readonly Half[], n: number, prng: Prng): Half[] {
  const picks = Array.from({ length: n }, () => prng.pick(peers));
  return [...new Set(picks)].filter((half) => half !== undefined);
}
