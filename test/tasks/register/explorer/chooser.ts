import { Prng } from '../../../../src/kernel/prng.js';
import type { Action } from './action.js';
import type { Claimed } from './claims.js';
import { ID, type ExplorerNode } from './node.js';
import { FIRST_SET, KEYS, type World } from './world.js';

type Draw = (chooser: Chooser, world: World) => Action | undefined;

const DRAWS = {
  deliver: (chooser, world) => chooser.deliver(world),
  store: (chooser, world) => chooser.store(world),
  create: (chooser, world) => chooser.create(world),
  takeOver: (chooser, world) => chooser.takeOver(world),
  write: (chooser, world) => chooser.write(world),
  seal: (chooser, world) => chooser.seal(world),
  crash: (chooser, world) => chooser.crash(world),
  restart: (chooser, world) => chooser.restart(world),
  fire: (chooser, world) => chooser.fire(world),
  read: (chooser, world) => chooser.read(world),
  lose: (chooser, world) => chooser.lose(world),
  age: (chooser, world) => chooser.age(world),
  claim: (chooser, world) => chooser.claim(world),
  rest: (chooser, world) => chooser.rest(world),
} satisfies Record<string, Draw>;

type Weights = Record<keyof typeof DRAWS, number>;

interface Profile extends Weights {
  readonly steps: number;
}

const ORDINARY: Profile = {
  ...{ steps: 300, deliver: 560, store: 250, create: 20, takeOver: 25, write: 50, seal: 12 },
  ...{ crash: 20, restart: 20, fire: 20, read: 15, lose: 0, age: 0, claim: 0, rest: 0 },
};

/** What a walk is about: one seed in each. */
const PROFILES: readonly Profile[] = [
  { ...ORDINARY, steps: 60, create: 120, takeOver: 20, write: 20, seal: 0, crash: 90, restart: 90 },
  ORDINARY,
  { ...ORDINARY, steps: 200, takeOver: 60, write: 30, seal: 60 },
  { ...ORDINARY, steps: 120, create: 60, write: 40, seal: 4, lose: 40 },
  { ...ORDINARY, steps: 250, seal: 20, age: 60 },
  { ...ORDINARY, steps: 400, lose: 15, age: 10 },
  { ...ORDINARY, steps: 250, create: 60, claim: 250, takeOver: 40, seal: 4 },
  { ...ORDINARY, steps: 300, rest: 60 },
  { ...ORDINARY, steps: 250, lose: 20, rest: 60 },
];

/** Where gateways disagree on who there is. */
const RIVAL_SETS = [FIRST_SET, [2, 3, 4], [1, 3, 0], [4, 0, 2]];
const CLAIMS_MAX = 4;

function profileOf(seed: number): Profile {
  return PROFILES[seed % PROFILES.length] ?? ORDINARY;
}

/** Steps of the walk of a seed. */
export function stepsOf(seed: number): number {
  return profileOf(seed).steps;
}

/**
 * Draws what happens next. Each walk has its own weights, some things do not happen in it at all: so rare things meet each
 * other in some walks (swarm testing, Groce et al. 2012).
 */
export class Chooser {
  readonly prng: Prng;
  readonly #draws: { readonly upTo: number; readonly draw: Draw }[] = [];
  readonly #total: number;
  /** Where nothing is lost or forgotten, gateways may disagree about when a create came. */
  readonly #isCalm: boolean;
  readonly #redelivers: number;
  readonly #hasRivals: boolean;
  readonly #claims: Claimed[] = [];
  #createdAtMs = 0;
  /** What comes next for sure. */
  #soon: Action | undefined;

