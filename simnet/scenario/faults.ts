import type { Fault, TimedFault } from '../faults/fault.js';
import { readPart, readDuration, shown, wrong, type Section } from '../../src/toml/section.js';
import type { Selector } from './nodes.js';

/** What a fault is read with. */
interface Scene {
  readonly select: Selector;
  /** How long something lasts that names no end: as long as tasks come. */
  readonly wholeMs: number;
}

type Reader = (fault: Section, scene: Scene) => readonly Fault[];

const DOWN_MS = 10_000;
const FACTOR = { min: 1, max: 10_000, like: 10 };

/** Each kind of `[[faults]]` with its own keys, besides `kind` and `at`. */
const READERS = {
  crash: (fault, scene) => {
    const isDark = fault.boolean('dark') ?? false;
    const downMs = fault.duration('for') ?? DOWN_MS;
    return each(fault, scene, (node) => ({ kind: 'crash', node, downMs, isDark }));
  },
  'power-loss': (fault) => [{ kind: 'power-loss', downMs: fault.duration('for') ?? DOWN_MS }],
  pause: (fault, scene) => {
    const forMs = lasting(fault, scene);
    return each(fault, scene, (node) => ({ kind: 'pause', node, forMs }));
  },
  'slow-cpu': (fault, scene) => {
    const factor = fault.number('factor', FACTOR) ?? 10;
    const forMs = lasting(fault, scene);
    return each(fault, scene, (node) => ({ kind: 'slow-cpu', node, factor, forMs }));
  },
  'fails-all': (fault, scene) => {
    const forMs = lasting(fault, scene);
    return each(fault, scene, (node) => ({ kind: 'fails-all', node, forMs }));
  },
  'slow-fsync': (fault, scene) => {
    const writeMs = fault.duration('write') ?? 100;
    const forMs = lasting(fault, scene);
    return each(fault, scene, (node) => ({ kind: 'slow-fsync', node, writeMs, forMs }));
  },
  'failing-fsync': (fault, scene) => {
    const forMs = lasting(fault, scene);
    return each(fault, scene, (node) => ({ kind: 'failing-fsync', node, forMs }));
  },
  'disk-full': (fault, scene) => {
    const forMs = lasting(fault, scene);
    return each(fault, scene, (node) => ({ kind: 'disk-full', node, forMs }));
  },
  'clock-skew': (fault, scene) => {
    const byMs = fault.duration('by') ?? 5_000;
    const forMs = lasting(fault, scene);
    return each(fault, scene, (node) => ({ kind: 'clock-skew', node, byMs, forMs }));
  },
  split: (fault, { select, wholeMs }) => {
    const sides = fault.read('sides', (value) => readSides(value, select)) ?? select.parts(2);
    return [{ kind: 'split', sides, forMs: fault.duration('for') ?? wholeMs }];
  },
  'one-way': (fault, { select, wholeMs }) => {
    const [from, to] = [needed(fault, 'from', select), needed(fault, 'to', select)];
    return [{ kind: 'one-way', from, to, forMs: fault.duration('for') ?? wholeMs }];
  },
  loss: (fault, scene) => [rate('loss', fault, scene)],
  'packet-loss': (fault, scene) => [rate('packet-loss', fault, scene)],
  duplicate: (fault, scene) => [rate('duplicate', fault, scene)],
  reorder: (fault, scene) => [rate('reorder', fault, scene)],
  corrupt: (fault, scene) => [rate('corrupt', fault, scene)],
  join: (fault, { select }) => {
    const nodes = fault.read('nodes', (value) => select.amount(value));
    if (nodes === undefined) throw fault.missing('nodes', 'how many join: 10, or "100%" to double');
    return [{ kind: 'join', nodes }];
  },
  leave: (fault, scene) => each(fault, scene, (node) => ({ kind: 'leave', node })),
  churn: (fault, { select, wholeMs }) => {
    const perMin = fault.read('rate', (value) => readChurn(value, select.count));
    if (perMin === undefined) throw fault.missing('rate', 'write rate = "5%/min"');
    return [
      { kind: 'churn', perMin, forMs: fault.duration('for') ?? wholeMs, downMs: fault.duration('down') ?? DOWN_MS },
    ];
  },
  'rolling-restart': (fault) => {
    const everyMs = fault.duration('every') ?? 5_000;
    return [{ kind: 'rolling-restart', everyMs, downMs: fault.duration('down') ?? 2_000 }];
  },
} satisfies Readonly<Record<string, Reader>>;

type Kind = keyof typeof READERS;

