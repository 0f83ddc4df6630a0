import type { Put } from '../../../../src/kernel/effects.js';
import type { NodeId } from '../../../../src/kernel/ids.js';
import { Prng } from '../../../../src/kernel/prng.js';
import type { TimerToken } from '../../../../src/kernel/timers.js';
import type { RegisterConfig } from '../../../../src/tasks/register/config.js';
import type { Head } from '../../../../src/tasks/register/head.js';
import { Registers, type RegisterTag } from '../../../../src/tasks/register/registers.js';
import {
  CORE_PREFIX,
  ENTRY_PREFIX,
  LOSS_KEY,
  readRegisters,
  type StoredCore,
  type StoredLoss,
} from '../../../../src/tasks/register/stored.js';
import type { Value } from './spec.js';

/** The only register of the explorer's world. */
export const ID = 'r';

export interface PendingWrite {
  readonly puts: readonly Put[];
  readonly tag: RegisterTag;
}

/** What the toy coordinator of a node knows; gone with a crash. */
export interface Host {
  isOpen: boolean;
  head: Head | undefined;
  n: number;
  /** What it has written last, committed or not. */
  readonly values: Map<string, Value>;
  /** Clients that wait for their create. */
  readonly clients: Set<string>;
}

export type Disk = Map<string, unknown>;

/** One machine with its disk. */
export class ExplorerNode {
  up: Registers | undefined;
  disk: Disk = new Map();
  pending: PendingWrite[] = [];
  timers: TimerToken[] = [];
  host = noHost();
  boot = 0;
  /** Copies of the disk that somebody might restore. */
  readonly copies: Disk[] = [];
  /** What is wrong with the disk and not yet noted on it. */
  isLost = false;
  isBad = false;
  #era = 0;

  constructor(
    readonly id: NodeId,
    /** How far its wall clock is ahead. */
    readonly aheadMs: number,
    private readonly config: RegisterConfig,
  ) {}

  start(): Registers {
    this.boot += 1;
    this.host = noHost();
    const prng = new Prng(this.id.charCodeAt(0) * 1000 + this.boot);
    this.up = new Registers({ self: this.id, prng, config: this.config });
    return this.up;
  }

  /** What a start finds, with what the node's boot numbers and checksums say of it. */
  found(wallMs: number) {
    const all: Put[] = [...this.disk].map(([key, value]) => ({ key, value }));
    const cores = all.filter(({ key }) => key.startsWith(CORE_PREFIX));
    const entries = all.filter(({ key }) => key.startsWith(ENTRY_PREFIX));
    if (this.isLost) this.#era = this.id.charCodeAt(0) * 1000 + this.boot;
    const loss: StoredLoss | undefined = this.isLost ? { era: this.#era, beforeMs: wallMs } : undefined;
    const before = this.disk.get(LOSS_KEY) as StoredLoss | undefined;
    return {
      kind: 'restore' as const,
      registers: readRegisters(cores, entries, new Set(this.isBad ? [ID] : [])),
      before,
      loss,
    };
  }

  /** What is durable of the register's entries. */
  entries(): Put[] {
    return [...this.disk].flatMap(([key, value]) => (key.startsWith(ENTRY_PREFIX) ? [{ key, value }] : []));
  }

  /** A value under one of these prefixes goes bad. */
  spoil(value: number, prefixes: readonly string[]): void {
    const keys = [...this.disk.keys()].filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
    const key = keys[value % keys.length];
    if (key === undefined) return;
    this.disk.delete(key);
    this.isBad = true;
  }

  /** The first write that is under way reaches the disk. */
  store(): RegisterTag | undefined {
    const write = this.pending.shift();
    if (!write) return undefined;
    for (const { key, value } of write.puts) {
      if (value === undefined) this.disk.delete(key);
      else this.disk.set(key, value);
    }
    if (this.isLost && (this.disk.get(LOSS_KEY) as StoredLoss | undefined)?.era === this.#era) this.isLost = false;
    const core = this.disk.get(CORE_PREFIX + ID) as StoredCore | undefined;
    if (this.isBad && core?.doubt !== undefined) this.isBad = false;
    return write.tag;
  }

  /** @param stored - how many of the writes under way reached the disk nevertheless */
  crash(stored: number): void {
    for (let i = 0; i < stored; i++) this.store();
    this.up = undefined;
    this.pending = [];
    this.timers = [];
    this.host = noHost();
  }
}

function noHost(): Host {
  return { isOpen: false, head: undefined, n: 0, values: new Map(), clients: new Set() };
}
