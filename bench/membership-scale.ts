import { nodeId, type NodeId } from '../src/kernel/ids.js';
import { Prng } from '../src/kernel/prng.js';
import type { MembershipConfig } from '../src/membership/config.js';
import type { Message } from '../src/node/core/wire.js';
import { Flock } from '../simnet/world/flock.js';
import type { Row } from './row.js';

/** Looked at so often: finer than any figure here needs. */
const LOOK_MS = 50;
const HOUR_MS = 3_600_000;

/**
 * What the failure detector is held to at scale, measured with full cores. Hours of a thousand nodes take many minutes:
 * COVEY_BENCH_HOURS (default 2), the day of a hundred nodes along with it.
 */
export async function benchMembership(): Promise<Row[]> {
  await Promise.resolve();
  const hours = Number(process.env['COVEY_BENCH_HOURS'] ?? 2);
  return [
    ...crashes(1_000, 20, 'loses its power'),
    ...crashes(1_000, 20, 'is killed'),
    ...starved(1_000, 0.1, 300_000),
    ...falsePositives(1_000, hours),
    ...falsePositives(100, 12 * hours),
  ];
}

/** One after the other: how long until all others suspect the node that is gone, and until all hold it dead. */
export function crashes(nodes: number, n: number, how: 'loses its power' | 'is killed'): Row[] {
  const flock = Flock.warm(nodes, { seed: 11 });
  flock.world.run(20_000);
  const suspected: number[] = [];
  const dead: number[] = [];
  for (let i = 0; i < n; i++) {
    const victim = nodeId(`n${(i * 37 + 5) % nodes}`);
    const fromMs = flock.world.nowMs + flock.prng.below(1_000);
    flock.world.run(fromMs - flock.world.nowMs);
    flock.node(victim).die(how === 'loses its power');
    const unaware = (isAware: (state: string | undefined) => boolean) => {
      const blind = new Set(flock.up);
      return () => {
        for (const node of blind) {
          if (!isAware(node.core.membership.get(victim)?.state)) return false;
          blind.delete(node);
        }
        return true;
      };
    };
    flock.world.runUntil(
      'all suspect it',
      60_000,
      unaware((state) => state !== 'alive'),
      LOOK_MS,
    );
    suspected.push(flock.world.nowMs - fromMs);
    flock.world.runUntil(
      'all hold it dead',
      60_000,
      unaware((state) => state === 'dead'),
      LOOK_MS,
    );
    dead.push(flock.world.nowMs - fromMs);
    flock.world.run(5_000);
  }
  const what = `membership: ${nodes} nodes, one ${how},`;
  const beside = `${n} crashes`;
  return [
    { name: `${what} suspected by all, p50`, ...seconds(suspected, 0.5, 4), beside },
    { name: `${what} suspected by all, p99`, ...seconds(suspected, 0.99, 8), beside },
    {
      name: `${what} dead for all, p99`,
      ...seconds(dead, 0.99, 25),
      beside: `p50 ${(at(dead, 0.5) / 1000).toFixed(1)} s`,
    },
  ];
}

/** @param hours - of virtual time, in which nobody dies while 1 % of all messages get lost */
export function falsePositives(nodes: number, hours: number): Row[] {
  const { flock, deaths } = watched(nodes, { loss: 0.01 });
  const before = traffic(flock);
  flock.world.run(hours * HOUR_MS);
  const bytes = (traffic(flock) - before) / nodes / (hours * 3600);
  const refuted = flock.up.reduce((sum, { core }) => sum + core.membership.self.n, 0);
  const what = `membership: ${nodes} nodes, 1 % loss, ${hours} h,`;
  return [
    {
      name: `${what} deaths of the living`,
      ...{ figure: deaths().size, unit: 'deaths', target: 0, better: 'less' },
      beside: `${refuted} suspicions refuted`,
    },
    {
      name: `${what} rumours, loads, probes and comparisons`,
      ...{ figure: bytes / 1000, unit: 'KB/s a node', target: 12, better: 'less' },
    },
  ];
}

/** A part of all nodes stands still again and again, with Lifeguard and without, by the same dice. */
export function starved(nodes: number, part: number, forMs: number): Row[] {
  const [lifeguard, swim] = [true, false].map((isOn) => runStarved(nodes, part, forMs, { lifeguard: isOn }));
  if (!lifeguard || !swim) throw new Error('two runs make two results');
  return [
    {
      name: `membership: ${nodes} nodes, ${part * 100} % starved, false positives of plain SWIM / of Lifeguard`,
      figure: swim.healthy.size === 0 ? 0 : swim.healthy.size / Math.max(1, lifeguard.healthy.size),
      unit: 'x',
      target: 50,
      better: 'more',
      beside: `healthy nodes held dead: ${swim.healthy.size} / ${lifeguard.healthy.size}; starved ones ${swim.starved.size} / ${lifeguard.starved.size}; gossip ${kb(swim.bytesPerS)} / ${kb(lifeguard.bytesPerS)} KB/s a node`,
    },
  ];
}

function runStarved(nodes: number, part: number, forMs: number, detector: Partial<MembershipConfig>) {
  const { flock, deaths } = watched(nodes, { detector });
  flock.world.run(10_000);
  const before = traffic(flock);
  const dice = new Prng(5);
  const starving = new Set(dice.sample(flock.ids, nodes * part));
  for (const id of starving) starve(flock, id, dice, flock.world.nowMs + forMs);
  flock.world.run(forMs + 60_000);
  const bytesPerS = (traffic(flock) - before) / nodes / ((forMs + 60_000) / 1000);
  const all = [...deaths()];
  const isStarved = (rumour: string) => starving.has(nodeId(rumour.split('/')[0] ?? ''));
  return {
    healthy: new Set(all.filter((rumour) => !isStarved(rumour))),
    starved: new Set(all.filter(isStarved)),
    bytesPerS,
  };
}

/**
 * Runs for 1 to 8 ms, then stands still for 1 to 32 s, short more often than long: the blocked members of the Lifeguard
 * paper's experiments (Dadgar, Phillips, Currey, 2018, section V).
 */
function starve(flock: Flock, id: NodeId, dice: Prng, untilMs: number): void {
  flock.world.after(1 + 7 * dice.float(), () => {
    if (flock.world.nowMs >= untilMs) return;
    const pauseMs = 1000 * 32 ** dice.float();
    const node = flock.node(id);
    node.pause();
    flock.world.after(pauseMs, () => {
      node.resume();
      starve(flock, id, dice, untilMs);
    });
  });
}

interface Watched {
  readonly flock: Flock;
  /** Ids of all rumours of a death that went round. */
  readonly deaths: () => Set<string>;
}

function watched(
  nodes: number,
  options: { readonly loss?: number; readonly detector?: Partial<MembershipConfig> },
): Watched {
  const found = new Set<string>();
  const wire = (message: Message) => {
    if (message.kind === 'swim.rumour' && message.rumour.member.state === 'dead') found.add(message.id);
    return message;
  };
  return { flock: Flock.warm(nodes, { seed: 3, wire, ...options }), deaths: () => found };
}

/** Bytes that all nodes have sent so far; without tasks it is all membership's. */
function traffic(flock: Flock): number {
  return flock.ids.reduce((sum, id) => {
    const { controlBytes, bulkBytes, gossipBytes } = flock.network.traffic(id);
    return sum + controlBytes + bulkBytes + gossipBytes;
  }, 0);
}

function seconds(values: readonly number[], part: number, target: number) {
  return { figure: at(values, part) / 1000, unit: 's', target, better: 'less' as const };
}

function kb(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

function at(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}
