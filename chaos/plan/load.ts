import type { Prng } from '../../src/kernel/prng.js';
import type { Contract } from '../history/history.js';

/** One submission, and what its client does besides. */
export interface Errand {
  readonly atMs: number;
  readonly name: string;
  /** Its key is one that clients make up themselves (`fresh-…`), which nobody can know from before. */
  readonly hasFreshKey: boolean;
  readonly tasks: number;
  readonly shape: Shape;
  readonly exitCode: number;
  readonly contract: Contract;
  /** Whom the client asks, one after the other, as long as it has no answer. */
  readonly gateways: readonly number[];
  /** A second client has the same key: at the same time or later, through another daemon. */
  readonly twin?: { readonly gateways: readonly number[]; readonly afterMs: number; readonly isOther: boolean };
  /** So long after its acceptance it is cancelled. */
  readonly cancel?: { readonly gateways: readonly number[]; readonly afterMs: number; readonly index?: number };
}

/** How long its tasks sleep, in seconds: all alike, or each as its line says. */
export type Shape =
  | { readonly kind: 'single'; readonly seconds: number }
  | { readonly kind: 'array'; readonly seconds: number }
  | { readonly kind: 'lines'; readonly seconds: readonly number[] };

export interface LoadOptions {
  readonly daemons: number;
  readonly forMs: number;
  /** Submissions a second. */
  readonly rate: number;
  readonly isAtMostOnce: boolean;
  /** False: a client asks the same daemon again, until that answers. */
  readonly isRetriedElsewhere: boolean;
}

/** Daemons that a client asks before it gives up. */
const TRIES = 12;
const ARRAY_MAX = 60;
const LINES_MAX = 20;
const LONG_SECONDS = 6;
const SHORT_SECONDS = 0.2;

/** A run's load. What is submitted, through whom and when it is cancelled hangs on the seed alone. */
export function drawLoad(prng: Prng, options: LoadOptions, run: string): Errand[] {
  const errands: Errand[] = [];
  const gapMs = 1000 / options.rate;
  for (let atMs = 0; atMs < options.forMs; atMs += prng.jitter(gapMs, 0.9)) {
    errands.push(drawErrand(prng, options, atMs, `chaos-${run}-${errands.length}`));
  }
  return errands;
}

function drawErrand(prng: Prng, options: LoadOptions, atMs: number, name: string): Errand {
  const shape = drawShape(prng);
  const first = prng.below(options.daemons);
  const errand: Errand = {
    atMs,
    name,
    hasFreshKey: prng.chance(0.5),
    tasks: shape.kind === 'single' ? 1 : shape.kind === 'lines' ? shape.seconds.length : 2 + prng.below(ARRAY_MAX - 1),
    shape,
    exitCode: prng.chance(0.05) ? 1 + prng.below(100) : 0,
    contract: options.isAtMostOnce && prng.chance(0.3) ? 'at-most-once' : 'at-least-once',
    gateways: drawGateways(prng, options, first),
  };
  const dice = prng.below(100);
  if (dice < 12) return { ...errand, cancel: drawCancel(prng, options, errand) };
  if (dice >= 24) return errand;
  const other = (first + 1 + prng.below(options.daemons - 1)) % options.daemons;
  const afterMs = prng.chance(0.5) ? 0 : prng.below(5_000);
  const twin = { gateways: drawGateways(prng, options, other), afterMs, isOther: prng.chance(0.25) };
  return { ...errand, hasFreshKey: false, twin };
}

function drawShape(prng: Prng): Shape {
  const dice = prng.below(100);
  const seconds = (most: number) => (prng.chance(0.4) ? 0 : Math.round(100 * most * prng.float() ** 2) / 100);
  if (dice < 70) return { kind: 'single', seconds: seconds(prng.chance(0.2) ? LONG_SECONDS : 4 * SHORT_SECONDS) };
  if (dice < 90) return { kind: 'array', seconds: seconds(SHORT_SECONDS) };
  return {
    kind: 'lines',
    seconds: Array.from({ length: 2 + prng.below(LINES_MAX - 1) }, () => seconds(2 * SHORT_SECONDS)),
  };
}

function drawGateways(prng: Prng, { daemons, isRetriedElsewhere }: LoadOptions, first: number): number[] {
  return Array.from({ length: TRIES }, (_, i) => (i === 0 || !isRetriedElsewhere ? first : prng.below(daemons)));
}

function drawCancel(prng: Prng, options: LoadOptions, { tasks }: Errand): NonNullable<Errand['cancel']> {
  const gateways = drawGateways(prng, { ...options, isRetriedElsewhere: true }, prng.below(options.daemons));
  const cancel = { gateways, afterMs: prng.chance(0.5) ? 0 : prng.below(2_000) };
  return tasks > 1 && prng.chance(0.5) ? { ...cancel, index: prng.below(tasks) } : cancel;
}
