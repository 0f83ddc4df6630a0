import type { Prng } from '../../src/kernel/prng.js';

/** What a daemon is to somebody's task at the moment of the fault. */
export type Role = 'gateway' | 'coordinator' | 'executor';

export type Victims =
  | { readonly kind: 'daemons'; readonly daemons: readonly number[] }
  /** Who has it is known only when it comes to that. */
  | { readonly kind: 'role'; readonly role: Role };

/** `kill`: SIGKILL, and a start on the same data directory after `forMs`. `stop`: SIGSTOP, and SIGCONT after `forMs`. */
export interface Fault {
  readonly atMs: number;
  readonly how: 'kill' | 'stop';
  readonly victims: Victims;
  readonly forMs: number;
}

/** Mean time from one fault to the next. */
const GAP_MS = 5_000;
const KILL_MS = { least: 0, most: 15_000 } as const;
const STOP_MS = { least: 200, most: 20_000 } as const;
/** When all are killed, they are back soon: nobody can work meanwhile. */
const ALL_MS_MAX = 3_000;

/** Shares of a hundred faults; the rest hits one daemon chosen by chance. */
const OF_ALL = 4;
const OF_A_MINORITY = 16;
const OF_A_ROLE = 35;

const ROLES: readonly Role[] = ['gateway', 'coordinator', 'executor'];

/**
 * Faults of a run of `forMs` over `daemons` daemons, the last early enough that its end falls into the run. Who is chosen,
 * how and for how long hangs on the seed alone.
 */
export function drawFaults(prng: Prng, daemons: number, forMs: number): Fault[] {
  const faults: Fault[] = [];
  for (let atMs = prng.jitter(GAP_MS); atMs < forMs; atMs += prng.jitter(GAP_MS, 0.9)) {
    const fault = drawFault(prng, daemons, atMs);
    faults.push({ ...fault, forMs: Math.min(fault.forMs, Math.max(200, forMs - atMs)) });
  }
  return faults;
}

function drawFault(prng: Prng, daemons: number, atMs: number): Fault {
  const dice = prng.below(100);
  const all = Array.from({ length: daemons }, (_, daemon) => daemon);
  if (dice < OF_ALL) {
    return { atMs, how: 'kill', victims: { kind: 'daemons', daemons: all }, forMs: prng.below(ALL_MS_MAX) };
  }
  const how = prng.chance(0.6) ? 'kill' : 'stop';
  const forMs = durationOf(prng, how);
  if (dice < OF_ALL + OF_A_ROLE) {
    return { atMs, how, victims: { kind: 'role', role: prng.pick(ROLES) ?? 'gateway' }, forMs };
  }
  const size = dice < OF_ALL + OF_A_ROLE + OF_A_MINORITY ? minorityOf(daemons) : 1;
  return { atMs, how, victims: { kind: 'daemons', daemons: prng.sample(all, size) }, forMs };
}

/** As many as may be away while the others are a majority. */
export function minorityOf(daemons: number): number {
  return Math.max(1, Math.ceil(daemons / 2) - 1);
}

/** Short ones more often than long ones. */
function durationOf(prng: Prng, how: Fault['how']): number {
  const { least, most } = how === 'kill' ? KILL_MS : STOP_MS;
  return Math.round(least + (most - least) * prng.float() ** 2);
}
