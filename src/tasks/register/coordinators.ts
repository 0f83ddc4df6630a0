import { assertNever } from '../../kernel/assert.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Prng } from '../../kernel/prng.js';
import type { Now } from '../../kernel/time.js';
import { TimerBook, type TimerEffect, type TimerToken } from '../../kernel/timers.js';
import type { RegisterConfig } from './config.js';
import { claimedBy, compareLineages, type Head, type Lineage, type RegisterId, type Seal } from './head.js';
import type { State } from './learning.js';
import type { Ask, Tell, Written } from './messages.js';
import type { News } from './news.js';
import type { ProposerPort } from './port.js';
import { Proposer } from './proposer.js';
import type { Replica } from './replica.js';
import { digestOf, type ReplicaSet } from './replica-set.js';

/** What is needed to make a register. */
export interface Creation {
  readonly id: RegisterId;
  readonly set: ReplicaSet;
  readonly createdAtMs: number;
  /** Of the claim; none where its id cannot stand for another register. */
  readonly rank?: number | undefined;
  readonly entries: readonly Written[];
  /** Whoever asks for it knows that it was never made and forgotten, however long ago it was to be made. */
  readonly isVouched?: boolean | undefined;
}

export interface CoordinatorsPort {
  readonly self: NodeId;
  readonly config: RegisterConfig;
  readonly replica: Replica;
  readonly prng: Prng;
  readonly isReachable: (node: NodeId) => boolean;
  readonly ask: (to: NodeId, ask: Ask) => void;
  readonly tell: (news: News) => void;
  timer(effect: TimerEffect): void;
}

const SWEEP = 'sweep';
const BACK_OFF = 'back-off/';

/** The registers that this node coordinates, or tries to. */
export class Coordinators {
  readonly #proposers = new Map<RegisterId, Proposer>();
  readonly #busy = new Set<RegisterId>();
  readonly #timers = new TimerBook('registers');
  #nowMs = 0;

  readonly #proposerPort: ProposerPort;

