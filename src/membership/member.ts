import { DISCIPLINE_NAMES } from '../kernel/disciplines.js';
import { compareText } from '../kernel/ids.js';
import { ResourcesSchema } from '../kernel/resources.js';
import { amount, count, list, NodeIdSchema, oneOf, record, text, Type, type Static } from '../kernel/schema.js';

/** What a node says of itself, the same for its whole boot. */
export const ProfileSchema = record({
  /** Multiaddrs at which it can be dialled. */
  addresses: list(text(200), 8),
  capacity: ResourcesSchema,
  labels: Type.Record(Type.String({ pattern: '^[A-Za-z0-9._/-]{1,63}$' }), text(128), {
    maxProperties: 32,
    additionalProperties: false,
  }),
  /** Empty where none was declared. */
  zone: text(64),
  /** Relative to a usual machine, which has 1. */
  speed: amount(1000),
  /** The order in which it starts what waits there; absent: `fifo`. */
  discipline: Type.Optional(oneOf(...DISCIPLINE_NAMES)),
  version: text(32),
});
export type Profile = Readonly<Static<typeof ProfileSchema>>;

/**
 * What is said of a member. Its incarnation is (boot, n): `boot` grows at each start of the node, `n` whenever the node
 * has something new to say of itself. Only the node raises them, so profile and draining follow from (id, boot, n).
 */
export const MemberStateSchema = record({
  id: NodeIdSchema,
  boot: count(),
  n: count(),
  state: oneOf('alive', 'suspect', 'dead', 'left'),
  draining: Type.Boolean(),
  profile: ProfileSchema,
});
export type MemberState = Readonly<Static<typeof MemberStateSchema>>;
export type Liveness = MemberState['state'];
/** The part of a state that decides which of two is believed. */
export type Standing = Pick<MemberState, 'boot' | 'n' | 'state'>;

const PRECEDENCE: Readonly<Record<Liveness, number>> = { alive: 0, suspect: 1, dead: 2, left: 3 };

export function compareIncarnation(a: Standing, b: Standing): number {
  return a.boot - b.boot || a.n - b.n;
}

/** Above 0 where `a` supersedes `b`: a higher incarnation, and at the same one alive < suspect < dead < left (SWIM 4.2). */
export function compareStanding(a: Standing, b: Standing): number {
  return compareIncarnation(a, b) || PRECEDENCE[a.state] - PRECEDENCE[b.state];
}

/**
 * A total order. States of one standing differ only where two processes ran as one node (a cloned directory); then the
 * text decides, so that all nodes still agree.
 */
export function compareStates(a: MemberState, b: MemberState): number {
  return compareStanding(a, b) || (isSame(a, b) ? 0 : compareText(contentOf(a), contentOf(b)));
}

/** Nearly always so, and much cheaper to find out than which of two texts is greater. */
function isSame(a: MemberState, b: MemberState): boolean {
  return a === b || (a.draining === b.draining && (a.profile === b.profile || isAlike(a.profile, b.profile)));
}

/** Whether two plain values hold the same; maps with their keys in another order may pass for different. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.length !== others.length) return false;
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  return keys.every((key, i) => key === others[i] && isAlike(left[key], right[key]));
}

/** What to believe of one member after hearing both: the greater, so the order of hearing does not matter. */
export function mergeStates(a: MemberState, b: MemberState): MemberState {
  return compareStates(a, b) >= 0 ? a : b;
}

/** Alive or suspect: probed, asked, and counted in N. */
export function isLive({ state }: Standing): boolean {
  return state === 'alive' || state === 'suspect';
}

/** Suspect or dead: what others say of a node, and what it can refute. */
export function isAccusation({ state }: Standing): boolean {
  return state === 'suspect' || state === 'dead';
}

/**
 * Whether a member takes part in the ring. A suspect stays: were it to go, every lost packet would move keys. A draining
 * one goes, though it still answers for what it holds.
 */
export function isOnRing(member: MemberState): boolean {
  return isLive(member) && !member.draining;
}

function contentOf({ draining, profile }: MemberState): string {
  const sorted = (map: object) => Object.entries(map).sort(([a], [b]) => compareText(a, b));
  const { capacity, labels, ...rest } = profile;
  const amounts = [capacity.cpus, capacity.memBytes, capacity.gpus, sorted(capacity.custom)];
  return JSON.stringify([draining, amounts, sorted(labels), sorted(rest)]);
}
