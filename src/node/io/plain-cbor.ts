/**
 * A look over foreign CBOR (RFC 8949) before a general decoder touches it. Only plain data passes: whole numbers of up
 * to 32 bits, floats, strings, bytes, arrays, maps with text keys, true, false, null, undefined. No tags (they make a
 * decoder build dates, sets, patterns, shared references), no indefinite lengths, and no count that the bytes at hand
 * cannot hold: nine bytes that announce a hundred million elements make cbor-x allocate them.
 */
export class PlainCborScan {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(readonly depthMax: number) {}

  /** What is wrong with `bytes` as one item of plain data, or undefined. */
  fault(bytes: Uint8Array): string | undefined {
    this.#bytes = bytes;
    this.#at = 0;
    const fault = this.#item(0);
    if (fault !== undefined) return fault;
    return this.#at === bytes.length ? undefined : `${bytes.length - this.#at} bytes follow the item`;
  }

  #item(depth: number): string | undefined {
    if (depth > this.depthMax) return `nested deeper than ${this.depthMax}`;
    const head = this.#bytes[this.#at];
    if (head === undefined) return 'cut short';
    const major = head >> 5;
    if (major === 6) return 'a tag';
    if (major === 7) return this.#simple(head & 31);
    const value = this.#argument(head & 31);
    if (value < 0) return 'a length or number of an unknown form';
    if (major < 2) return this.#at <= this.#bytes.length ? undefined : 'cut short';
    if (value > this.#bytes.length - this.#at) return 'a length beyond the end';
    if (major < 4) {
      this.#at += value;
      return undefined;
    }
    return major === 4 ? this.#items(value, depth) : this.#entries(value, depth);
  }

  #items(count: number, depth: number): string | undefined {
    for (let i = 0; i < count; i++) {
      const fault = this.#item(depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #entries(count: number, depth: number): string | undefined {
    for (let i = 0; i < count; i++) {
      const key = this.#bytes[this.#at];
      if (key !== undefined && key >> 5 !== 3) return 'a key that is no text';
      const fault = this.#item(depth + 1) ?? this.#item(depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Reads past the head; the whole number in it, or -1. */
  #argument(info: number): number {
    const bytes = this.#bytes;
    const at = this.#at + 1;
    if (info < 24) {
      this.#at = at;
      return info;
    }
    if (info > 26) return -1;
    const size = 1 << (info - 24);
    this.#at = at + size;
    let value = 0;
    for (let i = at; i < at + size; i++) value = value * 256 + (bytes[i] ?? 0);
    return value;
  }

  #simple(info: number): string | undefined {
    const size = info >= 20 && info <= 23 ? 0 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : -1;
    if (size < 0) return 'a simple value of an unknown form';
    this.#at += 1 + size;
    return this.#at <= this.#bytes.length ? undefined : 'cut short';
  }
}
