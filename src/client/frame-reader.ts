import type { FrameHead } from '../kernel/frames.js';

const LINE_FEED = 10;
const HEAD_BYTES_MAX = 4096;

/** Takes output in frames apart again: gives its bytes with what is to be said in between, and keeps how far it has come. */
export class FrameReader {
  #head: FrameHead | undefined;
  /** Bytes of this frame that are still to come. */
  #left = 0;
  /** The beginning of a head that has not come whole. */
  #line: Uint8Array = new Uint8Array(0);

  /** Where to go on: undefined before the first frame. */
  get place(): { readonly offset?: number; readonly at?: string } {
    if (!this.#head) return {};
    const { offset, bytes, at } = this.#head;
    return { offset: offset + bytes - this.#left, ...(at === undefined ? {} : { at }) };
  }

  /** @throws Error where these are no frames */
  *read(chunk: Uint8Array): Generator<Uint8Array, void> {
    for (let rest = chunk; rest.length > 0;) {
      if (this.#left > 0) {
        const data = rest.subarray(0, this.#left);
        this.#left -= data.length;
        rest = rest.subarray(data.length);
        yield data;
        continue;
      }
      const end = rest.indexOf(LINE_FEED);
      this.#line = Buffer.concat([this.#line, end < 0 ? rest : rest.subarray(0, end)]);
      if (this.#line.length > HEAD_BYTES_MAX) throw new Error('a frame of output has no head');
      if (end < 0) return;
      const head = JSON.parse(Buffer.from(this.#line).toString()) as FrameHead;
      this.#line = new Uint8Array(0);
      this.#head = head;
      this.#left = head.bytes;
      rest = rest.subarray(end + 1);
      if (head.mark !== undefined) yield Buffer.from(head.mark);
    }
  }
}