  constructor(private readonly port: CoordinatorsPort) {
    this.#proposerPort = {
      ...port,
      own: (id) => port.replica.get(id),
      backOff: (id, tries) => {
        this.#backOff(id, tries);
      },
    };
  }

  get(id: RegisterId): Proposer | undefined {
    return this.#proposers.get(id);
  }

  /** Makes a register, or completes what is found of it. */
  create({ id, set, createdAtMs, rank, entries, isVouched = false }: Creation, now: Now): void {
    const { config, self, replica } = this.port;
    this.#nowMs = now.monoMs;
    if (this.get(id)) return;
    if (!isVouched && Math.abs(now.wallMs - createdAtMs) > config.createAgeMaxMs) {
      return this.port.tell({ kind: 'over', id, why: 'refused' });
    }
    const own = replica.get(id);
    const first = { set, generation: 0, createdAtMs, digest: digestOf(set), bornAtMs: createdAtMs };
    const made: Head = rank === undefined ? first : { ...first, rank };
    const fallback = { head: made, entries: new Map(entries.map(({ key, value }) => [key, value])) };
    // What another set was given before may be there still, and is void: this one could not be claimed otherwise.
    const stays = own?.head && compareLineages(own.head, made) <= 0 ? own.head : undefined;
    const proposer = this.#add(id, stays ? claimedBy(made, stays) : made, stays ? undefined : fallback);
    // A restart finds its own accept of ballot 1 in its store, if that was ever sent: then it is known here.
    const isUntouched = own === undefined || (own.isUntouched && replica.abstention.known(own) === undefined);
    if (isUntouched && set[0] === self) proposer.create();
    else proposer.takeOver(now.monoMs);
    this.#note(proposer);
  }

  claimedAgain(id: RegisterId, lineage: Lineage, now: Now): void {
    this.#nowMs = now.monoMs;
    const proposer = this.get(id);
    proposer?.claimedAgain(lineage, now.monoMs);
    if (proposer) this.#note(proposer);
  }

  /** A new ballot for a register that this node's replica knows. */
  takeOver(id: RegisterId, now: Now): void {
    this.#nowMs = now.monoMs;
    const head = this.port.replica.get(id)?.head;
    const proposer = this.get(id) ?? (head && this.#add(id, head, undefined));
    if (!proposer) return this.port.tell({ kind: 'over', id, why: 'absent' });
    proposer.takeOver(now.monoMs);
    this.#note(proposer);
  }

  write(id: RegisterId, entries: readonly Written[], tag: unknown, now: Now): boolean {
    const proposer = this.get(id);
    const isWritten = proposer?.write(entries, tag, now.monoMs) ?? false;
    if (proposer) this.#note(proposer);
    return isWritten;
  }

  seal(id: RegisterId, seal: Seal, now: Now): boolean {
    const proposer = this.get(id);
    const isSealed = proposer?.seal(seal, now.monoMs) ?? false;
    if (proposer) this.#note(proposer);
    return isSealed;
  }

  resign(id: RegisterId): void {
    this.get(id)?.resign();
    this.#drop(id);
  }

  /** This node's own replica of it may have lost something. */
  abstain(id: RegisterId): void {
    this.get(id)?.abstain();
    this.#drop(id);
  }

  told(from: NodeId, tell: Tell, now: Now): void {
    const proposer = this.get(tell.id);
    if (!proposer) return;
    this.#nowMs = now.monoMs;
    switch (tell.kind) {
      case 'promise':
        proposer.promised(from, tell, now.monoMs);
        break;
      case 'accepted':
        proposer.accepted(from, tell, now.monoMs);
        break;
      case 'behind':
        proposer.behind(from, tell);
        break;
      case 'refused':
        proposer.refused(tell);
        break;
      case 'abstains':
        proposer.abstained(from, tell, now.monoMs);
        break;
      default:
        assertNever(tell);
    }
    this.#note(proposer);
  }

  fired(timer: TimerToken, now: Now): void {
    if (!this.#timers.fired(timer)) return;
    this.#nowMs = now.monoMs;
    if (timer.name === SWEEP) return this.#sweep();
    const proposer = this.get(timer.name.slice(BACK_OFF.length));
    proposer?.retry(now.monoMs);
    if (proposer) this.#note(proposer);
  }

  #sweep(): void {
    for (const id of this.#busy) {
      const proposer = this.get(id);
      if (proposer?.isBusy) proposer.resend(this.#nowMs);
      else {
        this.#busy.delete(id);
        proposer?.announce();
      }
    }
    if (this.#busy.size > 0) this.#arm();
  }

  #add(id: RegisterId, head: Head, fallback: State | undefined): Proposer {
    const proposer = new Proposer(id, { head, fallback, repair: undefined }, this.#proposerPort);
    this.#proposers.set(id, proposer);
    return proposer;
  }

  /** After anything that may have changed what is under way. */
  #note(proposer: Proposer): void {
    if (proposer.phase === 'over') return this.#drop(proposer.id);
    if (!proposer.isBusy) return;
    if (this.#busy.size === 0 && !this.#timers.isArmed(SWEEP)) this.#arm();
    this.#busy.add(proposer.id);
  }

  #drop(id: RegisterId): void {
    this.#proposers.delete(id);
    this.#busy.delete(id);
    for (const effect of this.#timers.disarm(BACK_OFF + id)) this.port.timer(effect);
  }

  #arm(): void {
    this.port.timer(this.#timers.arm(SWEEP, this.port.config.resendMs));
  }

  #backOff(id: RegisterId, tries: number): void {
    const { backOffMs, backOffMaxMs } = this.port.config;
    const pauseMs = this.port.prng.jitter(Math.min(backOffMaxMs, backOffMs * 2 ** Math.min(tries - 1, 20)));
    this.port.timer(this.#timers.arm(BACK_OFF + id, pauseMs));
  }
}
