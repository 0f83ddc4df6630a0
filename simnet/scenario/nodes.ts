import type { Prng } from '../../src/kernel/prng.js';
import { readPart, shown, wrong, type Section } from '../../src/toml/section.js';

/** One machine. Its id is `n` and its place in the list. */
export interface NodeSpec {
  readonly cpus: number;
  /** A task of 1 s takes 1 s / speed. */
  readonly speed: number;
  readonly zone: string;
  /** `cost` and `energy` of its group, where they are given. */
  readonly labels?: Readonly<Record<string, string>>;
}

interface Group extends NodeSpec {
  readonly share: number;
}

const NODES_MAX = 20_000;
const CPUS = { min: 0.001, max: 100_000, like: 2 };
const AMOUNT = { min: 0, max: 1e6, like: 1 };
const SPEED = { min: 0.001, max: 1_000, like: 1 };

/** The machines: `nodes` of them, all alike, dealt to `zones`, or to `[[groups]]` by their shares. */
export function readNodes(scenario: Section): NodeSpec[] {
  const n = scenario.number('nodes', { min: 1, max: NODES_MAX, isWhole: true, like: 20 }) ?? 20;
  const cpus = scenario.number('cpus', CPUS) ?? 2;
  const speed = scenario.number('speed', SPEED) ?? 1;
  const zones = scenario.several('zones', readZone);
  const groups = scenario.sections('groups').map((group) => readGroup(group, { cpus, speed, zone: '' }));
  if (zones.length > 0 && groups.length > 0)
    throw scenario.error('zones', 'groups have zones of their own', 'keep one');
  if (groups.length > 0) return dealt(n, groups);
  return dealt(
    n,
    zones.length > 0 ? zones.map((zone) => ({ share: 1, cpus, speed, zone })) : [{ share: 1, cpus, speed, zone: '' }],
  );
}

function readZone(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(value)) return value;
  throw wrong(`${shown(value)} is not the name of a zone`, 'letters, digits and -');
}

function readGroup(group: Section, others: NodeSpec): Group {
  const share = group.number('share', { min: 0.000001, max: 1e6, like: 1 }) ?? 1;
  const cpus = group.number('cpus', CPUS) ?? others.cpus;
  const speed = group.number('speed', SPEED) ?? others.speed;
  const zone = group.read('zone', readZone) ?? others.zone;
  const amounts = { cost: group.number('cost', AMOUNT), energy: group.number('energy', AMOUNT) };
  group.end();
  const labels = Object.entries(amounts).flatMap(([name, n]) => (n === undefined ? [] : [[name, String(n)] as const]));
  return { share, cpus, speed, zone, ...(labels.length > 0 ? { labels: Object.fromEntries(labels) } : {}) };
}

/** Groups stand one after the other, each as large as its share. */
function dealt(n: number, groups: readonly Group[]): NodeSpec[] {
  const total = groups.reduce((sum, { share }) => sum + share, 0);
  let before = 0;
  return groups.flatMap(({ share, ...spec }) => {
    const from = Math.round((n * before) / total);
    before += share;
    return Array.from({ length: Math.round((n * before) / total) - from }, () => spec);
  });
}

function idOf(index: number): string {
  return `n${index}`;
}

/** Chooses nodes as scenarios name them. */
export class Selector {
  constructor(
    private readonly nodes: readonly NodeSpec[],
    private readonly prng: Prng,
  ) {}

  get count(): number {
    return this.nodes.length;
  }

  /**
   * Some nodes: `3` of them or `"25%"`, drawn by the seed; `"all"`; `"n3"`, `"n0-n9"`; `"zone:edge"`; or a list of these.
   *
   * @throws CoveyError `usage` where there are none such
   */
  readonly read = (value: unknown): string[] => {
    if (Array.isArray(value)) return [...new Set(value.flatMap((one) => this.read(one)))];
    if (typeof value === 'number') return this.#some(value);
    if (typeof value !== 'string') throw wrong(`${shown(value)} names no nodes`, HINT);
    if (value === 'all') return this.nodes.map((_, i) => idOf(i));
    if (value.endsWith('%')) return this.#some(Math.max(1, Math.round(readPart(value) * this.count)));
    if (value.startsWith('zone:')) return this.#inZone(value.slice(5));
    const [, first, last = first] = /^n(\d+)(?:-n(\d+))?$/.exec(value) ?? [];
    if (first === undefined) throw wrong(`${shown(value)} names no nodes`, HINT);
    return this.#run(Number(first), Number(last), value);
  };

  /** How many nodes `10` or `"50%"` are; more than there are too. */
  amount(value: unknown): number {
    const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(value) : null;
    const n = percent ? Math.max(1, Math.round((Number(percent[1]) / 100) * this.count)) : Number(value);
    if (Number.isInteger(n) && n >= 1 && n + this.count <= NODES_MAX) return n;
    throw wrong(`${shown(value)} is no number of nodes`, 'write 10 or "50%"');
  }

  /** Parts of equal size but for the last, which is what remains. */
  parts(n: number): string[][] {
    if (n > this.count) throw wrong(`${n} sides for ${this.count} nodes`, 'a side has at least one node');
    return Array.from({ length: n - 1 }, (_, part) => {
      const [from, to] = [part, part + 1].map((i) => Math.round((this.count * i) / n));
      return this.nodes.flatMap((_, i) => (i >= (from ?? 0) && i < (to ?? 0) ? [idOf(i)] : []));
    });
  }

  #some(n: number): string[] {
    if (!(Number.isInteger(n) && n >= 1)) throw wrong(`${n} names no nodes`, HINT);
    if (n > this.count) throw wrong(`${n} nodes of ${this.count}`, 'name fewer, or have more with nodes');
    const all = this.nodes.map((_, i) => idOf(i));
    return this.prng.sample(all, n);
  }

  #inZone(zone: string): string[] {
    const found = this.nodes.flatMap((node, i) => (node.zone === zone ? [idOf(i)] : []));
    if (found.length > 0) return found;
    const zones = [...new Set(this.nodes.map((node) => node.zone))].filter((name) => name !== '');
    throw wrong(`no node is in zone '${zone}'`, zones.length > 0 ? `there is ${zones.join(', ')}` : 'name zones first');
  }

  #run(first: number, last: number, text: string): string[] {
    if (first > last || last >= this.count) {
      throw wrong(`'${text}' of ${this.count} nodes`, `they are n0 to ${idOf(this.count - 1)}`);
    }
    return Array.from({ length: last - first + 1 }, (_, i) => idOf(first + i));
  }
}

const HINT = 'write 3, "25%", "all", "n3", "n0-n9" or "zone:NAME"';
