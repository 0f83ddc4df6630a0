import type { Request } from '../../kernel/effects.js';
import { COST_WEIGHTS, type CostWeights } from '../../kernel/cost-weights.js';
import type { Hash32 } from '../../kernel/hash.js';
import type { NodeId } from '../../kernel/ids.js';
import type { PolicyName } from '../../kernel/policies.js';
import type { Prng } from '../../kernel/prng.js';
import type { Now } from '../../kernel/time.js';
import { EXECUTOR_DEFAULTS } from '../../executor/config.js';
import { Executor } from '../../executor/executor.js';
import type { MembershipConfig } from '../../membership/config.js';
import { isLive, isOnRing, type MemberState, type Profile } from '../../membership/member.js';
import { Membership } from '../../membership/membership.js';
import { QueueTable } from '../../membership/queue-table.js';
import { Breakers } from '../../placement/breakers.js';
import { BoundedRing } from '../../placement/policies/bounded-ring.js';
import { FlockView } from '../../placement/flock-view.js';
import { Placement } from '../../placement/placement.js';
import type { Scorer } from '../../placement/policies/custom.js';
import { RingCache } from '../../ring/ring-cache.js';
import { Stealing } from '../../placement/stealing.js';
import { chooseHolders, ReplicaFlock } from '../../placement/replica-choice.js';
import type { JobWriteTag, ShardAskTag } from '../../tasks/job-events.js';
import type { ChangeSink } from '../../tasks/change.js';
import { ChangeLog } from '../../tasks/change-log.js';
import { JobHome } from '../../tasks/job-home.js';
import type { RegisterId } from '../../tasks/register/head.js';
import type { RegisterTag } from '../../tasks/register/registers.js';
import type { ProposalTag } from '../../tasks/replication/proposals.js';
import type { RetentionConfig } from '../../tasks/replication/retention.js';
import { Replication } from '../../tasks/replication/replication.js';
import type { SurvivorTag } from '../../tasks/replication/survivor.js';
import type { NextTime } from '../../tasks/schedule.js';
import { ShardHome } from '../../tasks/shard-home.js';
import type { ShardTag } from '../../tasks/shard-tags.js';
import { Exchange, type Manner } from './exchange.js';
import { ExecutorHost, type ExecutorTag, type OutputTag } from './executor-host.js';
import { Admission, type AdmissionConfig } from './gateway/admission/admission.js';
import { JobPlaces } from './gateway/places.js';
import { Gateway, type GatewayTag } from './gateway/gateway.js';
import { Outlet } from './outlet.js';
import { OwnLoad } from './own-load.js';
import { QUEUES_KEY, type StoredState } from './stored.js';
import type { Message } from './wire.js';

export interface NodeCoreOptions {
  readonly self: NodeId;
  /** Above that of every earlier start of this node. */
  readonly boot: number;
  readonly profile: Profile;
  readonly hash: Hash32;
  /** The times of schedules. */
  readonly nextTime: NextTime;
  readonly prng: Prng;
  /** What every command gets in its environment: PATH and HOME above all. */
  readonly baseEnv: Readonly<Record<string, string>>;
  /** Whom to join: for each node the multiaddrs at which it may answer. */
  readonly seeds: readonly (readonly string[])[];
  readonly stored?: StoredState;
  /** How long a majority may be dead before a survivor goes on alone. @default a minute */
  readonly lostAfterMs?: number | undefined;
  /** Of jobs submitted here that do not say. @default the bounded ring */
  readonly policy?: PolicyName | undefined;
  /** The policy `custom`, for jobs that are coordinated here. Pure, but for its patience. @default the bounded ring in its place */
  readonly score?: Scorer | undefined;
  /** What the policy `cost` goes by, for jobs that are coordinated here. */
  readonly costWeights?: CostWeights | undefined;
  /** What is taken of clients. @default all that can be placed */
  readonly admission?: AdmissionConfig | undefined;
  /** Nodes in one process that share it share the rings of members on whom they agree. @default one of its own */
  readonly rings?: RingCache;
  /** How many changes are remembered for those who follow jobs. @default 8192, about a megabyte */
  readonly changesKept?: number | undefined;
  /** How long finished jobs are kept, where not as by default. */
  readonly retention?: Partial<RetentionConfig> | undefined;
  /** In place of the defaults: for comparison, in simulated flocks. */
  readonly detector?: Partial<MembershipConfig>;
  /** For simulated flocks that need not form. */
  readonly formed?: FormedFlock;
}

/** Half a second of the busiest node. */
const CHANGES_KEPT = 8_192;

/** What a node knows from its start; see `Formed`. */
export interface FormedFlock {
  /** A node that knows it. */
  readonly like: { readonly membership: Membership; readonly view: FlockView };
  readonly connected: Iterable<NodeId>;
}

/** Whose request an answer belongs to. */
export type AskTag =
  | { readonly owner: 'jobs'; readonly tag: ShardAskTag }
  | { readonly owner: 'shards'; readonly tag: ShardTag }
  | { readonly owner: 'gateway'; readonly tag: GatewayTag }
  | { readonly owner: 'executor'; readonly tag: ExecutorTag }
  | { readonly owner: 'replication'; readonly tag: ProposalTag }
  | { readonly owner: 'thief' };

export type WriteTag =
  | { readonly owner: 'registers'; readonly tag: RegisterTag | SurvivorTag<RegisterOwner> }
  | { readonly owner: 'members' | 'disk' };

export type ReadTag =
  | { readonly owner: 'shards'; readonly tag: ShardTag }
  | { readonly owner: 'registers'; readonly tag: RegisterId }
  | { readonly owner: 'output'; readonly tag: OutputTag };

