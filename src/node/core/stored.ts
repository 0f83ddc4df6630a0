import type { Entry, Put } from '../../kernel/effects.js';
import type { Queue } from '../../kernel/queues.js';
import type { Prng } from '../../kernel/prng.js';
import type { Now } from '../../kernel/time.js';
import type { MemberState } from '../../membership/member.js';
import type { RegisterId } from '../../tasks/register/head.js';
import { DEGRADED_PREFIX } from '../../tasks/replication/provisionals.js';
import {
  CORE_PREFIX,
  entriesOf,
  entryKey,
  LOSS_KEY,
  type StoredCore,
  type StoredLoss,
  type StoredRegister,
} from '../../tasks/register/stored.js';

/** Where the member list is kept. */
export const MEMBERS_KEY = 'node/members';

/** Where the queues of the flock are kept. */
export const QUEUES_KEY = 'node/queues';

/** How often this node was started. */
export const BOOT_KEY = 'node/boot';

/**
 * Stands in a store that took the place of a lost one, until somebody who has made good for the loss, or written it down
 * in words of its own, removes the key in the same write.
 */
export const LOST_KEY = 'node/lost';

/** What a node finds on its disk when it starts. */
export interface StoredState {
  readonly members: readonly MemberState[];
  readonly queues: readonly Queue[];
  readonly registers: readonly StoredRegister[];
  /** What was recorded without a majority, and not proposed to one yet. */
  readonly degraded: readonly Put[];
  /** The last loss of unknown extent that was noted here. */
  readonly noted: StoredLoss | undefined;
  /** Things were stored here that are gone, and nobody knows which (register.md, rule 17); not noted yet. */
  readonly isLost: boolean;
  /** The keys of bad values among what was read. */
  readonly bad: readonly string[];
}

export const NOTHING_STORED: StoredState = {
  members: [],
  queues: [],
  registers: [],
  degraded: [],
  noted: undefined,
  isLost: false,
  bad: [],
};

/** The reading half of the store port. */
interface Readable {
  get(key: string): unknown;
  range(prefix: string): readonly Entry[];
}

/** Reads back what the machines wrote. Of finished registers only what memory is to keep. */
export function readStored(store: Readable): StoredState {
  const reader = new Reader(store);
  const cores = reader.all(CORE_PREFIX);
  const suspects = new Set<RegisterId>();
  for (const key of reader.bad) suspects.add(key.slice(CORE_PREFIX.length));
  const registers: StoredRegister[] = cores.map(({ key, value }) => {
    const id = key.slice(CORE_PREFIX.length);
    const core = value as StoredCore;
    const entries = core.final === undefined ? reader.entriesOf(id) : { entries: [], isBad: false };
    return { id, core, ...entries };
  });
  for (const id of suspects) registers.push({ id, core: undefined, ...reader.entriesOf(id), isBad: true });
  const members = (reader.one(MEMBERS_KEY) as readonly MemberState[] | undefined) ?? [];
  const queues = (reader.one(QUEUES_KEY) as readonly Queue[] | undefined) ?? [];
  const noted = reader.one(LOSS_KEY) as StoredLoss | undefined;
  const degraded = reader.all(DEGRADED_PREFIX);
  return {
    members,
    queues,
    registers,
    degraded,
    noted,
    isLost: store.get(LOST_KEY) !== undefined,
    bad: [...reader.bad],
  };
}

/** How a node takes up what it found: bad values are removed, and a loss is noted, before it answers anybody. */
export function restoring(stored: StoredState, prng: Prng, { wallMs }: Now) {
  const { registers, degraded, noted: before, isLost, bad } = stored;
  const loss = isLost ? { era: prng.below(2 ** 32) + 1, beforeMs: wallMs } : undefined;
  const gone = isLost ? [...bad, LOST_KEY] : bad;
  return {
    puts: removals(gone),
    restore: { kind: 'restore' as const, registers, degraded, before, loss },
  };
}

/** What a node notes that is told of a start of its own which its disk knows nothing of. */
export function outdated(boot: number): readonly Put[] {
  return [
    { key: BOOT_KEY, value: boot },
    { key: LOST_KEY, value: true },
  ];
}

/** Keeps the good and the bad apart. */
class Reader {
  readonly bad = new Set<string>();

  constructor(private readonly store: Readable) {}

  all(prefix: string): readonly Put[] {
    const entries = this.store.range(prefix);
    for (const { key, isBad } of entries) if (isBad === true) this.bad.add(key);
    return goodOf(entries);
  }

  one(key: string): unknown {
    return this.all(key).find((put) => put.key === key)?.value;
  }

  entriesOf(id: RegisterId): Pick<StoredRegister, 'entries' | 'isBad'> {
    const before = this.bad.size;
    const entries = entriesOf(this.all(entryKey(id, '')));
    return { entries, isBad: this.bad.size > before };
  }
}

export function removals(keys: readonly string[]): Put[] {
  return keys.map((key) => ({ key, value: undefined }));
}

/** The keys of those that cannot be believed. */
export function badOf(entries: readonly Entry[]): string[] {
  return entries.filter(({ isBad }) => isBad === true).map(({ key }) => key);
}

/** Those that can be believed. */
export function goodOf(entries: readonly Entry[]): readonly Put[] {
  return entries.filter((entry) => entry.isBad !== true);
}
