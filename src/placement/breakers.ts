import type { NodeId } from '../kernel/ids.js';
import type { LoadVector } from '../kernel/load.js';
import type { Shunned } from '../tasks/placer.js';
import { Tallies, type Tally } from './tallies.js';

export interface BreakerConfig {
  /** Half of the window in which ends are counted, in milliseconds. */
  readonly halfMs: number;
  /** A node of which fewer ends are known is not judged. */
  readonly endsMin: number;
  /** A breaker opens where failures that others would not have had are this part of all ends, or more. */
  readonly blameMin: number;
  /** What fewer ends at other nodes say of a name does not count: one task may fail anywhere. */
  readonly votesMin: number;
  /** How long it stays open before the node is tried again; twice as long after each trial that fails. Milliseconds. */
  readonly openMs: number;
  readonly openMaxMs: number;
  /** Trials that must end well, one after the other, before it closes. */
  readonly trialsMin: number;
  /** Who tries next a node that says itself that it fails is drawn: one of a flock each so many milliseconds, on the mean. */
  readonly turnMs: number;
}

const BREAKER_DEFAULTS: BreakerConfig = {
  halfMs: 10_000,
  endsMin: 10,
  blameMin: 0.5,
  votesMin: 3,
  openMs: 5_000,
  openMaxMs: 60_000,
  trialsMin: 3,
  turnMs: 1_000,
};

/** What it is given to go by. */
export interface BreakerWorld {
  /** Monotonic. */
  readonly nowMs: () => number;
  /** How many nodes the flock has. */
  readonly size: () => number;
  /** Random, 0..1. */
  readonly chance: () => number;
}

/** One that is not closed: open until `untilMs`, half-open from then on. */
interface Breaker {
  /** When it was opened last. */
  sinceMs: number;
  untilMs: number;
  forMs: number;
  /** A task is out whose end decides. */
  isTrying: boolean;
  /** Trials that ended well since it was open last. */
  passed: number;
  /** For what it opened; none where that was the word of the node itself. */
  readonly charges: ReadonlyMap<string, Tally>;
}

/**
 * A circuit breaker for each node (Nygard, Release It!, 2007), of one coordinator: a node that fails what others do gets no more
 * work, but for a trial now and then. A task that fails everywhere is its own fault: what counts against a node is how much more
 * often it fails tasks of a name than others do, each other node having one vote. Where none has run such tasks, it opens; what
 * the others then make of them shows whether it was right, and else it closes at once.
 *
 * A node at which nothing ends well any more says so with its load, and is believed, unless half of the others say it too. By
 * that word coordinators that have not tried it need not, those that have take turns with trials, and when it is taken back all
 * give it work again.
 */
export class Breakers {
  readonly #tallies: Tallies;
  readonly #breakers = new Map<NodeId, Breaker>();
  /** Nodes that say that they fail, and of how many jobs in a row. */
  readonly #failing = new Map<NodeId, number>();

  constructor(
    private readonly world: BreakerWorld,
    private readonly config: BreakerConfig = BREAKER_DEFAULTS,
  ) {
    this.#tallies = new Tallies(config.halfMs);
  }

  /** Those that are not closed. */
  get size(): number {
    return this.#breakers.size;
  }

