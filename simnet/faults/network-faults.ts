import { assertNever } from '../../src/kernel/assert.js';
import type { NodeId } from '../../src/kernel/ids.js';
import type { Flock } from '../world/flock.js';
import type { NetworkFault } from './fault.js';
import type { End, Holds } from './holds.js';

type Rates = Extract<NetworkFault, { readonly rate: number }>;

const RATES = {
  loss: 'loss',
  'packet-loss': 'packetLoss',
  duplicate: 'duplicate',
  reorder: 'reorder',
  corrupt: 'corrupt',
} as const;

/** Begins it; returns what ends it. Who is not there is left out. */
export function disturbNetwork(flock: Flock, holds: Holds, fault: NetworkFault): End | undefined {
  const { network } = flock;
  const there = new Set<string>(flock.ids);
  const those = (ids: readonly string[]) => ids.filter((id): id is NodeId => there.has(id));
  const partition = (begin: () => void) =>
    holds.take('partition', begin, (apply) => (apply ? apply() : network.split()));
  switch (fault.kind) {
    case 'split': {
      const sides = fault.sides.map(those);
      return partition(() => network.split(...sides));
    }
    case 'bridge': {
      const [left, right, through] = [those(fault.left), those(fault.right), those(fault.through)];
      return partition(() => network.bridge(left, right, through));
    }
    case 'one-way':
      return network.cutOneWay(those(fault.from), those(fault.to));
    case 'clog': {
      const [a, b] = those([fault.a, fault.b]);
      if (a === undefined || b === undefined) return undefined;
      return holds.take(`clog ${a} ${b}`, fault.extraMs, (extraMs) =>
        extraMs === undefined ? network.unclog(a, b) : network.clog(a, b, extraMs),
      );
    }
    case 'loss':
    case 'packet-loss':
    case 'duplicate':
    case 'reorder':
    case 'corrupt':
      return holdRate(flock, holds, fault);
    default:
      assertNever(fault);
  }
}

function holdRate({ network, options }: Flock, holds: Holds, { kind, rate }: Rates): End {
  const name = RATES[kind];
  return holds.take(name, rate, (held) => (network.options[name] = held ?? options[name] ?? 0));
}
