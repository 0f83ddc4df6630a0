import type { RunnerLimits } from './limits.js';
import type { OutputFile } from './output-file.js';

/** Holds what running attempts write to its limit; looks every so often, while anything runs. */
export class OutputCutter {
  private timer: NodeJS.Timeout | undefined;

  /** @param written - the files that are being written to */
  constructor(
    private readonly limits: RunnerLimits,
    private readonly written: () => Iterable<OutputFile>,
  ) {}

  /** Something runs. */
  wake(): void {
    this.timer ??= setInterval(() => this.look(), this.limits.cutMs).unref();
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    let isIdle = true;
    for (const file of this.written()) {
      isIdle = false;
      if (file.end() - file.start > this.limits.outputBytesMax) file.cut(this.limits.tailBytes);
    }
    if (isIdle) this.close();
  }
}
