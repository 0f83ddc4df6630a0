const BEAT_MS = 1_000;
/** A beat that comes so much before the others' patience is over is taken for one that came too late. */
const MARGIN_MS = 1_500;

/**
 * Notices that this process stood still for as long as a suspicion takes. Commands are killed by the watchdog meanwhile; threads stand
 * still with the process, and would go on beside their own rerun.
 */
export class Silence {
  readonly #beat: NodeJS.Timeout;
  #beatAtMs = performance.now();

  constructor(
    private readonly silenceMs: number,
    private readonly onSilence: () => void,
  ) {
    this.#beat = setInterval(() => this.check(), BEAT_MS).unref();
  }

  check(): void {
    const now = performance.now();
    const wasSilent = now - this.#beatAtMs > Math.max(2 * BEAT_MS, this.silenceMs - MARGIN_MS);
    if (wasSilent || now - this.#beatAtMs >= BEAT_MS / 2) this.#beatAtMs = now;
    if (wasSilent) this.onSilence();
  }

  close(): void {
    clearInterval(this.#beat);
  }
}
