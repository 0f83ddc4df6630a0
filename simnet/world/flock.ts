import { known } from '../../src/kernel/assert.js';
import type { Put } from '../../src/kernel/effects.js';
import { nodeId, type JobId, type NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import { terminalCount } from '../../src/kernel/states.js';
import type { MembershipConfig } from '../../src/membership/config.js';
import type { FormedFlock } from '../../src/node/core/machines.js';
import { MEMBERS_KEY } from '../../src/node/core/stored.js';
import { RingCache } from '../../src/ring/ring-cache.js';
import type { ClientRequest, ClientResult, RequestName, Requests } from '../../src/node/core/gateway/requests.js';
import type { JobInfo } from '../../src/tasks/queries.js';
import { hash } from '../hash.js';
import { History } from '../history/history.js';
import { Disk, SSD, type SyncTimes } from './disk.js';
import { acquaintances, initiated, pairsOf } from './machine-acquaintance.js';
import { Machine, type MachineOptions } from './machine.js';
import type { NetworkGiven } from './network-options.js';
import { submissionOf, type JobOptions } from './submission.js';
import { Network } from './network.js';
import { SimNode, type Death, type SimNodeOptions } from './sim-node.js';
import { Trace } from './trace.js';
import { World } from './world.js';

export interface FlockOptions extends MachineOptions, NetworkGiven, Pick<SimNodeOptions, 'score' | 'admission'> {
  readonly seed?: number;
  /** Of every node's failure detector, in place of the defaults. */
  readonly detector?: Partial<MembershipConfig>;
  /** How long a majority may be dead before a survivor goes on alone. @default that of real nodes */
  readonly lostAfterMs?: number;
  /** Of each node by the order of its first start, in place of what is the same for all. */
  readonly machineOf?: (index: number) => MachineOptions;
  /** @default a common SSD */
  readonly syncTimes?: SyncTimes;
  /** A daemon that stopped itself, or was brought down by a task, is started again after so long. @default 1_000 */
  readonly restartMs?: number;
  /** What is told of all that runs. @default one of its own, that keeps everything */
  readonly history?: History;
}

/** Where a flock plays, in place of a virtual clock and a simulated network. */
export interface Stage {
  readonly world: World;
  readonly network: Network;
}

/** A machine, and the last process on it. */
interface Place {
  readonly machine: Machine;
  node: SimNode | undefined;
  /** The number of its last start. */
  boots: number;
}

type Asks<Name extends RequestName> = Extract<ClientRequest, { readonly op: Name }>;
type Gets<Name extends RequestName> = Requests[Name]['gets'];

/** Some 200 MB of rings at the most: a dozen of 10,000 nodes. */
const RING_POINTS_MAX = 2 ** 24;

/** What became of a request; undefined while it is open. */
export interface Pending {
  result: ClientResult | 'node-died' | undefined;
}

/** Whole nodes on one virtual clock: the very core of the daemon, in a world that fails on request. */
export class Flock {
  readonly world: World;
  readonly history: History;
  readonly network: Network;
  readonly prng: Prng;
  readonly rings = new RingCache(hash, RING_POINTS_MAX);
  readonly trace = new Trace();
  /** Of a healthy disk. */
  readonly syncTimes: SyncTimes;
  /** Machines that are to stay down. */
  readonly away = new Set<NodeId>();
  readonly #places = new Map<NodeId, Place>();
  readonly #deathWatchers = new Set<(id: NodeId, death: Death) => void>();
  readonly #chance: Prng;
  #jobs = 0;

  constructor(
    readonly options: FlockOptions = {},
    stage?: Stage,
  ) {
    this.world = stage?.world ?? new World();
    this.prng = new Prng(options.seed ?? 1);
    this.syncTimes = options.syncTimes ?? SSD;
    this.history = options.history ?? new History();
    const chance = new Prng(this.prng.below(2 ** 30));
    this.network = stage?.network ?? new Network(this.world, chance, options);
    this.#chance = new Prng((options.seed ?? 1) + 0x5eed);
  }

  /** Starts `n` nodes at once, and waits until each has stored who they are. */
  static formed(n: number, options: FlockOptions = {}): Flock {
    const flock = new Flock(options);
    for (let i = 0; i < n; i++) flock.start(`n${i}`);
    const withinMs = Math.max(60_000, 60 * n);
    flock.world.runUntil('the flock forms', withinMs, () => flock.isWhole(), n > 100 ? 100 : 10);
    flock.world.run(2_000);
    return flock;
  }

  /**
   * `n` nodes that know each other from the start, as if they had met long ago: for large flocks, whose forming takes longer
   * than what is to be seen of them.
   *
   * @param connectionsMax - of each node; below the daemon's limit, so that there is room for newcomers
   */
  static warm(n: number, options: FlockOptions = {}, connectionsMax = 256): Flock {
    const flock = new Flock(options);
    const places = Array.from({ length: n }, (_, i) => flock.#newPlace(nodeId(`n${i}`), {}));
    const machines = places.map(({ machine }) => machine);
    const links = acquaintances(n, connectionsMax, flock.#chance);
    const like = initiated(machines, flock.rings);
    const members = [...like.membership.members.values()];
    const nodes = places.map((place, i) => {
      const connected = known(links[i], 'its peers').map((peer) => nodeId(`n${peer}`));
      const node = known(flock.#boot(place, { like, connected }), place.machine.id);
      place.machine.disk.sync([[{ key: MEMBERS_KEY, value: members }]]);
      return node;
    });
    flock.network.form(pairsOf(links, machines));
    for (const node of nodes) node.start();
    return flock;
  }

  /** 16 hexadecimal digits over every event of every node: the same story gives the same. */
  get traceHash(): string {
    return this.trace.hash;
  }

  get ids(): NodeId[] {
    return [...this.#places.keys()];
  }

  /** Nodes that have ever been. */
  get size(): number {
    return this.#places.size;
  }

  get up(): SimNode[] {
    const nodes: SimNode[] = [];
    for (const { node } of this.#places.values()) if (node?.isUp) nodes.push(node);
    return nodes;
  }

  node(id: string): SimNode {
    return known(this.#place(id).node, `a node on ${id}`);
  }

  disk(id: string): Disk {
    return this.machine(id).disk;
  }

  machine(id: string): Machine {
    return this.#place(id).machine;
  }

  /**
   * Starts a node, or starts it again with what its disk holds.
   *
   * @param given - its CPUs, or more, at the first start; later ones keep to that
   */
  start(name: string, given: number | MachineOptions = {}): SimNode {
    const id = nodeId(name);
    const place = this.#places.get(id) ?? this.#newPlace(id, typeof given === 'number' ? { cpus: given } : given);
    if (place.node?.isUp) throw new Error(`${id} is up already`);
    const node = this.#boot(place);
    node?.start();
    if (!node) throw new Error(`${id} cannot start: ${place.machine.disk.failure}`);
    return node;
  }

  /** Starts a node that is down, as soon as its disk lets it. Returns false where it is up already. */
  revive(id: string): boolean {
    const place = this.#place(id);
    const before = place.node;
    if (before?.isUp || this.away.has(place.machine.id)) return false;
    const node = this.#boot(place);
    if (node) node.start();
    // Another start may come of something else meanwhile, and another death.
    else this.world.after(this.#restartMs, () => place.node === before && this.revive(id));
    return true;
  }

  /** Kills a node, and starts it no more, whoever wants that: from outside, its machine is lost with all that it holds. */
  keepAway(id: string): void {
    const { machine, node } = this.#place(id);
    this.away.add(machine.id);
    if (node?.isUp) node.die(false);
  }

  comeBack(id: string): void {
    this.away.delete(nodeId(id));
    this.revive(id);
  }

  /** Calls `watch` at each death of a process. Returns what ends that. */
  onDeath(watch: (id: NodeId, death: Death) => void): () => void {
    this.#deathWatchers.add(watch);
    return () => void this.#deathWatchers.delete(watch);
  }

  /** Everybody who is up believes just them alive. */
  isWhole(): boolean {
    const up = this.up;
    return up.every(({ core, hasJoined }) => {
      return hasJoined && core.membership.counts.alive === up.length && core.membership.counts.suspect === 0;
    });
  }

  ask(at: string, request: ClientRequest): Pending {
    const pending: Pending = { result: undefined };
    this.node(at).request(request, (result) => (pending.result = result ?? 'node-died'));
    return pending;
  }

  /** @throws the CoveyError that the node answers with */
  request<Name extends RequestName>(at: string, request: Asks<Name>, withinMs = 60_000): Gets<Name> {
    const pending = this.ask(at, request);
    this.world.runUntil(`an answer to ${request.op}`, withinMs, () => pending.result !== undefined);
    const { result } = pending;
    if (result === 'node-died') throw new Error(`${at} died`);
    if (!result?.isOk) throw result?.error ?? new Error('no result');
    return result.value;
  }

  submission(command: string, options: JobOptions = {}): Asks<'submit'> {
    return submissionOf(options.id ?? `job${String(++this.#jobs).padStart(4, '0')}`, command, options);
  }

  submit(at: string, command: string, options: JobOptions = {}): JobId {
    return this.request(at, this.submission(command, options)).job;
  }

  /** The job when it is terminal, asked for at `at`. */
  finish(at: string, job: JobId, withinMs: number): JobInfo {
    const info = this.request(at, { op: 'job', job, waitMs: withinMs }, withinMs + 5_000);
    if (terminalCount(info.counts) === info.tasks) return info;
    throw new Error(`not within ${withinMs} virtual ms: ${job} ends, ${JSON.stringify(info.counts)}`);
  }

  /** Runs until so many attempts have started. */
  untilStarted(n: number): void {
    this.world.runUntil(`${n} attempts start`, 60_000, () => this.history.attempts.length >= n);
  }

  /** What every node believes of `about`. */
  beliefsOf(about: string): (string | undefined)[] {
    return this.up.filter(({ id }) => id !== about).map(({ core }) => core.membership.get(nodeId(about))?.state);
  }

  /** Sum of one of the cores' own numbers. */
  total(name: string): number {
    return this.up.reduce((sum, { core }) => sum + (core.stats()[name] ?? 0), 0);
  }

  get #restartMs(): number {
    return this.options.restartMs ?? 1_000;
  }

  #place(id: string): Place {
    return known(this.#places.get(nodeId(id)), id);
  }

  /** Undefined where the disk does not let it. */
  #boot(place: Place, formed?: FormedFlock): SimNode | undefined {
    const { machine } = place;
    const { world, network, history, rings, trace } = this;
    const { detector, lostAfterMs, score, admission } = this.options;
    const store = machine.disk.open();
    // The daemon has the number in a file of its own as well.
    const isDamaged = store.range(BOOT_KEY)[0]?.isBad === true;
    const boot = (isDamaged ? place.boots : ((store.get(BOOT_KEY) as number | undefined) ?? 0)) + 1;
    if (store.writeNow([{ key: BOOT_KEY, value: boot }])) return undefined;
    place.boots = boot;
    const node: SimNode = new SimNode({
      ...{ world, network, history, rings, trace, machine, store, boot, hash },
      ...(formed ? { formed } : {}),
      ...(detector ? { detector } : {}),
      ...{ lostAfterMs, score, admission },
      prng: new Prng(this.prng.below(2 ** 30)),
      onDeath: (death) => this.#died(place, node, death),
    });
    place.node = node;
    return node;
  }

  #died(place: Place, node: SimNode, death: Death): void {
    for (const watch of this.#deathWatchers) watch(node.id, death);
    if (death !== 'poison') return;
    this.world.after(this.#restartMs, () => place.node === node && this.revive(node.id));
  }

  #newPlace(id: NodeId, given: MachineOptions): Place {
    const { options, world } = this;
    const index = this.#places.size;
    const all = { ...options, ...options.machineOf?.(index), ...given };
    const live = this.#liveIds();
    const seeds = this.#chance.sample(live.length > 0 ? live : this.ids, SEEDS);
    const prng = new Prng(this.#chance.below(2 ** 30));
    const noteDurable = (put: Put, before: unknown) => this.history.recorded(put, before, id, world.nowMs);
    const disk = new Disk(world, prng, noteDurable, this.syncTimes);
    const place = { machine: new Machine(id, index, disk, all, seeds, prng, world), node: undefined, boots: 0 };
    if (all.zone !== undefined) this.network.setZone(id, all.zone);
    this.#places.set(id, place);
    return place;
  }

  #liveIds(): NodeId[] {
    return this.up.map(({ id }) => id);
  }
}

/** Where the daemon numbers its starts. */
const BOOT_KEY = 'node/boot';
/** How many nodes a new one is told to join: one of them may be down. */
const SEEDS = 3;
