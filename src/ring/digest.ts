import type { Hash32 } from '../kernel/hash.js';
import type { RingMember } from './member.js';

/**
 * 64 bits that stand for a set of members and weights, whatever the order they came in: two sums, modulo 2^32, of
 * differently salted hashes. Different sets agree by chance once in 2^64. (An insider could forge one: a digest shows
 * honest nodes that they disagree, it proves nothing.) A change costs two hashes, so that a ring can be looked up by the
 * digest it would have before it is built.
 */
export class RingDigest {
  static readonly EMPTY = new RingDigest(0, 0);

  private constructor(
    readonly high: number,
    readonly low: number,
  ) {}

  plus(member: RingMember, hash: Hash32): RingDigest {
    return new RingDigest((this.high + highOf(member, hash)) >>> 0, (this.low + lowOf(member, hash)) >>> 0);
  }

  minus(member: RingMember, hash: Hash32): RingDigest {
    return new RingDigest((this.high - highOf(member, hash)) >>> 0, (this.low - lowOf(member, hash)) >>> 0);
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return [this.high, this.low].map((word) => word.toString(16).padStart(8, '0')).join('');
  }
}

function highOf({ id, weight }: RingMember, hash: Hash32): number {
  return hash(`high#${id}#${weight}`);
}

function lowOf({ id, weight }: RingMember, hash: Hash32): number {
  return hash(`low#${id}#${weight}`);
}
