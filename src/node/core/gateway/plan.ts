import { CoveyError } from '../../../kernel/errors.js';
import type { JobId, NodeId } from '../../../kernel/ids.js';
import { loadBound } from '../../../ring/bounded-load.js';
import type { FlockView } from '../../../placement/flock-view.js';
import { chooseReplicas, replicaCount } from '../../../placement/replica-choice.js';
import type { Plan } from '../../../tasks/job-messages.js';
import { shardName } from '../../../tasks/replication/names.js';
import { LIMITS } from '../../../tasks/spec.js';

/** UTF-8 bytes of a string. */
function bytesOf(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/**
 * Tasks of one shard: about four shards a node, no more than a shard may have, and so few that the items of any shard fit
 * into a frame beside the spec.
 */
export function shardSize(tasks: number, nodes: number, items: readonly string[] | undefined): number {
  let size = Math.min(LIMITS.shardTasksMax, Math.max(1, Math.ceil(tasks / (LIMITS.shardsPerNode * nodes))));
  while (size > 1 && items && fullestShard(items, size) > LIMITS.shardItemBytesMax) size = Math.ceil(size / 2);
  return size;
}

function fullestShard(items: readonly string[], size: number): number {
  let fullest = 0;
  for (let from = 0; from < items.length; from += size) {
    let bytes = 0;
    for (let i = from; i < Math.min(from + size, items.length); i++) bytes += bytesOf(items[i] ?? '');
    fullest = Math.max(fullest, bytes);
  }
  return fullest;
}

/**
 * Gives each shard its replicas: the first is the first live node of the ring's walk from the shard's name that has not more
 * than its share of the shards (bounded load again), the others follow on the ring. The only shard of a small job stays with
 * the job.
 *
 * @throws CoveyError `unavailable` where no node is alive, `too-large` where the plan would not fit into a frame
 */
export function planShards(view: FlockView, job: { readonly id: JobId; readonly tasks: number }, size: number): Plan {
  const shards = Math.ceil(job.tasks / size);
  if (shards > LIMITS.shardsMax) {
    const hint = 'keep long items in files, or in a job of their own';
    throw new CoveyError('too-large', `items of such different length make ${shards} shards`, hint);
  }
  if (shards === 1) return { shardSize: size, width: 0, nodes: [], members: [] };
  const { ring } = view;
  const width = replicaCount(view);
  const numbers = new Map<NodeId, number>();
  const counts = new Map<NodeId, number>();
  const members: number[] = [];
  for (let shard = 0; shard < shards; shard++) {
    const name = shardName(job.id, shard);
    const first = firstFor(view, name, (node) => (counts.get(node) ?? 0) < loadBound(shards - 1, ring.share(node)));
    counts.set(first, (counts.get(first) ?? 0) + 1);
    for (const node of chooseReplicas(view, name, first)) {
      const number = numbers.get(node) ?? numbers.size;
      numbers.set(node, number);
      members.push(number);
    }
  }
  return { shardSize: size, width, nodes: [...numbers.keys()], members };
}

function firstFor(view: FlockView, name: string, hasRoom: (node: NodeId) => boolean): NodeId {
  let first: NodeId | undefined;
  for (const node of view.ring.walk(name)) {
    if (view.member(node)?.state !== 'alive') continue;
    if (hasRoom(node)) return node;
    first ??= node;
  }
  if (first === undefined) throw new CoveyError('unavailable', 'no node of the flock is alive', 'see `covey nodes`');
  return first;
}
