import type { RegisterConfig } from './config.js';

/** How much of one register goes into one message. */
export type PageBounds = Pick<RegisterConfig, 'pageEntriesMax' | 'pageBytesMax' | 'weigh'>;

/** Counts what goes into one message: several entries within both bounds, or a single one of any size. */
export class Page {
  #entries = 0;
  #bytes = 0;

  constructor(private readonly bounds: PageBounds) {}

  /** Whether the value still fits; if so, it is counted. */
  takes(value: unknown): boolean {
    const { weigh, pageEntriesMax, pageBytesMax } = this.bounds;
    const bytes = weigh(value);
    const fits = this.#entries === 0 || (this.#entries < pageEntriesMax && this.#bytes + bytes <= pageBytesMax);
    if (!fits) return false;
    this.#entries += 1;
    this.#bytes += bytes;
    return true;
  }
}