  constructor(
    seed: number,
    /** Other sets that a create is tried on, against rule 6. */
    private readonly otherSets: readonly (readonly number[])[] = [],
  ) {
    this.prng = new Prng(seed);
    const profile = profileOf(seed);
    this.#isCalm = profile.lose + profile.age === 0;
    this.#hasRivals = profile.claim > 0;
    this.#redelivers = this.prng.pick([0.03, 0.1, 0.3]) ?? 0;
    // Wild walks are good for short stories, mild ones come further.
    const factors = this.prng.chance(0.3) ? [0, 0.3, 1, 1, 3] : [0.3, 1, 1, 1, 2];
    let total = 0;
    for (const [name, draw] of Object.entries(DRAWS)) {
      const weight = profile[name as keyof Weights];
      if (weight === 0) continue;
      const isNeeded = ['deliver', 'store', 'create', 'claim'].includes(name);
      total += weight * (isNeeded ? 1 : (this.prng.pick(factors) ?? 1));
      this.#draws.push({ upTo: total, draw });
    }
    this.#total = total;
  }

  next(world: World): Action {
    const soon = this.#soon;
    this.#soon = undefined;
    if (soon) return soon;
    for (;;) {
      const dice = this.prng.float() * this.#total;
      const drawn = this.#draws.find(({ upTo }) => dice < upTo)?.draw(this, world);
      if (drawn) return drawn;
    }
  }

