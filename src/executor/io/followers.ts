import type { OutputChunk, OutputStream } from '../runner.js';

/** What is asked for: bytes of one stream of an attempt, at most `limit`, from `offset` on. */
export interface Wanted {
  readonly key: string;
  readonly stream: OutputStream;
  readonly offset: number;
  readonly limit: number;
}

type Reply = (chunk: OutputChunk | undefined) => void;

interface Follower {
  readonly wanted: Wanted;
  readonly untilMs: number;
  readonly reply: Reply;
}

/** Those who wait for output that is not there yet. Files are looked at every `periodMs`, while somebody waits. */
export class Followers {
  private readonly waiting = new Set<Follower>();
  private timer: NodeJS.Timeout | undefined;

  /** @param look - what there is of it now; undefined: the attempt is unknown */
  constructor(
    private readonly look: (wanted: Wanted) => OutputChunk | undefined,
    private readonly periodMs: number,
  ) {}

  /** Replies, later and once. */
  add(wanted: Wanted, waitMs: number, reply: Reply): void {
    const follower = { wanted, untilMs: performance.now() + waitMs, reply };
    this.waiting.add(follower);
    setImmediate(() => this.serve(follower));
    this.timer ??= setInterval(() => this.serveAll(), this.periodMs);
  }

  /** Looks again at once, for those who wait for this attempt, or for any. */
  serveAll(key?: string): void {
    for (const follower of this.waiting) if (key === undefined || follower.wanted.key === key) this.serve(follower);
  }

  private serve(follower: Follower): void {
    if (!this.waiting.has(follower)) return;
    const chunk = this.look(follower.wanted);
    if (chunk && !chunk.eof && chunk.data.length === 0 && performance.now() < follower.untilMs) return;
    this.waiting.delete(follower);
    if (this.waiting.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    follower.reply(chunk);
  }
}
