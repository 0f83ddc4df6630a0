import type { Action } from './action.js';
import type { Claimed } from './claims.js';
import { ID } from './node.js';
import { Broken } from './spec.js';
import { CONFIG, FIRST_SET, NAMES, World } from './world.js';

type Name = 'a' | 'b' | 'c' | 'd' | 'e';

/** Stories are short; a planted bug may make the machines talk for ever. */
const STEPS_MAX = 1_000;

/** What a gateway is about to make. */
export interface ToMake {
  readonly set: string;
  readonly rank: number;
}

const at = (name: Name) => NAMES.indexOf(name);

function membersOf(set: string): number[] {
  return [...set].map((member) => NAMES.indexOf(member));
}

function claimedOf({ set, rank }: ToMake): Claimed {
  return { set: membersOf(set), rank };
}

/** A story told by hand in the explorer's world: nothing moves but what is named. */
export class Tale {
  readonly world = new World();
  readonly #createdAtMs = this.world.wallMs;
  /** What was done so far, as the explorer counts it; also what the latest story came to that broke off. */
  static steps = 0;

  constructor() {
    Tale.steps = 0;
  }

  do(action: Action): this {
    Tale.steps += 1;
    if (Tale.steps > STEPS_MAX) throw new Error('the machines talk for ever');
    this.world.perform(action);
    return this;
  }

  create(name: Name, content: string): this {
    return this.do({ kind: 'create', node: at(name), content, createdAtMs: this.#createdAtMs, set: FIRST_SET });
  }

  /** These nodes are asked by a gateway that is about to make the register, and answer. */
  claim(what: ToMake, ...names: Name[]): this {
    this.claimUnstored(what, ...names);
    for (const name of names) this.store(name);
    return this;
  }

  claimUnstored(what: ToMake, ...names: Name[]): this {
    for (const name of names) this.do({ kind: 'claim', node: at(name), ...claimedOf(what) });
    return this;
  }

  /** Where the claim allows it. */
  make(name: Name, content: string, what: ToMake): this {
    return this.do({ kind: 'create', node: at(name), content, createdAtMs: this.#createdAtMs, ...claimedOf(what) });
  }

  on(kind: 'take-over' | 'restart' | 'forget' | 'bury' | 'rest', ...names: Name[]): this {
    for (const name of names) this.do({ kind, node: at(name) });
    return this;
  }

  write(name: Name, key: string): this {
    return this.do({ kind: 'write', node: at(name), key, isTerminal: false });
  }

  seal(name: Name, set: string): this {
    return this.do({ kind: 'seal', node: at(name), set: membersOf(set) });
  }

  crash(name: Name): this {
    return this.do({ kind: 'crash', node: at(name), stored: 0 }).on('restart', name);
  }

  loseDisk(name: Name): this {
    return this.do({ kind: 'lose-disk', node: at(name), copy: undefined })
      .on('restart', name)
      .store(name);
  }

  /** Of what rests there. */
  rot(name: Name, entry: number): this {
    return this.do({ kind: 'rot', node: at(name), value: entry });
  }

  failStore(name: Name): this {
    return this.do({ kind: 'fail-store', node: at(name), stored: 0 });
  }

  /** All that is under way to a disk gets there. */
  store(name: Name): this {
    while (this.world.node(at(name)).pending.length > 0) this.do({ kind: 'store', node: at(name) });
    return this;
  }

  /** Its timers fire, but the sweep. */
  backOff(name: Name): this {
    const timer = this.world.node(at(name)).timers.findIndex((token) => token.name !== 'sweep');
    return timer < 0 ? this : this.do({ kind: 'fire', node: at(name), timer });
  }

  /** What has waited for an answer is sent again. */
  sweep(name: Name): this {
    const timer = this.world.node(at(name)).timers.findIndex((token) => token.name === 'sweep');
    return timer < 0 ? this : this.do({ kind: 'fire', node: at(name), timer });
  }

  /**
   * Delivers the latest message of a kind, new or not; with a text, the latest that contains it. Where the machine never sent
   * one, nothing.
   */
  deliver(from: Name, to: Name, kind: string, text = ''): this {
    const index = this.world.pool.findLastIndex(
      (sent) =>
        sent.from === at(from) &&
        sent.to === at(to) &&
        sent.message.items[0]?.kind === kind &&
        JSON.stringify(sent.message).includes(text),
    );
    return index < 0 ? this : this.do({ kind: 'deliver', node: at(to), index });
  }

  /** These nodes talk to each other, and to nobody else, until there is nothing new to say. */
  flow(...names: Name[]): this {
    const { fresh, pool } = this.world;
    const among = names.map(at);
    for (let again = true; again;) {
      again = false;
      for (const name of names) this.store(name);
      const index = fresh.findIndex((i) => among.includes(pool[i]!.from) && among.includes(pool[i]!.to));
      if (index < 0) continue;
      const [sent] = fresh.splice(index, 1);
      this.do({ kind: 'deliver', node: pool[sent!]!.to, index: sent! });
      again = true;
    }
    return this;
  }

  /** It only points at the set that the register went on to. */
  forwards(name: Name): this {
    if (this.#isStub(name) !== true) throw new Broken(`${name} was not told that the register went on without it`);
    return this;
  }

  /** It has its copy still. */
  holds(name: Name): this {
    if (this.#isStub(name) !== false)
      throw new Broken(`${name} has given up its copy of what a majority need not have`);
    return this;
  }

  #isStub(name: Name): boolean | undefined {
    return this.world.node(at(name)).up?.replica.get(ID)?.isStub;
  }

  passFloor(): this {
    return this.do({ kind: 'pass-time', node: 0, ms: CONFIG.floorMs + 100 });
  }
}
