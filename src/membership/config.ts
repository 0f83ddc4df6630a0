import { assert } from '../kernel/assert.js';

/** Defaults are those of SWIM and Lifeguard as run by memberlist, and the redial of Serf. */
export interface MembershipConfig {
  /** Lifeguard's additions; without them this is plain SWIM, for comparison. @default true */
  readonly lifeguard: boolean;
  /** One member is probed each. @default 1000 */
  readonly probeIntervalMs: number;
  /** How long a direct answer is waited for before others are asked to try. @default 500 */
  readonly probeTimeoutMs: number;
  /** How many others are asked. @default 3 */
  readonly indirectProbes: number;
  /** The part of `probeTimeoutMs` after which such a helper says that it hears nothing either. @default 0.8 */
  readonly nackAfter: number;
  /** Least time a suspect has to refute, in probe intervals · max(1, log10 N). @default 4 */
  readonly suspicionMin: number;
  /** Longest time, as a multiple of the least; what a single reporter's suspicion lasts. @default 6 */
  readonly suspicionMax: number;
  /** Reporters beyond the first that bring the time down to the least. @default 2 */
  readonly confirmations: number;
  /** The local health score goes from 0 to this; intervals and timeouts are stretched by score + 1. @default 7 */
  readonly healthMax: number;
  /** A timer this late says that this process, not its peers, was away. @default 500 */
  readonly lagMaxMs: number;
  /** Rumours on one ping or ack. @default 6 */
  readonly piggybackMax: number;
  /** A rumour rides this many times ceil(log10(N + 1)) messages. @default 4 */
  readonly retransmit: number;
  /** Anti-entropy with a random peer. @default 30_000 */
  readonly syncIntervalMs: number;
  /** After news this many peers are compared with: at once where they are too many to ride on pings. @default 3 */
  readonly spreadFanout: number;
  /** A dead member or seed is dialled again each, with probability min(1, redialTarget / N). @default 2000 */
  readonly redialIntervalMs: number;
  /** How many nodes of the whole flock redial in one interval, on average. @default 3 */
  readonly redialTarget: number;
  /** A handshake costs 8-12 ms of CPU at both ends, so at most one dial each. @default 250 */
  readonly dialIntervalMs: number;
  /**
   * No member is dialled for the mere connection beyond this many, and in a flock of more, probes go to those connected.
   * Half of what a transport keeps: where all were full, no newcomer could get in. @default 256
   */
  readonly connectionsMax: number;
  /** How long dead and left members are remembered. @default 86_400_000 */
  readonly rememberMs: number;
  /** Changes of the stored member list are gathered for this long. @default 1000 */
  readonly persistDelayMs: number;
}

const DEFAULTS: MembershipConfig = {
  lifeguard: true,
  probeIntervalMs: 1000,
  probeTimeoutMs: 500,
  indirectProbes: 3,
  nackAfter: 0.8,
  suspicionMin: 4,
  suspicionMax: 6,
  confirmations: 2,
  healthMax: 7,
  lagMaxMs: 500,
  piggybackMax: 6,
  retransmit: 4,
  syncIntervalMs: 30_000,
  spreadFanout: 3,
  redialIntervalMs: 2000,
  redialTarget: 3,
  dialIntervalMs: 250,
  connectionsMax: 256,
  rememberMs: 86_400_000,
  persistDelayMs: 1000,
};

/** The defaults, with what is given in their place. */
export function membershipConfig(given: Partial<MembershipConfig> = {}): MembershipConfig {
  const config = { ...DEFAULTS, ...given };
  const { probeIntervalMs: interval, probeTimeoutMs: timeout, nackAfter } = config;
  assert(timeout * (1 + nackAfter) < interval, `no nack can arrive: timeout ${timeout}, interval ${interval} ms`);
  assert(config.suspicionMin > 1, `a suspect needs more than one probe to refute, got ${config.suspicionMin}`);
  assert(config.suspicionMax >= 1, `the longest suspicion is no multiple of the least: ${config.suspicionMax}`);
  assert(config.confirmations < SLOTS, `${config.confirmations} confirmations need as many slots, got ${SLOTS}`);
  assert(config.piggybackMax >= 1 && config.piggybackMax <= RUMOURS_MAX, `piggybackMax is ${config.piggybackMax}`);
  return config;
}

/** Reporters of one suspicion are told apart by this many slots, so it makes at most as many gossip messages. */
export const SLOTS = 8;
/** The most rumours that a message may bring; above any `piggybackMax`. */
export const RUMOURS_MAX = 16;
