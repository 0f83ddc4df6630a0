import { assert, assertNever } from '../../kernel/assert.js';
import type { NodeId } from '../../kernel/ids.js';
import { FIRST_N, N_MAX } from './ballot.js';
import { patienceMs } from './config.js';
import { Delivery } from './delivery.js';
import { Epochs } from './epochs.js';
import { claimedBy, compareLineages, successor, type Head, type Lineage, type RegisterId, type Seal } from './head.js';
import { Learning, type State } from './learning.js';
import { aboutOf, type About, type TellOf, type Written } from './messages.js';
import type { News } from './news.js';
import type { ProposerPort } from './port.js';
import { majorityOf } from './replica-set.js';
import type { Target } from './transfer.js';
import type { Write } from './writes.js';

type Phase =
  /** Its own promise must be durable before it is used. */
  | { readonly kind: 'claiming' | 'preparing'; readonly learning: Learning }
  | { readonly kind: 'recommitting'; readonly delivery: Delivery; readonly isNew: boolean }
  | { readonly kind: 'open'; readonly delivery: Delivery; readonly epochs: Epochs }
  | { readonly kind: 'sealing'; readonly delivery: Delivery; readonly seal: Seal }
  /** It met a rival. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'over' };

/**
 * The coordinator of one register: what it asks the replicas of, ballot after ballot, as in CASPaxos (Rystsov, 2018): prepare at
 * a majority, learn the highest version of each entry, commit it again at one, and only then act. From then on a write is a round.
 */
export class Proposer {
  #target: Target;
  #phase: Phase = { kind: 'over' };
  #n = 0;
  /** The highest ballot number that it met. */
  #seen = 0;
  #tries = 0;
  #hasBeenOpen = false;
  #sentAtMs = 0;
  /** How often its questions were asked again. */
  #resent = 0;
  /** Members that abstain, and what they doubt. */
  #doubts: Map<NodeId, number> | undefined;

  constructor(
    readonly id: RegisterId,
    target: Target,
    private readonly port: ProposerPort,
  ) {
    this.#target = target;
  }

  get head(): Head {
    return this.#target.head;
  }

  get phase(): Phase['kind'] {
    return this.#phase.kind;
  }

