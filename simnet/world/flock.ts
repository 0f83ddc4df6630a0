import { nodeId, type JobId, type NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import { terminalCount } from '../../src/kernel/states.js';
import type { Profile } from '../../src/membership/member.js';
import type { ClientRequest, ClientResult, RequestName, Requests } from '../../src/node/core/gateway/requests.js';
import type { JobInfo } from '../../src/tasks/queries.js';
import { hash } from '../hash.js';
import { Disk } from './disk.js';
import { History } from '../history/history.js';
import { submissionOf, type JobOptions } from './submission.js';
import { addressOf, Network, type NetworkOptions } from './network.js';
import { SimNode } from './sim-node.js';
import { World } from './world.js';

export interface FlockOptions extends Partial<NetworkOptions> {
  readonly seed?: number;
  /** Of each node. @default 2 */
  readonly cpus?: number;
}

interface Machine {
  readonly disk: Disk;
  boot: number;
  node: SimNode;
}

type Asks<Name extends RequestName> = Extract<ClientRequest, { readonly op: Name }>;
type Gets<Name extends RequestName> = Requests[Name]['gets'];

/** What became of a request; undefined while it is open. */
export interface Pending {
  result: ClientResult | 'node-died' | undefined;
}

/** Whole nodes on one virtual clock: the very core of the daemon, in a world that fails on request. */
export class Flock {
  readonly world = new World();
  readonly history = new History();
  readonly network: Network;
  readonly prng: Prng;
  readonly #machines = new Map<NodeId, Machine>();
  #jobs = 0;

  constructor(readonly options: FlockOptions = {}) {
    this.prng = new Prng(options.seed ?? 1);
    this.network = new Network(this.world, new Prng(this.prng.below(2 ** 30)), options);
  }

  /** Starts `n` nodes, all but the first with the first as their seed, and waits until each has stored who they are. */
  static formed(n: number, options: FlockOptions = {}): Flock {
    const flock = new Flock(options);
    for (let i = 0; i < n; i++) flock.start(`n${i}`);
    flock.world.runUntil('the flock forms', 60_000, () => flock.isWhole());
    flock.world.run(2_000);
    return flock;
  }

  get ids(): NodeId[] {
    return [...this.#machines.keys()];
  }

  get up(): SimNode[] {
    return [...this.#machines.values()].map(({ node }) => node).filter(({ isUp }) => isUp);
  }

  node(id: string): SimNode {
    return this.#machine(id).node;
  }

  disk(id: string): Disk {
    return this.#machine(id).disk;
  }

  /** Starts a node, or starts it again with what its disk holds. */
  start(name: string, cpus = this.options.cpus ?? 2): SimNode {
    const id = nodeId(name);
    const before = this.#machines.get(id);
    if (before?.node.isUp) throw new Error(`${id} is up already`);
    const disk = before?.disk ?? this.#newDisk();
    const boot = (before?.boot ?? 0) + 1;
    const [seed] = this.ids;
    const { world, network, history } = this;
    const node = new SimNode(id, {
      ...{ world, network, history, disk, hash, boot, profile: profileOf(id, cpus) },
      prng: new Prng(this.prng.below(2 ** 30)),
      seeds: seed === undefined || seed === id ? [] : [[addressOf(seed)]],
    });
    this.#machines.set(id, { disk, boot, node });
    node.start();
    return node;
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

  #machine(id: string): Machine {
    const machine = this.#machines.get(nodeId(id));
    if (!machine) throw new Error(`${id} was never started`);
    return machine;
  }

  #newDisk(): Disk {
    return new Disk(
      this.world,
      () => this.prng.jitter(1),
      (put, before) => this.history.recorded(put, before),
    );
  }
}

function profileOf(id: NodeId, cpus: number): Profile {
  return {
    addresses: [addressOf(id)],
    capacity: { cpus, memBytes: 2 ** 33, gpus: 0, custom: {} },
    ...{ labels: {}, zone: '', speed: 1, version: '0.1.0' },
  };
}
