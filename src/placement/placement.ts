import type { CostWeights } from '../kernel/cost-weights.js';
import type { NodeId } from '../kernel/ids.js';
import type { BuiltInPolicy } from '../kernel/policies.js';
import type { Prng } from '../kernel/prng.js';
import type { Resources } from '../kernel/resources.js';
import type { Choice, Demand, End, Placer, Shunned } from '../tasks/placer.js';
import type { Breakers } from './breakers.js';
import { PlacesField } from './field.js';
import type { FlockView } from './flock-view.js';
import type { Place } from './place.js';
import { Places } from './places.js';
import { BatchSampling } from './policies/batch-sampling.js';
import { BINPACK } from './policies/binpack.js';
import type { BoundedRing } from './policies/bounded-ring.js';
import { costBy } from './policies/cost.js';
import { LEAST_CONNECTIONS } from './policies/least-connections.js';
import { LEAST_RESPONSE_TIME } from './policies/least-response-time.js';
import { LEAST_LOADED } from './policies/least-loaded.js';
import { MIN_COMPLETION } from './policies/min-completion.js';
import { CUSTOM, customScores, pickScored, type Scorer } from './policies/custom.js';
import { RING_ORDER, type Field, type Measure, type Policy } from './policies/policy.js';
import { RANDOM } from './policies/random.js';
import { RING } from './policies/ring.js';
import { RoundRobin } from './policies/round-robin.js';
import { SPREAD } from './policies/spread.js';
import { TWO_CHOICES } from './policies/two-choices.js';
import { WeightedRoundRobin } from './policies/weighted-round-robin.js';
import { ranked, SHOWN_MAX, type Scored } from './scores.js';

/** Work of a task of which nothing is known, where nothing is known of any other either; what waits is then only counted. */
const UNKNOWN_MS = 1;

/** Those that are out when somebody asks are answered in a moment. */
const NO_OFFERS: ReadonlyMap<NodeId, number> = new Map();

/** What nodes are chosen by. */
export interface Known {
  readonly view: FlockView;
  readonly ring: BoundedRing;
  readonly breakers: Breakers;
  readonly prng: Prng;
  /** How long tasks of a name are expected to run at speed 1, in milliseconds; 0 where nothing is known. */
  workMs(name: string): number;
  /** As measured, in milliseconds; undefined where it was not. */
  roundTripMs(node: NodeId): number | undefined;
  /** Of the policy `cost`. */
  readonly costWeights: CostWeights;
  /** Of the policy `custom`; absent: this node was given none. */
  readonly score?: Scorer | undefined;
  /** Monotonic. */
  nowMs(): number;
}

/** Chooses nodes by the policy that a job names; the bounded ring is the default, and knows what no policy decides. */
export class Placement implements Placer {
  readonly #policies: Readonly<Record<BuiltIn, Policy>>;
  /** Decisions that were to be those of `custom`, and for which there was none. */
  unscored = 0;
  /** Few nodes ever need it. */
  #places: Places | undefined;

  constructor(private readonly known: Known) {
    this.#policies = policiesOf(known);
  }

  choose(demand: Demand): Choice | undefined {
    const choice = this.#choose(demand);
    if (!choice || this.#breakers.isClosed(choice.node)) return choice;
    this.#breakers.picked(choice.node);
    return { ...choice, room: 1 };
  }

  #choose(demand: Demand): Choice | undefined {
    const { policy = 'bounded-ring' } = demand;
    if (policy === 'custom') {
      const field = this.known.score && this.#field(demand);
      const place = this.known.score && field ? pickScored(this.known.score, field, demand) : 'failed';
      if (place !== 'failed') return place && this.#choice(place, demand, field);
      this.unscored += 1;
    } else if (policy !== 'bounded-ring') return this.#pick(this.#policies[policy], demand);
    return this.#ring.choose(demand, this.#breakers);
  }

