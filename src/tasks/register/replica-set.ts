import type { NodeId } from '../../kernel/ids.js';
import { list, NodeIdSchema, Type } from '../../kernel/schema.js';

export const REPLICAS_MAX = 3;

/** The nodes that hold a register, in the order in which they were chosen: the first one creates it. */
export type ReplicaSet = readonly NodeId[];
export const ReplicaSetSchema = Type.Unsafe<ReplicaSet>(list(NodeIdSchema, REPLICAS_MAX));

export function majorityOf(replicas: ReplicaSet | number): number {
  return Math.floor((typeof replicas === 'number' ? replicas : replicas.length) / 2) + 1;
}

/** 53 bits that name a set, order included (cyrb53, public domain). */
export function digestOf(set: ReplicaSet): number {
  const text = set.join(' ');
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 2 ** 32 * (b & 0x1fffff) + (a >>> 0);
}

/** One array for all registers of a node that have the same set: registers are many, sets are few. */
export class ReplicaSets {
  readonly #known = new Map<string, ReplicaSet>();

  shared(set: ReplicaSet): ReplicaSet {
    const name = set.join(' ');
    const known = this.#known.get(name);
    if (known) return known;
    this.#known.set(name, set);
    return set;
  }
}
