/** A line that is longer is broken: what is held back of each stream is bounded. */
const LINE_BYTES_MAX = 64 * 1024;
const LINE_FEED = 10;
const BREAK = Buffer.from('\n');

/**
 * Puts a tag before each line of what comes in pieces from many at once, so that lines of one never run into those of another.
 * Bytes within a line are left as they are; a line that never ends gets an end where it is too long, or where its stream ends.
 */
export class LineTags {
  /** The beginning of a line that has not ended, by who writes it. */
  readonly #open = new Map<string, Uint8Array>();

  /** Whole lines, each with its tag; what is left of `piece` waits for the rest of its line. */
  tag(who: string, tag: string, piece: Uint8Array, isLast: boolean): Uint8Array {
    const held = this.#open.get(who);
    const text = held ? Buffer.concat([held, piece]) : piece;
    const head = Buffer.from(tag);
    const parts: Uint8Array[] = [];
    let from = 0;
    for (let end = text.indexOf(LINE_FEED); end >= 0; end = text.indexOf(LINE_FEED, from)) {
      parts.push(head, text.subarray(from, end + 1));
      from = end + 1;
    }
    for (; text.length - from > LINE_BYTES_MAX; from += LINE_BYTES_MAX) {
      parts.push(head, text.subarray(from, from + LINE_BYTES_MAX), BREAK);
    }
    if (isLast && from < text.length) parts.push(head, text.subarray(from), BREAK);
    if (isLast || from === text.length) this.#open.delete(who);
    // A copy: the rest of a large piece must not be kept for the sake of a few bytes.
    else this.#open.set(who, Uint8Array.from(text.subarray(from)));
    return Buffer.concat(parts);
  }
}
