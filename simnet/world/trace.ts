import type { NodeEvent } from '../../src/node/core/events.js';

/**
 * A running hash over every event that any core is given, in order: two lanes of 32 bits, mixed as in MurmurHash3. Equal
 * hashes say that two runs were the same story. Times count in whole microseconds, so that the last bit of a logarithm,
 * in which engines may differ, is none of its business.
 */
export class Trace {
  #a = 0x9e3779b9;
  #b = 0x7f4a7c15;
  #events = 0;

  /** Events noted so far. */
  get events(): number {
    return this.#events;
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return hex(this.#a) + hex(this.#b);
  }

  note(node: number, event: NodeEvent, nowMs: number): void {
    this.#events += 1;
    const kind = event.kind === 'message' || event.kind === 'gossip' ? event.message.kind : event.kind;
    this.#mix(codeOf(kind) ^ Math.imul(node + 1, 0x27d4eb2f));
    // Beyond 2^32 microseconds, some 71 minutes, the number wraps around.
    this.#mix(Math.round(nowMs * 1000) >>> 0);
  }

  #mix(value: number): void {
    const a = this.#a ^ Math.imul(value, 0xcc9e2d51);
    const b = this.#b ^ Math.imul(value, 0x1b873593);
    this.#a = (Math.imul((a << 13) | (a >>> 19), 5) + b) | 0;
    this.#b = (Math.imul((b << 15) | (b >>> 17), 9) + this.#a) | 0;
  }
}

const codes = new Map<string, number>();

/** FNV-1a of a word; words are few. */
function codeOf(word: string): number {
  const known = codes.get(word);
  if (known !== undefined) return known;
  let code = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) code = Math.imul(code ^ word.charCodeAt(i), 0x01000193);
  codes.set(word, code);
  return code;
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}