  /** Whether anything may need to be sent again. */
  get isBusy(): boolean {
    if (this.#phase.kind === 'open') return this.#phase.delivery.isBusy;
    return this.#phase.kind !== 'over' && this.#phase.kind !== 'waiting';
  }

  /** Whether it is open, and a write of it waits in vain for a majority. */
  get isStalled(): boolean {
    return this.#phase.kind === 'open' && this.#phase.delivery.isStalled;
  }

  /** Members that are not known to have the state with which it was opened. */
  get lagging(): readonly NodeId[] {
    return this.#phase.kind === 'open' ? this.#phase.delivery.lagging : [];
  }

  /** A fencing number for an attempt; undefined where it may not act, or needs a new ballot first. */
  nextEpoch(): number | undefined {
    return this.#phase.kind === 'open' ? this.#phase.epochs.next() : undefined;
  }

  /** The first replica's create, which needs no promise in its first life (register.md, rule 3). */
  create(): void {
    const { fallback } = this.#target;
    assert(fallback !== undefined, () => `a create of ${this.id} without a state`);
    this.#n = FIRST_N;
    this.#recommit(fallback, undefined, true);
  }

  /** A new ballot; also for one that is open already: what it had under way is then part of what is opened, or void. */
  takeOver(nowMs: number): void {
    this.#begin({ ...this.#target, repair: undefined }, nowMs);
  }

  /** The promises under which it was to be made may have been given to others since. */
  claimedAgain(lineage: Lineage, nowMs: number): void {
    const head = claimedBy(lineage, this.head);
    if (head !== this.head && !this.#hasBeenOpen) this.#begin({ ...this.#target, head, repair: undefined }, nowMs);
  }

  /** @returns false where it may not write now */
  write(entries: readonly Written[], tag: unknown, nowMs: number): boolean {
    if (this.#phase.kind !== 'open') return false;
    this.#phase.delivery.write(entries, undefined, tag, nowMs);
    return true;
  }

  /** Ends this generation: the state goes on at `seal.set`. What is under way goes with it. */
  seal(seal: Seal, nowMs: number): boolean {
    if (this.#phase.kind !== 'open') return false;
    const { delivery } = this.#phase;
    this.#phase = { kind: 'sealing', delivery, seal };
    this.port.tell({ kind: 'paused', id: this.id });
    delivery.write([], seal, undefined, nowMs);
    return true;
  }

  promised(from: NodeId, promise: TellOf<'promise'>, nowMs: number): void {
    const phase = this.#phase;
    if (promise.n !== this.#n || (phase.kind !== 'claiming' && phase.kind !== 'preparing')) return;
    const { learning } = phase;
    if (phase.kind === 'claiming') {
      if (from !== this.port.self) return;
      this.#phase = { kind: 'preparing', learning };
      this.#sentAtMs = nowMs;
      this.#resent = 0;
      for (const node of this.head.set) if (node !== from) this.port.ask(node, { kind: 'prepare', ...this.#about() });
    }
    if (!this.head.set.includes(from)) return;
    learning.add(from, promise);
    const after = learning.after(from);
    if (after !== undefined) return this.port.ask(from, { kind: 'page', ...this.#about(), after });
    this.#concludeIfEnough(learning, nowMs);
  }

  accepted(from: NodeId, { n, seq }: TellOf<'accepted'>, nowMs: number): void {
    if (n !== this.#n || !('delivery' in this.#phase)) return;
    const { delivery } = this.#phase;
    const write = delivery.accepted(from, seq);
    if (write) this.#committed(write, nowMs);
    else if (this.#phase.kind === 'recommitting' && delivery.isInstalled) this.#installed(delivery, nowMs);
  }

  refused({ n, promised, head }: TellOf<'refused'>): void {
    if (this.#phase.kind === 'over' || (n !== this.#n && promised <= this.#n)) return;
    this.#seen = Math.max(this.#seen, promised);
    if (head && compareLineages(head, this.head) < 0) return this.#end('rival', head);
    if (this.#hasBeenOpen) return this.#end('deposed');
    if (this.#phase.kind !== 'waiting') this.#wait();
  }

  abstained(from: NodeId, { n, doubt }: TellOf<'abstains'>, nowMs: number): void {
    if (n !== this.#n || this.#phase.kind === 'over') return;
    if (from === this.port.self) return this.#end('abstains');
    if (doubt === undefined || this.#target.repair?.doubt === doubt || !this.head.set.includes(from)) return;
    this.#doubts ??= new Map();
    this.#doubts.set(from, doubt);
    if (this.#phase.kind === 'preparing') this.#concludeIfEnough(this.#phase.learning, nowMs);
    else if (this.#phase.kind === 'open') this.#repair(nowMs);
  }

  /** After its back-off. Where the rival is through by now, it has won. */
  retry(nowMs: number): void {
    if (this.#phase.kind !== 'waiting') return;
    const headAt = this.port.own(this.id)?.headAt;
    if (headAt && headAt.n > this.#n && headAt.generation >= this.head.generation) return this.#end('deposed');
    this.#begin(this.#target, nowMs);
  }

  resign(): void {
    this.#phase = { kind: 'over' };
  }

  /** Its own node may have lost what it knew. */
  abstain(): void {
    this.#end('abstains');
  }

  /** Sends again what has waited for an answer for too long. */
  resend(nowMs: number): void {
    const phase = this.#phase;
    if ('delivery' in phase) return phase.delivery.resend(nowMs);
    if (!('learning' in phase) || nowMs - this.#sentAtMs < patienceMs(this.port.config, this.#resent)) return;
    this.#sentAtMs = nowMs;
    this.#resent += 1;
    const asked = phase.kind === 'claiming' ? [this.port.self] : this.head.set;
    for (const node of asked) if (!phase.learning.has(node)) this.#askOn(node, phase.learning);
  }

  /** Tells the replicas what is committed. */
  announce(): void {
    if (this.#phase.kind === 'open') this.#phase.delivery.announce();
  }

  /** A member's versions are not those of this node's replica. */
  behind(from: NodeId, { n }: TellOf<'behind'>): void {
    if (n !== this.#n || this.#phase.kind !== 'open' || from === this.port.self) return;
    this.#phase.delivery.refresh(from);
  }

  #begin(target: Target, nowMs: number): void {
    if (this.#phase.kind === 'open') this.port.tell({ kind: 'paused', id: this.id });
    this.#target = target;
    // The first ballot is the create's: it is never prepared, so nobody else may have its number.
    this.#n = Math.max(this.#seen, this.#n, this.port.own(this.id)?.promised?.n ?? 0, FIRST_N) + 1;
    assert(this.#n < N_MAX, () => `ballot ${this.#n} of ${this.id}`);
    this.#phase = { kind: 'claiming', learning: new Learning() };
    this.#doubts = undefined;
    this.#sentAtMs = nowMs;
    this.#resent = 0;
    this.port.ask(this.port.self, { kind: 'prepare', ...this.#about() });
  }

  #askOn(node: NodeId, learning: Learning): void {
    const after = learning.after(node);
    const about = this.#about();
    if (!this.port.isReachable(node)) return;
    this.port.ask(node, after === undefined ? { kind: 'prepare', ...about } : { kind: 'page', ...about, after });
  }

  /** A majority is enough, but for a repair: then all other members must have promised (register.md, rule 17). */
  #concludeIfEnough(learning: Learning, nowMs: number): void {
    const { head, repair } = this.#target;
    const missing = head.set.filter((node) => !learning.has(node));
    if (repair) {
      if (missing.every((node) => node === repair.node)) this.#conclude(learning, nowMs);
    } else if (head.set.length - missing.length >= majorityOf(head.set)) this.#conclude(learning, nowMs);
    else if (missing.length === 1) this.#repair(nowMs);
  }

  #conclude(learning: Learning, nowMs: number): void {
    const finding = learning.conclude(this.head);
    switch (finding.kind) {
      case 'gone':
        return this.#end('gone');
      case 'rival':
        return this.#end('rival', finding.head);
      case 'moved':
        return this.#begin({ head: finding.head, fallback: finding.state, repair: undefined }, nowMs);
      case 'nothing': {
        const { fallback } = this.#target;
        return fallback ? this.#recommit(fallback, undefined, this.head.generation === 0) : this.#end('absent');
      }
      case 'found':
        return this.#recommit(finding.state, finding.seal);
      default:
        return assertNever(finding);
    }
  }

  /**
   * What was learned is committed again before anything is done on it (register.md, rule 3); so is a seal that was found, which
   * may bind already (rules 13, 14).
   */
  #recommit(found: State, seal: Seal | undefined, isNew = false): void {
    const { repair } = this.#target;
    const state = { ...found, head: claimedBy(this.head, found.head) };
    this.#target = { ...this.#target, head: state.head };
    const delivery = new Delivery(this.port, this.#about(), state, seal, repair);
    this.#phase = { kind: 'recommitting', delivery, isNew };
    delivery.start();
  }

  #installed({ head, state, seal }: Delivery, nowMs: number): void {
    if (seal) return this.#install(state, seal, nowMs);
    // This node may have come by way of older sets, and be of one of these.
    for (const node of new Set([...(head.before ?? []), this.port.self])) {
      if (!head.set.includes(node)) this.port.ask(node, { kind: 'settled', id: this.id, head });
    }
    if (head.set.includes(this.port.self)) this.#open(nowMs);
    else this.#end('handed-over', head);
  }

  #open(nowMs: number): void {
    if (this.#phase.kind !== 'recommitting') return;
    const { delivery, isNew } = this.#phase;
    this.#phase = { kind: 'open', delivery, epochs: new Epochs(this.#n) };
    this.#hasBeenOpen = true;
    this.#tries = 0;
    this.port.tell({ kind: 'opened', id: this.id, n: this.#n, isNew, state: delivery.state });
    this.#repair(nowMs);
  }

  #committed({ chunk, tag }: Write, nowMs: number): void {
    if (this.#phase.kind === 'sealing' && chunk.seal) this.#install(this.#ownState(), chunk.seal, nowMs);
    else if (this.#phase.kind === 'open') this.port.tell({ kind: 'written', id: this.id, tag });
  }

  /** The seal is committed: the state is put where it says, unless it is found there already (register.md, rules 14, 15). */
  #install({ entries }: State, seal: Seal, nowMs: number): void {
    const head = successor(this.head, seal);
    this.#begin({ head, fallback: { head, entries }, repair: undefined }, nowMs);
  }

  /** One member that abstains is made whole from all the others, by a ballot that is prepared after its loss was known. */
  #repair(nowMs: number): void {
    for (const [node, doubt] of this.#doubts ?? [])
      return this.#begin({ ...this.#target, repair: { node, doubt } }, nowMs);
  }

  #about(): About {
    return aboutOf(this.id, this.head, this.#n, this.port.own(this.id)?.isMadeOf(this.head) === true);
  }

  /** Its own replica has accepted all that it ever wrote under this ballot. */
  #ownState(): State {
    const held = this.port.own(this.id)?.entries ?? [];
    return { head: this.head, entries: new Map([...held].map(([key, { value }]) => [key, value])) };
  }

  #wait(): void {
    this.#phase = { kind: 'waiting' };
    this.#tries += 1;
    this.port.backOff(this.id, this.#tries);
  }

  #end(why: Extract<News, { readonly kind: 'over' }>['why'], head?: Head): void {
    this.#phase = { kind: 'over' };
    this.port.tell(head ? { kind: 'over', id: this.id, why, head } : { kind: 'over', id: this.id, why });
  }
}