  deliver({ pool, fresh }: World): Action | undefined {
    if (pool.length === 0) return undefined;
    if (fresh.length > 0 && !this.prng.chance(this.#redelivers)) {
      // The newest are the likeliest, so that something comes about; any may be the next.
      const span = this.prng.chance(0.5) ? Math.min(6, fresh.length) : fresh.length;
      const at = fresh.length - 1 - this.prng.below(span);
      const index = fresh[at]!;
      fresh[at] = fresh.at(-1)!;
      fresh.pop();
      return { kind: 'deliver', node: pool[index]!.to, index };
    }
    if (!this.prng.chance(this.#redelivers)) return undefined;
    const index = this.prng.below(pool.length);
    return { kind: 'deliver', node: pool[index]!.to, index };
  }

  store({ nodes }: World): Action | undefined {
    const node = this.#some(nodes, ({ pending }) => pending.length > 0);
    return node === undefined ? undefined : { kind: 'store', node };
  }

  takeOver({ nodes }: World): Action | undefined {
    const node = this.#some(nodes, ({ up }) => up?.replica.get(ID)?.head !== undefined);
    return node === undefined ? undefined : { kind: 'take-over', node };
  }

  crash({ nodes }: World): Action | undefined {
    const node = this.#some(nodes, isInvolved);
    if (node === undefined) return undefined;
    this.#restartSoon(node);
    return { kind: 'crash', node, stored: this.prng.below(3) };
  }

  claim(world: World): Action {
    const { prng } = this;
    if (this.#claims.length === 0 || (this.#claims.length < CLAIMS_MAX && prng.chance(0.05))) {
      this.#claims.push({ set: prng.pick(RIVAL_SETS)!, rank: 1 + prng.below(5) });
    }
    return { kind: 'claim', node: prng.below(world.nodes.length), ...prng.pick(this.#claims)! };
  }

  create(world: World): Action | undefined {
    const prng = this.prng;
    if (this.#hasRivals) return this.#createClaimed(world);
    if (this.#createdAtMs === 0 || (this.#isCalm && prng.chance(0.3))) this.#createdAtMs = world.wallMs + prng.below(5);
    const sets = [FIRST_SET, ...this.otherSets];
    const set = sets[prng.below(sets.length)]!;
    const node = set[prng.chance(0.6) ? 0 : prng.below(set.length)]!;
    return { kind: 'create', node, content: prng.chance(0.7) ? 'one' : 'two', createdAtMs: this.#createdAtMs, set };
  }

  #createClaimed(world: World): Action | undefined {
    const { prng } = this;
    const claim = prng.pick(this.#claims.filter((one) => world.mayCreate(one)));
    if (!claim) return undefined;
    const node = prng.chance(0.6) ? claim.set[0]! : prng.pick(claim.set)!;
    return { kind: 'create', node, content: prng.chance(0.7) ? 'one' : 'two', createdAtMs: world.wallMs, ...claim };
  }

  write({ nodes }: World): Action | undefined {
    const node = this.#some(nodes, ({ host }) => host.isOpen);
    if (node === undefined) return undefined;
    return { kind: 'write', node, key: KEYS[this.prng.below(KEYS.length)]!, isTerminal: this.prng.chance(0.4) };
  }

  seal({ nodes }: World): Action | undefined {
    const node = this.#some(nodes, ({ host }) => host.isOpen);
    if (node === undefined) return undefined;
    const size = this.prng.chance(0.85) ? 3 : 1 + this.prng.below(2);
    return { kind: 'seal', node, set: this.prng.sample([0, 1, 2, 3, 4], size) };
  }

  restart({ nodes }: World): Action | undefined {
    const node = this.#some(nodes, ({ up }) => up === undefined);
    return node === undefined ? undefined : { kind: 'restart', node };
  }

  fire({ nodes }: World): Action | undefined {
    const node = this.#some(nodes, ({ timers }) => timers.length > 0);
    return node === undefined ? undefined : { kind: 'fire', node, timer: this.prng.below(nodes[node]!.timers.length) };
  }

  read({ nodes }: World): Action | undefined {
    const node = this.#some(nodes, isInvolved);
    const key = this.prng.chance(0.2) ? 'spec' : KEYS[this.prng.below(KEYS.length)]!;
    return node === undefined ? undefined : { kind: 'read', node, key };
  }

  lose({ nodes }: World): Action | undefined {
    const { prng } = this;
    const node = this.#some(nodes, isInvolved);
    if (node === undefined) return undefined;
    const dice = prng.below(10);
    if (dice < 2) return { kind: 'copy-disk', node };
    const { copies, pending } = nodes[node]!;
    if (dice < 4) return { kind: 'fail-store', node, stored: prng.below(pending.length + 1) };
    if (nodes[node]!.up?.replica.get(ID)?.isEvicted === true) return { kind: 'rot', node, value: prng.below(100) };
    this.#restartSoon(node);
    if (dice < 6) return { kind: 'spoil', node, value: prng.below(100) };
    return {
      kind: 'lose-disk',
      node,
      copy: copies.length > 0 && prng.chance(0.7) ? prng.below(copies.length) : undefined,
    };
  }

  /** It is let go of wherever the host would: where this node does not coordinate it. */
  rest({ nodes }: World): Action | undefined {
    const node = this.#some(nodes, ({ up }) => up?.replica.get(ID)?.isEvicted === false);
    return node === undefined ? undefined : { kind: 'rest', node };
  }

  /** The floor passes, and what is old enough is let go of; the machine is asked to whether it is or not. */
  age({ nodes }: World): Action | undefined {
    const { prng } = this;
    if (prng.chance(0.3)) return { kind: 'pass-time', node: 0, ms: [60, 300, 1_100][prng.below(3)]! };
    const node = this.#some(nodes, isInvolved);
    const register = node === undefined ? undefined : nodes[node]!.up?.replica.get(ID);
    if (node === undefined || !register) return undefined;
    const mayGo = register.isStub || register.isGone || register.head === undefined;
    return { kind: mayGo ? 'forget' : 'bury', node };
  }

  #restartSoon(node: number): void {
    if (this.prng.chance(0.6)) this.#soon = { kind: 'restart', node };
  }

  #some(nodes: readonly ExplorerNode[], is: (node: ExplorerNode) => boolean): number | undefined {
    const from = this.prng.below(nodes.length);
    for (let i = 0; i < nodes.length; i++) {
      const at = (from + i) % nodes.length;
      if (is(nodes[at]!)) return at;
    }
    return undefined;
  }
}

/** Whether the register has ever come to this node in its present life. */
function isInvolved({ up }: ExplorerNode): boolean {
  return up?.replica.get(ID) !== undefined;
}
