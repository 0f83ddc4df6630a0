import type { NodeId } from '../../kernel/ids.js';
import type { RegisterId } from '../register/head.js';
import type { Replica } from '../register/replica.js';

/** Registers looked at in one portion. */
const LOOKED_MAX = 2_000;
/** Asked about in one portion: what is missing is taken over all at once. */
const ASKED_MAX = 256;
/** After so many looks it is asked once more: one that has not joined yet, or that a message does not reach, answers nothing. */
const AGAIN_LOOKS = 3;
/** What a member was not known to have when it was finished: so many, and in which looks it is asked about it. */
const OWED_MAX = 256;
const OWED_LOOKS = [1, 4, 12, 30];
/** A member that has missed an older one abstains for good (register.md, rule 14): that comes to it with a move. */
const OLD_MS = 23 * 3_600_000;

export interface Finished {
  readonly id: RegisterId;
  readonly generation: number;
}

/**
 * What members that were away may have missed: a register that began and ended meanwhile is coordinated by nobody, who would
 * see that they lack it; nor does anybody see to what reached them too late. Whoever of its set sees them come back asks
 * them: another may not have seen them go.
 */
export class Missed {
  /** What members lacked when it was finished: their answer may be under way, or they cannot be reached for a while. */
  #owed: { readonly node: NodeId; readonly finished: Finished; looks: number }[] = [];
  /** Back since the round under way has begun. */
  #back = new Set<NodeId>();
  /** Whom that round is about. */
  #asked: ReadonlySet<NodeId> = new Set();
  /** Who is to be asked once more, and in how many looks. */
  readonly #again: { readonly nodes: ReadonlySet<NodeId>; looks: number }[] = [];
  #round: Iterator<{ readonly id: RegisterId }> | undefined;

  constructor(
    private readonly self: NodeId,
    private readonly replica: Replica,
  ) {}

  get isBusy(): boolean {
    return this.#round !== undefined || this.#back.size + this.#owed.length + this.#again.length > 0;
  }

  back(node: NodeId): void {
    this.#back.add(node);
  }

  owed(node: NodeId, finished: Finished): void {
    this.#owed.push({ node, finished, looks: 0 });
    if (this.#owed.length > OWED_MAX) this.#owed.shift();
  }

  /** Finished registers, by the nodes that are to be asked whether they have them: the next portion. */
  due(wallMs: number): Map<NodeId, Finished[]> {
    const due = this.#owing();
    for (const again of this.#again) again.looks -= 1;
    if (!this.#round) {
      const next = this.#next();
      if (!next) return due;
      this.#asked = next;
      this.#round = this.replica.registers()[Symbol.iterator]();
    }
    let asked = 0;
    for (let i = 0; i < LOOKED_MAX && asked < ASKED_MAX; i++) {
      const next = this.#round.next();
      if (next.done) {
        this.#round = undefined;
        break;
      }
      const acceptor = this.replica.get(next.value.id);
      if (!acceptor?.head || acceptor.final === undefined || acceptor.isStub || acceptor.isGone) continue;
      if (acceptor.bornAtMs < wallMs - OLD_MS) continue;
      const { set, generation } = acceptor.head;
      for (const node of set) {
        if (node === this.self || !this.#asked.has(node)) continue;
        add(due, node, { id: acceptor.id, generation });
        asked += 1;
      }
    }
    return due;
  }

  #owing(): Map<NodeId, Finished[]> {
    const due = new Map<NodeId, Finished[]>();
    for (const one of this.#owed) {
      one.looks += 1;
      if (OWED_LOOKS.includes(one.looks)) add(due, one.node, one.finished);
    }
    this.#owed = this.#owed.filter(({ looks }) => looks < Math.max(...OWED_LOOKS));
    return due;
  }

  #next(): ReadonlySet<NodeId> | undefined {
    if ((this.#again[0]?.looks ?? 1) <= 0) return this.#again.shift()?.nodes;
    if (this.#back.size === 0) return undefined;
    const nodes = this.#back;
    this.#back = new Set();
    this.#again.push({ nodes, looks: AGAIN_LOOKS });
    return nodes;
  }
}

function add(due: Map<NodeId, Finished[]>, node: NodeId, finished: Finished): void {
  const list = due.get(node);
  if (list) list.push(finished);
  else due.set(node, [finished]);
}
