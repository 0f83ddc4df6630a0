import type { Standing } from '../../../simnet/experiment/run.js';
import { formatDuration } from '../../kernel/units.js';
import type { Context } from '../command.js';

export interface SimProgress {
  update(policy: string, standing: Standing): void;
  clear(): void;
}

const SILENT: SimProgress = { update: () => undefined, clear: () => undefined };

/** A bar on a terminal; elsewhere, with --json or --quiet, nothing. */
export async function startSimProgress({ io, out, life }: Context): Promise<SimProgress> {
  if (out.json || out.quiet || io.stderr.isTTY !== true) return SILENT;
  const { default: cliProgress } = await import('cli-progress');
  const shown = new cliProgress.SingleBar({
    stream: io.stderr,
    format: '{policy} [{bar}] {value}/{total} tasks  {virtual} virtual  {speed}x real time  {rate}/s',
    barsize: 24,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false,
  });
  const startedMs = performance.now();
  let isStarted = false;
  const clear = () => {
    if (isStarted) shown.stop();
    isStarted = false;
  };
  life.atEnd(clear);
  return {
    update(policy, { total, finished, virtualMs }) {
      const wallMs = Math.max(1, performance.now() - startedMs);
      const words = {
        policy,
        virtual: formatDuration(virtualMs),
        speed: (virtualMs / wallMs).toFixed(0),
        rate: ((1000 * finished) / wallMs).toFixed(0),
      };
      if (!isStarted) shown.start(total, finished, words);
      isStarted = true;
      shown.update(finished, words);
    },
    clear,
  };
}
