import type { NodeId } from '../../src/kernel/ids.js';
import { excused, judge } from '../checks/all.js';
import type { Finding } from '../checks/finding.js';
import { Injector } from '../faults/injector.js';
import { Tap, type Truth } from '../history/tap.js';
import { Flock } from '../world/flock.js';
import type { ZoneLatency } from '../world/network-latency.js';
import { Clients } from './clients.js';
import { disciplineOf } from './draw-discipline.js';
import { Healing } from './healing.js';
import { historyMarks } from './marks-history.js';
import { MessageMarks } from './marks-messages.js';
import { NodeMarks } from './marks-nodes.js';
import { playSequel } from './sequel.js';
import type { Mark } from './sometimes.js';
import type { Story } from './story.js';

/** What a story came to. */
export interface Verdict {
  readonly seed: number;
  readonly ok: boolean;
  /** In the order of time. */
  readonly findings: readonly Finding[];
  /** The same for the same story, always and everywhere. */
  readonly traceHash: string;
  readonly sometimes: readonly Mark[];
  /** Events given to cores. */
  readonly steps: number;
  readonly virtualMs: number;
}

/** By then each has stored who they are: a first node that forgot would think itself alone, and take jobs for itself. */
const STORED_MS = 2_000;
/** Between two looks at all nodes. */
const LOOK_MS = 1_000;
/** A look in so many also has the cores check themselves. */
const VALIDATE_EVERY = 3;

/** Safety while faults happen, then, with all healed, liveness. Throws nothing: what breaks is a finding. */
export function runStory(story: Story): Verdict {
  const { seed, machines, forMs } = story;
  const reached = new Set<Mark>();
  const findings: Finding[] = [];
  let letGo: (() => void) | undefined;
  const flock = new Flock({
    seed,
    machineOf: (index) => ({ ...machines[index % machines.length], ...disciplineOf(seed, index) }),
    zoneLatency: zonesApart(story),
    ...(story.lostAfterMs === undefined ? {} : { lostAfterMs: story.lostAfterMs }),
    admission: story.admission,
  });
  try {
    const marks = new NodeMarks(flock, (mark) => reached.add(mark));
    watch(flock, reached, marks);
    noteArrivals(flock, machines.length);
    flock.onDeath((node, death) => {
      if (death === 'left') noteDeparture(flock, node);
    });
    for (let i = 0; i < machines.length; i++) flock.start(`n${i}`);
    const healing = new Healing(flock, story, findings);
    healing.within('forms', 60_000, 'the flock forms', () => flock.isWhole());
    flock.world.run(STORED_MS);
    const clients = new Clients(flock, story);
    const injector = new Injector(flock);
    letGo = () => injector.letGo();
    injector.schedule(story.faults);
    for (const { atMs, node } of story.losses) flock.world.after(atMs, () => flock.keepAway(`n${node}`));
    clients.begin();
    for (let look = 0; look * LOOK_MS < forMs; look++) {
      flock.world.run(Math.min(LOOK_MS, forMs - look * LOOK_MS));
      sample(flock);
      marks.look();
      if (look % VALIDATE_EVERY === 0) validate(flock);
    }
    injector.healAll();
    healing.demand(clients, () => {
      sample(flock);
      marks.look();
      validate(flock);
    });
  } catch (error) {
    findings.push({ invariant: 'no-crash', message: textOf(error), atMs: flock.world.nowMs });
  }
  findings.push(...judge(flock.history));
  for (const mark of historyMarks(flock.history, machines.length)) reached.add(mark);
  const isSound = findings.length === 0 && excused(flock.history).size === 0;
  letGo?.();
  if (isSound && story.sequel.length > 0) playSequel(flock, story.sequel, seed, findings);
  return {
    ...{ seed, ok: findings.length === 0, findings: findings.sort((a, b) => a.atMs - b.atMs) },
    ...{ traceHash: flock.traceHash, sometimes: [...reached].sort(), steps: flock.trace.events },
    virtualMs: flock.world.nowMs,
  };
}

function watch(flock: Flock, reached: Set<Mark>, nodes: NodeMarks): void {
  const tap = new Tap(
    flock.history,
    (node) => truthAt(flock, node),
    (node) => cpusAt(flock, node),
    (node, by) => isGone(flock, node, by),
  );
  const messages = new MessageMarks((mark) => reached.add(mark));
  flock.history.watcher = (node, event, effects, atMs) => {
    tap.watch(node, event, effects, atMs);
    messages.step(node, event, effects);
    if (event.kind === 'start') nodes.started(node);
  };
}

/** @param begun - so many nodes, n0 and on, are the flock that there is at first */
function noteArrivals(flock: Flock, begun: number): void {
  const known = new Set(Array.from({ length: begun }, (_, i) => `n${i}`));
  const { history, world } = flock;
  const watcher = history.watcher;
  history.watcher = (node, event, effects, atMs) => {
    watcher?.(node, event, effects, atMs);
    if (event.kind !== 'start' || known.has(node)) return;
    known.add(node);
    history.arrivals.push({ node, atMs: world.nowMs });
  };
}

function noteDeparture(flock: Flock, node: NodeId): void {
  const { history, world } = flock;
  // What was damaged it does not know, and cannot hand over.
  const kept = flock.disk(node).hasLied ? [] : history.durables.sets.keptBy(node);
  history.departures.push({ node, atMs: world.nowMs, kept, told: flock.node(node).recordsLeft });
}

/** That the node has in all. */
function cpusAt(flock: Flock, node: NodeId): number {
  return flock.node(node).core.membership.self.profile.capacity.cpus;
}

/** Whether `by` believes that the node is dead or has left. */
function isGone(flock: Flock, node: NodeId, by: NodeId): boolean {
  const member = flock.node(by).core.membership.members.get(node);
  return member?.state === 'dead' || member?.state === 'left';
}

function truthAt(flock: Flock, node: NodeId): Truth {
  let total = 0;
  for (const { core } of flock.up) {
    const { running = 0, queued = 0, waiting = 0, offered = 0 } = core.stats();
    total += running + queued + waiting + offered;
  }
  const { members, self } = flock.node(node).core.membership;
  let cpus = 0;
  for (const { state, draining, profile } of members.values()) {
    if ((state === 'alive' || state === 'suspect') && !draining) cpus += profile.capacity.cpus;
  }
  return { total, share: cpus === 0 ? 1 : Math.min(1, self.profile.capacity.cpus / cpus) };
}

function sample({ up, history, world }: Flock): void {
  for (const { id, core } of up) history.samples.push({ atMs: world.nowMs, node: id, stats: core.stats() });
}

/** A slow node may not have come to its start yet. */
function validate({ up }: Flock): void {
  for (const { core, steps } of up) if (steps > 0) core.validate();
}

function zonesApart({ machines, zonesApartMs }: Story): ZoneLatency {
  const zones = [...new Set(machines.map(({ zone }) => zone))].sort();
  const pairs = zones.flatMap((a) => zones.filter((b) => a < b).map((b) => `${a} ${b}`));
  return Object.fromEntries(
    pairs.map((pair) => [pair, { kind: 'uniform', lowMs: zonesApartMs, highMs: 1.2 * zonesApartMs }]),
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error);
}
