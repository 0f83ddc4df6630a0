import type { DisciplineName } from '../../src/kernel/disciplines.js';
import type { NodeId } from '../../src/kernel/ids.js';
import type { Prng } from '../../src/kernel/prng.js';
import type { Now } from '../../src/kernel/time.js';
import type { Profile } from '../../src/membership/member.js';
import type { Disk } from './disk.js';
import { addressOf } from './network.js';
import type { World } from './world.js';

/** 1 November 2026, in ms since 1970. */
const WALL_MS = 1_793_491_200_000;

/**
 * CPU of one step: what a message costs in a real node, decoding and sending included (docs/benchmarks.md). A healthy
 * machine is taken to have CPU enough, so that this counts only where one is made slower.
 */
const STEP_MS = 0.1;

/** What a node says of its machine; as the options of `covey up`. */
export interface MachineOptions {
  /** @default 2 */
  readonly cpus?: number;
  /** @default 8 GiB */
  readonly memBytes?: number;
  /** @default 0 */
  readonly gpus?: number;
  readonly custom?: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Also where it stands in the network, for `zoneLatency`. @default '' */
  readonly zone?: string;
  /** Of a program that takes 1 s elsewhere it makes one of 1 s / speed. @default 1 */
  readonly speed?: number;
  /** In which order it starts what waits there. @default fifo */
  readonly discipline?: DisciplineName;
  /** @default 0.1.0 */
  readonly version?: string;
}

/** A place for a node: what outlives its process. */
export class Machine {
  /** By how much its wall clock is off. Its monotonic clock never is. */
  skewMs = 0;
  /** By how much its steps take longer than on a healthy machine; 1 is healthy. */
  slowness = 1;
  /** All that it starts fails at once. */
  failsAll = false;
  readonly profile: Profile;

  constructor(
    readonly id: NodeId,
    /** In the order of first starts. */
    readonly index: number,
    readonly disk: Disk,
    options: MachineOptions,
    /** Whom its node is told to join, as in a unit file: the same at each start. */
    readonly seeds: readonly NodeId[],
    readonly prng: Prng,
    private readonly world: World,
  ) {
    this.profile = profileOf(id, options);
  }

  now(): Now {
    const monoMs = this.world.nowMs;
    return { monoMs, wallMs: WALL_MS + monoMs + this.skewMs };
  }

  /** How long the CPU is busy with one step. */
  get stepMs(): number {
    return this.slowness > 1 ? STEP_MS * this.slowness : 0;
  }
}

function profileOf(id: NodeId, options: MachineOptions): Profile {
  const { cpus = 2, memBytes = 2 ** 33, gpus = 0, custom = {}, labels = {}, zone = '', speed = 1 } = options;
  const { version = '0.1.0', discipline } = options;
  const capacity = { cpus, memBytes, gpus, custom };
  const queue = discipline === undefined ? {} : { discipline };
  return { addresses: [addressOf(id)], capacity, labels, zone, speed, version, ...queue };
}
