import type { NodeId } from '../kernel/ids.js';
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
}

const BREAKER_DEFAULTS: BreakerConfig = {
  halfMs: 10_000,
  endsMin: 10,
  blameMin: 0.5,
  votesMin: 3,
  openMs: 5_000,
  openMaxMs: 60_000,
  trialsMin: 3,
};

/** One that is not closed: open until `untilMs`, half-open from then on. */
interface Breaker {
  untilMs: number;
  forMs: number;
  /** A task is out whose end decides. */
  isTrying: boolean;
  /** Trials that ended well since it was open last. */
  passed: number;
  /** For what it opened. */
  readonly charges: ReadonlyMap<string, Tally>;
}

/**
 * A circuit breaker for each node (Nygard, Release It!, 2007), of one coordinator: a node that fails what others do gets no more
 * work, but for a trial now and then. A task that fails everywhere is its own fault: what counts against a node is how much more
 * often it fails tasks of a name than others do, each other node having one vote. Where none has run such tasks, it opens; what
 * the others then make of them shows whether it was right, and else it closes at once.
 */
export class Breakers {
  readonly #tallies: Tallies;
  readonly #breakers = new Map<NodeId, Breaker>();

  /** @param nowMs - monotonic */
  constructor(
    private readonly nowMs: () => number,
    private readonly config: BreakerConfig = BREAKER_DEFAULTS,
  ) {
    this.#tallies = new Tallies(config.halfMs);
  }

  /** Those that are not closed. */
  get size(): number {
    return this.#breakers.size;
  }

  list(): Shunned[] {
    const nowMs = this.nowMs();
    return Array.from(this.#breakers, ([node, { untilMs, charges }]) => {
      return { node, ...sumOf(charges), ...(untilMs > nowMs ? { forMs: untilMs - nowMs } : {}) };
    });
  }

  /** Whether a node's breaker is closed: anybody may give it work. */
  isClosed(node: NodeId): boolean {
    return !this.#breakers.has(node);
  }

  /** Whether it may be given a task: its breaker is closed, or half-open with no trial out. */
  lets(node: NodeId): boolean {
    const breaker = this.#breakers.get(node);
    return breaker === undefined || breaker.untilMs <= this.nowMs();
  }

  /** Nodes that may not be given anything now. */
  *shut(): Iterable<NodeId> {
    if (this.#breakers.size === 0) return;
    for (const node of this.#breakers.keys()) if (!this.lets(node)) yield node;
  }

  /** A node is to be given one task. Where its breaker is half-open that is the trial, and the only one for a while. */
  picked(node: NodeId): void {
    const breaker = this.#breakers.get(node);
    const nowMs = this.nowMs();
    if (!breaker || breaker.untilMs > nowMs) return;
    breaker.isTrying = true;
    breaker.untilMs = nowMs + breaker.forMs;
  }

  ended(node: NodeId, name: string, isFailure: boolean): void {
    const nowMs = this.nowMs();
    this.#tallies.note(node, name, isFailure, nowMs);
    const breaker = this.#breakers.get(node);
    if (breaker) this.#tried(node, breaker, name, isFailure);
    if (!isFailure) return;
    if (!breaker) this.#judge(node);
    this.#acquit(node, name);
  }

  /** It has started anew, or is gone. */
  forget(node: NodeId): void {
    this.#breakers.delete(node);
    this.#tallies.forget(node);
  }

  #judge(node: NodeId): void {
    const nowMs = this.nowMs();
    const charges = this.#tallies.of(node, nowMs);
    const { ended, failed } = sumOf(charges);
    const { endsMin, blameMin, openMs } = this.config;
    if (ended < endsMin || failed < blameMin * ended || this.#blame(node, charges) < blameMin) return;
    this.#breakers.set(node, { untilMs: nowMs + openMs, forMs: openMs, isTrying: false, passed: 0, charges });
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
    const nowMs = this.nowMs();
    if (!isFailure) {
      breaker.passed += 1;
      breaker.untilMs = nowMs;
      if (breaker.passed >= this.config.trialsMin) this.forget(node);
    } else if (1 - this.#ratioElsewhere(node, name) < this.config.blameMin) breaker.untilMs = nowMs;
    else {
      breaker.passed = 0;
      breaker.forMs = Math.min(2 * breaker.forMs, this.config.openMaxMs);
      breaker.untilMs = nowMs + breaker.forMs;
    }
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
    for (const [other, { ended, failed }] of this.#tallies.ofName(name, this.nowMs())) {
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
