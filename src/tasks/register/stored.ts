import type { Put } from '../../kernel/effects.js';
import type { Ballot } from './ballot.js';
import type { Claim } from './claim.js';
import type { Head, RegisterId, Seal } from './head.js';
import type { Version } from './version.js';

/** What the store keeps of a register apart from its entries. */
export interface StoredCore {
  readonly promised: Ballot | undefined;
  readonly bornAtMs: number;
  readonly head: Head | undefined;
  readonly headAt: Version | undefined;
  readonly seal: Seal | undefined;
  readonly sealAt: Version | undefined;
  readonly claim?: Claim;
  readonly isMade?: true;
  readonly isStub: boolean;
  readonly isGone: boolean;
  readonly goneAtMs?: number;
  /** The node's loss after which this was known to be whole. */
  readonly era: number;
  readonly doubt: number | undefined;
  /** What the host keeps of a finished register. */
  readonly final?: unknown;
}

export interface StoredEntry {
  readonly version: Version;
  readonly value: unknown;
}

/** The last loss of unknown extent on this node. */
export interface StoredLoss {
  /** Names it; 0 where nothing was ever lost. */
  readonly era: number;
  /** Registers born before may have been known here. */
  readonly beforeMs: number;
}

export const NO_LOSS: StoredLoss = { era: 0, beforeMs: -Infinity };

/** A register as it is read back. */
export interface StoredRegister {
  readonly id: RegisterId;
  /** Undefined where nothing is stored, or where what is stored is bad. */
  readonly core: StoredCore | undefined;
  readonly entries: readonly (readonly [string, StoredEntry])[];
  /** Some value of it was bad: its checksum did not fit. */
  readonly isBad: boolean;
}

export const LOSS_KEY = 'node/register-loss';
export const CORE_PREFIX = 'register/';
export const ENTRY_PREFIX = 'entry/';
export const coreKey = (id: RegisterId) => `${CORE_PREFIX}${id}`;
export const entryKey = (id: RegisterId, key: string) => `${ENTRY_PREFIX}${id}/${key}`;

/** What the store gave under `entryKey(id, '')`. */
export function entriesOf(puts: readonly Put[]): StoredRegister['entries'] {
  return puts.map(({ key, value }) => [key.slice(key.indexOf('/', ENTRY_PREFIX.length) + 1), value as StoredEntry]);
}

/** Gathers what was read under both prefixes, in any order. */
export function readRegisters(
  cores: readonly Put[],
  entries: readonly Put[],
  bad: ReadonlySet<RegisterId> = new Set(),
): StoredRegister[] {
  const found = new Map<RegisterId, { core: StoredCore | undefined; entries: (readonly [string, StoredEntry])[] }>();
  for (const id of bad) found.set(id, { core: undefined, entries: [] });
  for (const { key, value } of cores) {
    found.set(key.slice(CORE_PREFIX.length), { core: value as StoredCore, entries: [] });
  }
  for (const { key, value } of entries) {
    const slash = key.indexOf('/', ENTRY_PREFIX.length);
    const id = key.slice(ENTRY_PREFIX.length, slash);
    const register = found.get(id) ?? { core: undefined, entries: [] };
    register.entries.push([key.slice(slash + 1), value as StoredEntry]);
    found.set(id, register);
  }
  return [...found].map(([id, register]) => ({ id, ...register, isBad: bad.has(id) }));
}
