import type { Prng } from '../../src/kernel/prng.js';
import { DRAWS } from './draw-kinds.js';
import type { MixedKind, TimedFault } from './fault.js';

/** How often each kind of fault comes, on average, in a minute. */
export type Mix = Readonly<Partial<Record<MixedKind, number>>>;

export interface DrawOptions {
  /** Ids of those that may be struck. */
  readonly nodes: readonly string[];
  /** Faults begin within this time; what still lasts at its end is for `healAll`. */
  readonly forMs: number;
  /** @default one drawn by {@link drawMix} */
  readonly mix?: Mix;
}

/**
 * Kinds that no mix has. Bit flips strike one node of a story only (`swarm/lying-disk.ts`): no promise holds where more disks lie. A
 * torn tail leaves no trace where the disk lost the last sync alone, so no node can know of it, and no seed draws it.
 */
export const UNMIXED_FAULTS: readonly MixedKind[] = ['bit-flip', 'torn-tail'];

/** All kinds that seeds draw: also `duplicate` and `reorder`, though a connection does neither; the machines stand both. */
export const DRAWN_FAULTS: readonly MixedKind[] = (Object.keys(DRAWS) as MixedKind[]).filter(
  (kind) => !UNMIXED_FAULTS.includes(kind),
);

const MINUTE_MS = 60_000;
/** Of a kind that is on: from hardly ever to all the time. */
const PER_MIN = [0.5, 1, 2, 4, 8];

/**
 * Draws which kinds are on at all, each by the toss of a coin, and how often. Runs that leave something out find what is
 * hidden where everything happens at once (Groce, Zhang, Eide, Chen, Regehr: Swarm testing, ISSTA 2012; so does TigerBeetle's
 * VOPR).
 */
export function drawMix(prng: Prng): Mix {
  shake(prng);
  const mix: Partial<Record<MixedKind, number>> = {};
  for (const kind of DRAWN_FAULTS) {
    const isOn = prng.chance(0.5);
    const perMin = prng.pick(PER_MIN) ?? 1;
    if (isOn) mix[kind] = perMin;
  }
  return mix;
}

/** Faults in the order of their time; the same for the same seed. */
export function drawFaults(prng: Prng, { nodes, forMs, mix = drawMix(prng) }: DrawOptions): TimedFault[] {
  shake(prng);
  const faults: TimedFault[] = [];
  for (const kind of Object.keys(DRAWS) as MixedKind[]) {
    const expected = ((mix[kind] ?? 0) * forMs) / MINUTE_MS;
    const times = Math.floor(expected) + (prng.chance(expected % 1) ? 1 : 0);
    for (let i = 0; i < times; i++) {
      faults.push({ atMs: prng.below(Math.max(1, Math.ceil(forMs))), fault: DRAWS[kind](prng, nodes) });
    }
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}

/** The first numbers after a small seed are nearly the same for all small seeds, which is what seeds of stories are. */
function shake(prng: Prng): void {
  for (let i = 0; i < 8; i++) prng.float();
}