  list(): Shunned[] {
    const nowMs = this.world.nowMs();
    return Array.from(this.#breakers, ([node, { untilMs, charges }]) => {
      const failed = this.#failing.get(node) ?? 0;
      const ends = charges.size > 0 ? sumOf(charges) : { ended: failed, failed };
      return { node, ...ends, ...(untilMs > nowMs ? { forMs: untilMs - nowMs } : {}) };
    });
  }

  /** Whether a node's breaker is closed: anybody may give it work. */
  isClosed(node: NodeId): boolean {
    return !this.#breakers.has(node);
  }

  /** Whether it may be given a task: its breaker is closed, or half-open with no trial out. */
  lets(node: NodeId): boolean {
    const breaker = this.#breakers.get(node);
    return breaker === undefined || breaker.untilMs <= this.world.nowMs();
  }

  /** Nodes that may not be given anything now. */
  *shut(): Iterable<NodeId> {
    if (this.#breakers.size === 0) return;
    for (const node of this.#breakers.keys()) if (!this.lets(node)) yield node;
  }

  /** A node is to be given one task. Where its breaker is half-open that is the trial, and the only one for a while. */
  picked(node: NodeId): void {
    const breaker = this.#breakers.get(node);
    const nowMs = this.world.nowMs();
    if (!breaker || breaker.untilMs > nowMs) return;
    breaker.isTrying = true;
    breaker.untilMs = nowMs + breaker.forMs;
  }

  ended(node: NodeId, name: string, isFailure: boolean): void {
    this.#tallies.note(node, name, isFailure, this.world.nowMs());
    const breaker = this.#breakers.get(node);
    if (breaker) this.#tried(node, breaker, name, isFailure);
    if (!isFailure) return;
    if (!breaker) this.#judge(node);
    this.#acquit(node, name);
  }

  /** A node has said something of its load that is news. */
  heard({ node, failing }: Pick<LoadVector, 'node' | 'failing'>): void {
    const before = this.#failing.get(node);
    if (failing === before) return;
    const breaker = this.#breakers.get(node);
    if (failing === undefined) {
      this.#failing.delete(node);
      if (breaker) this.#works(node, breaker);
      return;
    }
    this.#failing.set(node, failing);
    if (!breaker) this.#believe(node);
    else if (failing > (before ?? 0)) this.#triedElsewhere(node, breaker);
    this.#doubtWords();
  }

  /** It has started anew, or is gone. */
  forget(node: NodeId): void {
    this.#failing.delete(node);
    this.#close(node);
  }

  #close(node: NodeId): void {
    this.#breakers.delete(node);
    this.#tallies.forget(node);
  }

  #judge(node: NodeId): void {
    const charges = this.#tallies.of(node, this.world.nowMs());
    const { ended, failed } = sumOf(charges);
    const { endsMin, blameMin } = this.config;
    if (ended < endsMin || failed < blameMin * ended || this.#blame(node, charges) < blameMin) return;
    this.#open(node, charges);
  }

  #open(node: NodeId, charges: ReadonlyMap<string, Tally>): void {
    const breaker = { sinceMs: 0, untilMs: 0, forMs: this.config.openMs, isTrying: false, passed: 0, charges };
    this.#breakers.set(node, breaker);
    this.#pause(node, breaker);
  }

  /** Where all know that a node fails, all wait for as long, and then for their turn: one trial tells all of them. */
  #pause(node: NodeId, breaker: Breaker): void {
    const turnsMs = this.#failing.has(node) ? this.config.turnMs * (this.world.size() - 1) : 0;
    breaker.sinceMs = this.world.nowMs();
    breaker.untilMs = breaker.sinceMs + breaker.forMs + turnsMs * this.world.chance();
  }

  /** It fails still: it is left alone for longer. */
  #openAgain(node: NodeId, breaker: Breaker): void {
    breaker.passed = 0;
    const { openMs, openMaxMs } = this.config;
    // A trial of one is one for all: among many each has few, however soon there is the next.
    const mostMs = this.#failing.has(node) ? (2 * openMaxMs) / Math.max(2, this.world.size()) : openMaxMs;
    breaker.forMs = Math.max(openMs, Math.min(2 * breaker.forMs, mostMs));
    this.#pause(node, breaker);
  }

  /** Others fail such tasks as well: whoever is shunned for them need not be to blame. */
  #acquit(other: NodeId, name: string): void {
    for (const [node, { charges }] of this.#breakers) {
      if (node === other || !charges.has(name)) continue;
      if (this.#blame(node, charges) < this.config.blameMin) this.#breakers.delete(node);
    }
  }

  #tried(node: NodeId, breaker: Breaker, name: string, isFailure: boolean): void {
    if (!breaker.isTrying) return;
    breaker.isTrying = false;
    if (!isFailure) {
      breaker.passed += 1;
      breaker.untilMs = this.world.nowMs();
      if (breaker.passed >= this.config.trialsMin) this.#close(node);
    } else if (1 - this.#ratioElsewhere(node, name) < this.config.blameMin) breaker.untilMs = this.world.nowMs();
    else this.#openAgain(node, breaker);
  }

  /** Its word alone opens, for those who have not seen how it does. */
  #believe(node: NodeId): void {
    if (this.#blameByWord(node) >= this.config.blameMin) this.#open(node, new Map());
  }

  /** It failed once more: at the trial of somebody else, if it was left alone for as long as it was to be. */
  #triedElsewhere(node: NodeId, breaker: Breaker): void {
    if (!breaker.isTrying && this.world.nowMs() >= breaker.sinceMs + breaker.forMs) this.#openAgain(node, breaker);
  }

  /** Something has ended well there: who only had its word takes that back, who has seen it fail tries it. */
  #works(node: NodeId, breaker: Breaker): void {
    if (breaker.charges.size === 0) this.#close(node);
    else if (!breaker.isTrying) breaker.untilMs = Math.min(breaker.untilMs, this.world.nowMs());
  }

  /** Where so many fail it is what they are given. */
  #doubtWords(): void {
    for (const [node, { charges }] of this.#breakers) {
      if (charges.size === 0 && this.#blameByWord(node) < this.config.blameMin) this.#close(node);
    }
  }

  /** The part of the others that do not say the same, 0..1; 0 where there are none. */
  #blameByWord(node: NodeId): number {
    const others = this.world.size() - 1;
    return others < 1 ? 0 : 1 - (this.#failing.size - (this.#failing.has(node) ? 1 : 0)) / others;
  }

  /** Failures that other nodes would not have had, as a part of all ends, 0..1. */
  #blame(node: NodeId, charges: ReadonlyMap<string, Tally>): number {
    let own = 0;
    for (const [name, { failed }] of charges) if (failed > 0) own += failed * (1 - this.#ratioElsewhere(node, name));
    return own / sumOf(charges).ended;
  }

  /** How often tasks of a name fail at other nodes, 0..1: the mean of these nodes, or 0 where they have run too few. */
  #ratioElsewhere(node: NodeId, name: string): number {
    let [ratios, nodes, ends] = [0, 0, 0];
    for (const [other, { ended, failed }] of this.#tallies.ofName(name, this.world.nowMs())) {
      if (other === node) continue;
      ratios += failed / ended;
      nodes += 1;
      ends += ended;
    }
    return ends < this.config.votesMin ? 0 : ratios / nodes;
  }
}

function sumOf(charges: ReadonlyMap<string, Tally>): Tally {
  let [ended, failed] = [0, 0];
  for (const tally of charges.values()) {
    ended += tally.ended;
    failed += tally.failed;
  }
  return { ended, failed };
}
