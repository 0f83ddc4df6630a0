import type { Put } from '../../src/kernel/effects.js';
import type { NodeId } from '../../src/kernel/ids.js';
import type { Head, RegisterId } from '../../src/tasks/register/head.js';
import { majorityOf, type ReplicaSet } from '../../src/tasks/register/replica-set.js';
import { CORE_PREFIX, ENTRY_PREFIX, type StoredCore, type StoredEntry } from '../../src/tasks/register/stored.js';
import type { Version } from '../../src/tasks/register/version.js';

/** A key with its value, if that is there and can be read. */
type Kept = Pick<Put, 'key'> & { readonly value?: unknown };

/** An entry of a register as it came on a disk. */
export interface EntryPut extends StoredEntry {
  readonly register: RegisterId;
  readonly key: string;
}

/** What a disk was given of a register's entry; undefined for any other key, and where something is taken away. */
export function entryIn({ key, value }: Kept): EntryPut | undefined {
  if (value === undefined || !key.startsWith(ENTRY_PREFIX)) return undefined;
  const slash = key.indexOf('/', ENTRY_PREFIX.length);
  return {
    register: key.slice(ENTRY_PREFIX.length, slash),
    key: key.slice(slash + 1),
    ...(value as StoredEntry),
  };
}

/** What a disk was given of a register apart from its entries. */
export function coreIn({ key, value }: Kept): { readonly register: RegisterId; readonly core: StoredCore } | undefined {
  if (value === undefined || !key.startsWith(CORE_PREFIX)) return undefined;
  return { register: key.slice(CORE_PREFIX.length), core: value as StoredCore };
}

/** The sets that hold a register, by generation, told by the heads on disks: two of one generation are two registers. */
export class ReplicaSets {
  readonly #known = new Map<RegisterId, Map<number, ReplicaSet[]>>();
  /** By the heads on disks, where somebody tells of them. */
  readonly #named = new Map<RegisterId, Map<NodeId, string>>();
  /** Disks on which a stub stands in place of what they had of a register. */
  readonly #stubs = new Map<RegisterId, Set<NodeId>>();

  /** @returns whether that is news */
  note(register: RegisterId, { generation, set }: Head): boolean {
    const generations = this.#known.get(register) ?? new Map<number, ReplicaSet[]>();
    this.#known.set(register, generations);
    const sets = generations.get(generation) ?? [];
    generations.set(generation, sets);
    if (sets.some((known) => known.join() === set.join())) return false;
    sets.push(set);
    return true;
  }

  /** Which of them the head on one disk names. @returns whether that is news */
  name(node: NodeId, register: RegisterId, { set }: Head): boolean {
    const named = this.#named.get(register) ?? new Map<NodeId, string>();
    this.#named.set(register, named);
    const isNews = named.get(node) !== set.join();
    named.set(node, set.join());
    this.#stubs.get(register)?.delete(node);
    return isNews;
  }

  /** One disk only says any more where the register is. */
  stub(node: NodeId, register: RegisterId): void {
    const stubs = this.#stubs.get(register) ?? new Set<NodeId>();
    this.#stubs.set(register, stubs.add(node));
  }

  /** Every set that a register has had, from the first on. */
  of(register: RegisterId): { readonly generation: number; readonly set: ReplicaSet }[] {
    const generations = [...(this.#known.get(register) ?? [])].sort(([a], [b]) => a - b);
    return generations.flatMap(([generation, sets]) => sets.map((set) => ({ generation, set })));
  }

  /** Registers of which this node's disk names the last set, with the node in it, and a majority of that set the same. */
  keptBy(node: NodeId): RegisterId[] {
    return [...this.#named].flatMap(([register, named]) => {
      if (this.#stubs.get(register)?.has(node) === true) return [];
      const last = Math.max(...(this.#known.get(register)?.keys() ?? []));
      const set = this.#known
        .get(register)
        ?.get(last)
        ?.find((each) => each.join() === named.get(node));
      const agreeing = set?.filter((member) => named.get(member) === set.join()) ?? [];
      return set?.includes(node) === true && agreeing.length >= majorityOf(set) ? [register] : [];
    });
  }

  /** The set of this generation of which these nodes are a majority. Of two that overlap it is the one that their heads name. */
  ruledBy(register: RegisterId, { generation }: Version, nodes: ReadonlySet<NodeId>): ReplicaSet | undefined {
    const sets = this.#known.get(register)?.get(generation) ?? [];
    const named = this.#named.get(register);
    const isOf = (set: ReplicaSet) => (node: NodeId) =>
      nodes.has(node) && (sets.length === 1 || named?.get(node) === set.join());
    return sets.find((set) => set.filter(isOf(set)).length >= majorityOf(set));
  }
}

export interface Chosen<T> {
  readonly what: T;
  /** Of whose disks a majority has it. */
  readonly set: ReplicaSet;
}

interface Held<T> {
  readonly nodes: Set<NodeId>;
  readonly version: Version;
  readonly what: T;
}

/** Tells when one version of an entry has come to a majority's disks: from then on it is chosen, whoever dies. */
export class Majorities<T> {
  readonly #held = new Map<RegisterId, Map<string, Held<T>>>();

  constructor(private readonly sets: ReplicaSets) {}

  /** @returns what is chosen by that */
  put(node: NodeId, { register, key, version }: EntryPut, what: T): Chosen<T> | undefined {
    const name = `${key} ${version.generation} ${version.n} ${version.node} ${version.seq}`;
    const entries = this.#held.get(register) ?? new Map<string, Held<T>>();
    this.#held.set(register, entries);
    const held = entries.get(name) ?? { nodes: new Set<NodeId>(), version, what };
    entries.set(name, held);
    held.nodes.add(node);
    return this.#chosen(register, name);
  }

  /** The set of a register has become known. */
  recount(register: RegisterId): Chosen<T>[] {
    const names = [...(this.#held.get(register)?.keys() ?? [])];
    return names.flatMap((name) => this.#chosen(register, name) ?? []);
  }

  /** What comes to further disks is no news. */
  #chosen(register: RegisterId, name: string): Chosen<T> | undefined {
    const entries = this.#held.get(register);
    const held = entries?.get(name);
    const set = held && this.sets.ruledBy(register, held.version, held.nodes);
    if (!set) return undefined;
    entries?.delete(name);
    return { what: held.what, set };
  }
}