/** `[[faults]]`, and their short forms `churn` and `partition`, in the order of time. */
export function readFaults(scenario: Section, scene: Scene): TimedFault[] {
  const listed = scenario.sections('faults').flatMap((section) => readFault(section, scene));
  const { select, wholeMs } = scene;
  const downMs = scenario.duration('churn-down') ?? DOWN_MS;
  const perMin = scenario.read('churn', (value) => readChurn(value, select.count)) ?? 0;
  const churn: Fault = { kind: 'churn', perMin, forMs: wholeMs, downMs };
  const partitions = scenario.several('partition', (value) => readPartition(value, select));
  return [...listed, ...(perMin > 0 ? [{ atMs: 0, fault: churn }] : []), ...partitions].sort((a, b) => a.atMs - b.atMs);
}

function readFault(section: Section, scene: Scene): TimedFault[] {
  const kinds = Object.keys(READERS) as Kind[];
  const kind = section.oneOf('kind', 'fault', kinds);
  if (kind === undefined) throw section.missing('kind', `there is ${kinds.join(', ')}`);
  const atMs = section.duration('at', { mayBeZero: true }) ?? 0;
  const faults = READERS[kind](section, scene);
  section.end();
  return faults.map((fault) => ({ atMs, fault }));
}

function each(section: Section, { select }: Scene, make: (node: string) => Fault): Fault[] {
  return needed(section, 'nodes', select).map(make);
}

function needed(section: Section, key: string, select: Selector): string[] {
  const nodes = section.read(key, select.read);
  if (nodes === undefined) throw section.missing(key, 'which: 3, "25%", "all", "n3", "n0-n9" or "zone:NAME"');
  return nodes;
}

function lasting(section: Section, { wholeMs }: Scene): number {
  return section.duration('for') ?? wholeMs;
}

function rate(
  kind: 'loss' | 'packet-loss' | 'duplicate' | 'reorder' | 'corrupt',
  section: Section,
  scene: Scene,
): Fault {
  const part = section.part('rate');
  if (part === undefined) throw section.missing('rate', 'write rate = "5%"');
  return { kind, rate: part, forMs: lasting(section, scene) };
}

/** A number of equal parts, or who stands on each side; who is on none makes one more. */
function readSides(value: unknown, select: Selector): string[][] {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 2) return select.parts(value);
    throw wrong(`${value} sides`, 'two or more');
  }
  if (!Array.isArray(value)) return [select.read(value)];
  const sides = value.map((side) => select.read(side));
  const twice = sides.flat().find((id, i, all) => all.indexOf(id) !== i);
  if (twice === undefined) return sides;
  throw wrong(`${twice} is on two sides`, 'name a node once');
}

/** `5%/min` of the nodes, or `3/min`; also of an hour or a second. */
function readChurn(value: unknown, nodes: number): number {
  const [, amount, percent, unit] = /^(\d+(?:\.\d+)?)(%)?\/(s|min|h)$/.exec(String(value)) ?? [];
  const perMinute = { s: 60, min: 1, h: 1 / 60 }[unit ?? ''];
  if (perMinute === undefined) throw wrong(`${shown(value)} is not a rate of crashes`, 'write "5%/min" or "3/min"');
  const perMin = Number(amount) * perMinute * (percent === undefined ? 1 : nodes / 100);
  if (perMin <= 60 * nodes) return perMin;
  throw wrong(`${shown(value)} is more than a crash a second of each node`, 'write "5%/min" or "3/min"');
}

/**
 * `WHAT@WHEN+HOW LONG`: `split@30s+20s` halves the flock, `split:3@…` makes three sides, `split:10%@…` takes a tenth off,
 * and with a choice of nodes, `zone:edge@…`, those are cut off.
 */
function readPartition(value: unknown, select: Selector): TimedFault {
  const [, what, at, forText] = /^(.+)@([^+]+)\+(.+)$/.exec(String(value)) ?? [];
  if (what === undefined || at === undefined || forText === undefined) {
    throw wrong(`${shown(value)} is not a partition`, 'write "split@30s+20s": what, when, for how long');
  }
  const fault: Fault = { kind: 'split', sides: sidesOf(what, select), forMs: readDuration(forText) };
  return { atMs: readDuration(at, true), fault };
}

function sidesOf(what: string, select: Selector): string[][] {
  const [, , into] = /^split(:(.+))?$/.exec(what) ?? [];
  if (what === 'split') return select.parts(2);
  if (into === undefined) return [select.read(what)];
  if (/^\d+$/.test(into)) return readSides(Number(into), select);
  if (into.endsWith('%') && readPart(into) > 0) return [select.read(into)];
  throw wrong(`'${what}' does not split`, 'write split, split:3, split:10%, or nodes as in zone:NAME');
}