  #pick(policy: Policy, demand: Demand): Choice | undefined {
    const field = this.#field(demand);
    const place = policy.pick(field);
    if (!place) return undefined;
    policy.picked?.(place, field);
    return this.#choice(place, demand, policy.looksAtLoad ? field : undefined);
  }

  /** How a node would be chosen for such a task. Nothing of later decisions is another for it. */
  scores(task: Pick<Demand, 'key' | 'name' | 'policy' | 'needs'>): Scored {
    const { policy = 'bounded-ring' } = task;
    const demand = { ...task, batch: 1, closed: () => false, offers: NO_OFFERS, seeksSlot: false, isForAny: false };
    if (policy === 'bounded-ring') return this.#orders(task.key);
    const field = this.#field(demand);
    const rank = (measure: Measure, scoreOf: (place: Place) => number) => ({
      ...{ policy, measure, scores: ranked(field, measure, scoreOf) },
    });
    if (policy === 'custom') {
      const scoreOf = this.known.score && customScores(this.known.score, field, demand);
      return scoreOf ? rank(CUSTOM, scoreOf) : this.#orders(task.key);
    }
    const decides = this.#policies[policy];
    const { measure } = decides;
    const scoreOf = decides.scores?.(field);
    return measure && scoreOf ? rank(measure, scoreOf) : { policy, scores: [] };
  }

  /** Of the default, whose score is the order of its walk. */
  #orders(key: string): Scored {
    const walk = this.known.view.ring.preference(key, SHOWN_MAX);
    return { policy: 'bounded-ring', measure: RING_ORDER, scores: walk.map((node, score) => ({ node, score })) };
  }

  /** @param field - where what is believed of loads decides */
  #choice(place: Place, { seeksSlot }: Demand, field: Field | undefined): Choice {
    return { node: place.id, room: 1, startsNow: seeksSlot && field?.starts(place) === true };
  }

  #field(demand: Demand): Field {
    const { view, prng } = this.known;
    this.#places ??= new Places(view, (node) => this.known.roundTripMs(node));
    const makeField = (places: Places, shut: Iterable<NodeId>) =>
      new PlacesField(view, places, demand, shut, prng, this.#workOf(demand), this.nowMs());
    let field = makeField(this.#places, this.#breakers.shut());
    // Where no other node could run it, one that fails is better than none.
    if (this.#breakers.size > 0 && !field.places.some((place) => field.canRun(place)))
      field = makeField(this.#places, []);
    return field;
  }

  nowMs(): number {
    return this.known.nowMs();
  }

  freeSlots(node: NodeId): number {
    return this.#ring.freeSlots(node);
  }

  mayOffer(node: NodeId, needs: Resources): boolean {
    return this.#breakers.isClosed(node) && this.mayPin(node, needs);
  }

  mayPin(node: NodeId, needs: Resources): boolean {
    return this.#ring.mayOffer(node, needs);
  }

  ended({ node, name, isFailure, offeredAtMs }: End): void {
    this.#breakers.ended(node, name, isFailure);
    // A node that fails at once is not quick.
    if (isFailure || offeredAtMs === undefined) return;
    const nowMs = this.nowMs();
    this.#places?.responded(node, nowMs - offeredAtMs, nowMs);
  }

  learntMs(name: string): number {
    return this.known.workMs(name);
  }

  shunned(): readonly Shunned[] {
    return this.#breakers.list();
  }

  bootOf(node: NodeId): number {
    return this.#ring.bootOf(node);
  }

  get #ring(): BoundedRing {
    return this.known.ring;
  }

  get #breakers(): Breakers {
    return this.known.breakers;
  }

  /** What is known of tasks of the name, else the mean of what the flock has. */
  #workOf({ name }: Demand): number {
    const { running, queued, workMs } = this.known.view.loads.totals;
    const mean = running + queued > 0 ? workMs / (running + queued) : 0;
    return this.known.workMs(name) || mean || UNKNOWN_MS;
  }
}

/** Those that score or draw; the default walks. */
type BuiltIn = Exclude<BuiltInPolicy, 'bounded-ring'>;

function policiesOf({ costWeights }: Known): Readonly<Record<BuiltIn, Policy>> {
  return {
    ring: RING,
    'round-robin': new RoundRobin(),
    'weighted-round-robin': new WeightedRoundRobin(),
    random: RANDOM,
    'least-loaded': LEAST_LOADED,
    'least-connections': LEAST_CONNECTIONS,
    'least-response-time': LEAST_RESPONSE_TIME,
    'two-choices': TWO_CHOICES,
    'batch-sampling': new BatchSampling(),
    spread: SPREAD,
    binpack: BINPACK,
    'min-completion': MIN_COMPLETION,
    cost: costBy(costWeights),
  };
}
