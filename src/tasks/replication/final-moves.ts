import type { NodeId } from '../../kernel/ids.js';
import type { RegisterId } from '../register/head.js';
import type { Registers } from '../register/registers.js';
import type { Relocation } from './relocation.js';

/** What is to be begun for finished registers. */
export interface FinalChores {
  /** They must be coordinated to be moved. */
  readonly takeOvers: readonly RegisterId[];
  /** Others are to move these: they may not know of them. */
  readonly reminders: ReadonlyMap<NodeId, readonly RegisterId[]>;
}

/** Registers looked at in one portion: some milliseconds of work. */
const PORTION = 2_000;
/** After members have changed, what is to be moved is looked for without a rest: the dead count as such only after a while. */
const EAGER_MS = 30_000;

/**
 * Finished registers whose replica sets should be others. Nobody coordinates them and they may be many, so they are looked
 * through in passes, a portion at a time. A pass that finds something goes on as soon as half of that has been moved.
 */
export class FinalMoves {
  readonly #underWay = new Set<RegisterId>();
  #pass: Iterator<{ readonly id: RegisterId }> | undefined;
  #hasFound = false;
  #eagerUntilMs = -Infinity;
  #isEager = false;

  constructor(
    private readonly self: NodeId,
    private readonly registers: Pick<Registers, 'replica' | 'coordinators'>,
    private readonly relocation: Relocation,
    private readonly underWayMax: number,
  ) {}

  /** Whether the next portion is to be looked at soon. */
  get wantsMore(): boolean {
    return this.#pass !== undefined && (this.#hasFound || this.#isEager) && this.#underWay.size <= this.underWayMax / 2;
  }

  get isBusy(): boolean {
    return this.#underWay.size > 0 || this.#isEager;
  }

  membersChanged(nowMs: number): void {
    this.#eagerUntilMs = nowMs + EAGER_MS;
  }

  isUnderWay(id: RegisterId): boolean {
    return this.#underWay.has(id);
  }

  /** It has been moved, or cannot be now. */
  ended(id: RegisterId): void {
    this.#underWay.delete(id);
  }

  /**
   * The next portion.
   *
   * @param withOthers - whether to remind other nodes of what they should move
   */
  next(nowMs: number, withOthers: boolean): FinalChores {
    const takeOvers: RegisterId[] = [];
    const reminders = new Map<NodeId, RegisterId[]>();
    this.#isEager = nowMs < this.#eagerUntilMs;
    let room = this.underWayMax - this.#underWay.size;
    for (let i = 0; i < PORTION && room > 0; i++) {
      const id = this.#nextId();
      if (id === undefined) break;
      const mover = this.#moverOf(id, nowMs);
      if (mover === undefined || (mover !== this.self && !withOthers)) continue;
      room -= 1;
      this.#hasFound = true;
      if (mover !== this.self) {
        reminders.set(mover, [...(reminders.get(mover) ?? []), id]);
      } else if (!this.registers.coordinators.get(id)) {
        this.#underWay.add(id);
        takeOvers.push(id);
      }
    }
    return { takeOvers, reminders };
  }

  /** Of a finished register that should be moved and can be: the first of its set sees to it, if it knows of it. */
  #moverOf(id: RegisterId, nowMs: number): NodeId | undefined {
    const { replica } = this.registers;
    const acceptor = replica.get(id);
    if (acceptor?.final === undefined || !acceptor.head || acceptor.isStub) return undefined;
    const { set } = acceptor.head;
    const { relocation } = this;
    if (!relocation.isUnfit(set, nowMs) || !relocation.canSeal(set) || !relocation.better(id, set, nowMs))
      return undefined;
    const isInDoubt = replica.abstention.known(acceptor) !== undefined;
    return relocation.responsible(set, isInDoubt ? this.self : undefined);
  }

  #nextId(): RegisterId | undefined {
    if (!this.#pass) {
      this.#pass = this.registers.replica.registers()[Symbol.iterator]();
      this.#hasFound = false;
    }
    const next = this.#pass.next();
    if (!next.done) return next.value.id;
    this.#pass = undefined;
    return undefined;
  }
}
