import type { Prng } from '../../src/kernel/prng.js';
import type { Fault, MixedKind } from './fault.js';

/** How one fault of each kind is drawn: times and sizes from what is hardly noticed to what takes everything apart. */
export const DRAWS: Readonly<Record<MixedKind, (prng: Prng, nodes: readonly string[]) => Fault>> = {
  crash: (prng, nodes) => ({ kind: 'crash', ...one(prng, nodes), ...down(prng), isDark: prng.chance(0.3) }),
  'crash-midway': (prng, nodes) => ({ kind: 'crash-midway', ...one(prng, nodes), ...down(prng) }),
  'power-loss': (prng) => ({ kind: 'power-loss', ...down(prng) }),
  pause: (prng, nodes) => {
    return { kind: 'pause', ...one(prng, nodes), forMs: between(prng, [100, 600, 3_000, 12_000, 60_000]) };
  },
  'slow-cpu': (prng, nodes) => {
    return { kind: 'slow-cpu', ...one(prng, nodes), factor: between(prng, [5, 50, 500, 2_000]), ...lasting(prng) };
  },
  'clock-skew': (prng, nodes) => ({ kind: 'clock-skew', ...one(prng, nodes), ...clock(prng), ...lasting(prng) }),
  'clock-jump': (prng, nodes) => ({ kind: 'clock-jump', ...one(prng, nodes), ...clock(prng) }),
  split: (prng, nodes) => {
    const [left, right] = halves(prng, nodes);
    const third = right.length > 2 && prng.chance(0.2) ? right.splice(0, right.length >> 1) : [];
    return { kind: 'split', sides: [left, right, third].filter(({ length }) => length > 0), ...lasting(prng) };
  },
  'one-way': (prng, nodes) => {
    const [from, to] = halves(prng, nodes);
    return { kind: 'one-way', from, to, ...lasting(prng) };
  },
  bridge: (prng, nodes) => {
    const [left, right] = halves(prng, nodes);
    return { kind: 'bridge', left, right, through: right.splice(0, 1), ...lasting(prng) };
  },
  clog: (prng, nodes) => {
    const [a = '', b = a] = prng.sample(nodes, 2);
    return { kind: 'clog', a, b, extraMs: between(prng, [5, 100, 800, 5_000]), ...lasting(prng) };
  },
  loss: (prng) => ({ kind: 'loss', ...rate(prng), ...lasting(prng) }),
  'packet-loss': (prng) => ({ kind: 'packet-loss', ...rate(prng), ...lasting(prng) }),
  duplicate: (prng) => ({ kind: 'duplicate', ...rate(prng), ...lasting(prng) }),
  reorder: (prng) => ({ kind: 'reorder', ...rate(prng), ...lasting(prng) }),
  corrupt: (prng) => ({ kind: 'corrupt', rate: (1 + prng.below(20)) / 10_000, ...lasting(prng) }),
  'slow-fsync': (prng, nodes) => {
    return { kind: 'slow-fsync', ...one(prng, nodes), writeMs: between(prng, [5, 50, 500, 3_000]), ...lasting(prng) };
  },
  'failing-fsync': (prng, nodes) => ({ kind: 'failing-fsync', ...one(prng, nodes), ...lasting(prng) }),
  'disk-full': (prng, nodes) => ({ kind: 'disk-full', ...one(prng, nodes), ...lasting(prng) }),
  'bit-flip': (prng, nodes) => ({ kind: 'bit-flip', ...one(prng, nodes) }),
  'torn-tail': (prng, nodes) => ({ kind: 'torn-tail', ...one(prng, nodes) }),
  join: (prng, nodes) => ({ kind: 'join', nodes: 1 + prng.below(Math.max(1, nodes.length >> 1)) }),
  leave: (prng, nodes) => ({ kind: 'leave', ...one(prng, nodes) }),
  churn: (prng) => ({ kind: 'churn', perMin: between(prng, [2, 10, 40]), ...lasting(prng), ...down(prng) }),
  'rolling-restart': (prng) => {
    return {
      kind: 'rolling-restart',
      everyMs: between(prng, [500, 3_000, 15_000]),
      downMs: between(prng, [100, 2_000]),
    };
  },
};

function one(prng: Prng, nodes: readonly string[]): { readonly node: string } {
  return { node: prng.pick(nodes) ?? 'all' };
}

/** From a restart that nobody notices to one after everybody has given the node up. */
function down(prng: Prng): { readonly downMs: number } {
  return { downMs: between(prng, [50, 800, 5_000, 40_000]) };
}

function lasting(prng: Prng): { readonly forMs: number } {
  return { forMs: between(prng, [200, 2_000, 10_000, 40_000]) };
}

/** A second, a minute, half a day; ahead or behind. */
function clock(prng: Prng): { readonly byMs: number } {
  return { byMs: between(prng, [50, 2_500, 60_000, 43_200_000]) * (prng.chance(0.5) ? 1 : -1) };
}

/** From one in a thousand to one in five. */
function rate(prng: Prng): { readonly rate: number } {
  return { rate: between(prng, [1, 10, 50, 200]) / 1_000 };
}

function halves(prng: Prng, nodes: readonly string[]): [string[], string[]] {
  const left = prng.sample(nodes, 1 + prng.below(Math.max(1, nodes.length - 1)));
  return [left, nodes.filter((id) => !left.includes(id))];
}

/** A whole number between two neighbours of a rising scale: small and large ones come alike. */
function between(prng: Prng, scale: readonly number[]): number {
  const step = prng.below(scale.length - 1);
  const [low = 0, high = low] = scale.slice(step, step + 2);
  return low + prng.below(high - low + 1);
}