/** Who is told that a register's write is at a majority. */
export type RegisterOwner =
  | { readonly owner: 'jobs'; readonly tag: JobWriteTag }
  | { readonly owner: 'shards'; readonly tag: ShardTag };

/** What the machines need of the core that composes them. */
export interface Hooks {
  now(): Now;
  ask(to: NodeId, message: Request<Message>, tag: AskTag, how: Manner): void;
}

export type Machines = ReturnType<typeof buildMachines>;

/** The machines of one node, each given just what it may look at. */
export function buildMachines(options: NodeCoreOptions, hooks: Hooks) {
  const { self, boot, profile, hash, prng, baseEnv, seeds, stored, formed, rings = new RingCache(hash) } = options;
  const outlet = new Outlet<WriteTag, ReadTag>(self);
  const view = new FlockView(rings, formed?.like.view);
  const isNear = (node: NodeId) => node === self || membership.isNear(node);
  const policy = new BoundedRing(view, isNear);
  const bound = () => policy.bound(self);
  const admission = { bound, workBoundMs: (estimateMs: number) => policy.workBoundMs(self, estimateMs) };
  const { capacity, discipline = EXECUTOR_DEFAULTS.discipline } = profile;
  const executor = new Executor(self, capacity, baseEnv, admission, { ...EXECUTOR_DEFAULTS, discipline });
  const isHere = (node: NodeId) => membership.get(node)?.state === 'alive';
  const isReachable = (node: NodeId) => {
    const member = membership.get(node);
    return member === undefined || isLive(member);
  };
  const replication = new Replication<RegisterOwner>({
    ...{ self, prng, isHere, isReachable, isGone: (node) => !membership.get(node) || !isReachable(node) },
    chooseSet: (id) => chooseHolders(view, id),
    flock: new ReplicaFlock(view),
    retention: options.retention,
    lostAfterMs: options.lostAfterMs,
    storeRefusal: () => outlet.refusal,
  });
  const membersIn = (isMeant: (member: MemberState) => boolean) =>
    [...membership.members.values()].filter(isMeant).map(({ id }) => id);
  const holders = { here: () => membersIn(isLive), dead: () => membersIn(({ state }) => state === 'dead') };
  const changes = new ChangeLog(boot, options.changesKept ?? CHANGES_KEPT, () => hooks.now());
  const onChange: ChangeSink = (change) => changes.note(change);
  const nowMs = () => hooks.now().monoMs;
  const breakers = new Breakers({ nowMs, size: () => view.ring.members.length, chance: () => prng.float() });
  const workMs = (name: string) => executor.estimates.of(name) * profile.speed;
  const placement = new Placement({
    ...{ view, ring: policy, prng, workMs, breakers, nowMs, costWeights: options.costWeights ?? COST_WEIGHTS },
    score: options.score,
    roundTripMs: (node) => (node === self ? 0 : membership.roundTripMs(node)),
  });
  const shards = new ShardHome(self, placement, replication.places, holders, onChange);
  const ownLoad = new OwnLoad(self, boot, profile.capacity.cpus, executor, shards, view, breakers);
  const membership: Membership = new Membership({
    ...{ self, boot, profile, hash, prng, seeds },
    remembered: stored?.members ?? [],
    config: options.detector ?? {},
    ownLoad: () => ownLoad.vector,
    ...(formed ? { formed: { like: formed.like.membership, connected: formed.connected } } : {}),
  });
  const host = new ExecutorHost(self, executor, view, {
    outlet,
    readFor: (tag) => outlet.readFor({ owner: 'output', tag }),
    ownLoad: () => ownLoad.vector,
    bound,
    provisional: (from, shards) => replication.survivor.healing.held(from, shards),
    refusals: (shards) => replication.places.refusals(shards),
    ask: (to, message, tag, how) => void hooks.ask(to, message, { owner: 'executor', tag }, how),
  });
  const places = new JobPlaces();
  const queues = new QueueTable(
    {
      ...{ self, prng, hash, peers: () => holders.here().filter((id) => id !== self) },
      send: (to, message) => outlet.send(to, message),
      store: (known) => outlet.commit([{ key: QUEUES_KEY, value: known }], { owner: 'members' }),
      timer: (effect) => outlet.push(effect),
    },
    stored?.queues ?? [],
  );
  return {
    ...{
      outlet,
      view,
      policy,
      placement,
      breakers,
      executor,
      host,
      replication,
      changes,
      shards,
      ownLoad,
      membership,
      queues,
    },
    jobs: new JobHome(self, replication.places, options.nextTime, undefined, onChange, isNear),
    stealing: new Stealing(self, view, prng, isNear),
    exchange: new Exchange<AskTag>(boot, isReachable, (node) => membership.get(node)?.state === 'left'),
    gateway: new Gateway({
      self,
      view,
      policy,
      defaultPolicy: options.policy,
      admission: new Admission(options.admission ?? {}, () => waitingPerCpu(view)),
      membership,
      places,
      queues,
      now: () => hooks.now(),
      storeRefusal: () => outlet.refusal,
      abstainsUntilMs: () => replication.abstainsUntilMs,
    }),
  };
}

/** Tasks that nobody runs yet, for each CPU that takes work, as far as is known here. */
function waitingPerCpu(view: FlockView): number {
  let cpus = 0;
  for (const member of view.members()) if (isOnRing(member)) cpus += member.profile.capacity.cpus;
  const { queued, waiting } = view.loads.totals;
  return (queued + waiting) / Math.max(1, cpus);
}
