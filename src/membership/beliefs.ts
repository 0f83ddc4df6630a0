import { assert, known } from '../kernel/assert.js';
import { compareText, type NodeId } from '../kernel/ids.js';
import { SLOTS, type MembershipConfig } from './config.js';
import type { Health } from './health.js';
import {
  compareIncarnation,
  compareStates,
  compareStanding,
  isAccusation,
  isLive,
  type MemberState,
  type Standing,
} from './member.js';
import type { Rumour } from './messages.js';
import type { Outbox } from './outbox.js';
import { RumourQueue } from './rumours.js';
import { Suspicion } from './suspicion.js';
import type { Origin, View } from './view.js';

/** From whom a state was heard: the member itself, the flock's news, or the comparison of two views. */
export type Via = 'itself' | 'rumour' | 'sync';
type Report = Omit<Rumour, 'member'>;
export type Changed = (before: MemberState | undefined, after: MemberState, via: Via | 'self') => void;

/** The one door through which this node changes what it believes of a member. */
export class Beliefs {
  readonly #rumours = new RumourQueue();
  readonly #suspicions = new Map<NodeId, Suspicion>();
  #accused = false;
  #warnedOfBoot = -1;

  constructor(
    readonly view: View,
    readonly outbox: Outbox,
    readonly config: MembershipConfig,
    readonly health: Health,
    readonly changed: Changed,
  ) {}

  get self(): MemberState {
    return this.view.me;
  }

  /** Takes over what an earlier boot stored: its members are suspect until they are heard of. */
  restore(stored: readonly MemberState[]): void {
    for (const member of stored) {
      if (member.id === this.view.self) this.answer(member);
      else this.#believe(isLive(member) ? { ...member, state: 'suspect' } : member, 'stored', 'self');
    }
    // Now that N is known: while the list was read, the first of it would have had the time of a flock of two.
    for (const id of [...this.#suspicions.keys()]) this.#suspect(id, undefined);
  }

  /** Says something new of this node to everybody. */
  announce(member: MemberState): void {
    this.#believe(member, 'heard', 'self');
    this.#tell({ member, slot: 0 });
  }

  /**
   * @param report - of a rumour
   * @returns whether it was news
   */
  hear(claim: MemberState, via: Via, report?: Report): boolean {
    if (claim.id === this.view.self) return this.answer(claim);
    const held = this.view.get(claim.id);
    const slot = report?.slot;
    if (report?.unheard === true && (!held || this.view.originOf(claim.id) === 'stored')) {
      return held !== undefined && compareStates(claim, held) === 0 && this.#confirm(held, report.slot);
    }
    if (held && this.view.originOf(claim.id) === 'stored') {
      if (compareIncarnation(claim, held) < 0) return false;
    } else if (held) {
      const order = compareStates(claim, held);
      if (order === 0 && slot !== undefined) return this.#confirm(claim, slot);
      if (order <= 0) return false;
      if (via === 'sync' && isAccusation(claim) && isLive(held)) {
        this.passOn(claim.id, claim);
        return false;
      }
    }
    const stranger = !isLive(claim) && (!held || this.view.originOf(claim.id) !== 'heard');
    this.#believe(claim, stranger ? 'stranger' : 'heard', via, slot);
    if (via === 'itself') this.outbox.publish({ member: claim, slot: 0 });
    return true;
  }

  /** Hands an accusation to whom it concerns; who lives refutes it. */
  passOn(accused: NodeId, { boot, n, state }: Standing): void {
    this.outbox.send(accused, { kind: 'swim.accused', boot, n, state });
  }

  /**
   * Answers what is said of this node itself.
   *
   * @returns whether it had to be refuted
   */
  answer(said: Standing): boolean {
    const me = this.self;
    if (me.state === 'left' || said.boot < me.boot) return false;
    if (isAccusation(said)) this.#accused = true;
    if (compareIncarnation(said, me) > 0) this.#warnOfBoot(said.boot);
    if (said.boot > me.boot || compareStanding(said, me) <= 0) return false;
    this.announce({ ...me, n: said.n + 1 });
    this.health.change(1);
    return true;
  }

  /** Whether this node was accused since the last call: the accuser should hear from it directly. */
  wasAccused(): boolean {
    const accused = this.#accused;
    this.#accused = false;
    return accused;
  }

  /** This node's own probe of a member failed. */
  accuse(id: NodeId): void {
    const held = this.view.get(id);
    if (!held || !isLive(held)) return;
    if (held.state === 'alive') this.#believe({ ...held, state: 'suspect' }, 'heard', 'self');
    const suspicion = known(this.#suspicions.get(id), `the suspicion of ${id}`);
    if (suspicion.reported) return;
    suspicion.reported = true;
    const rumour = this.#suspicionOf(known(this.view.get(id), id), this.#slot());
    if (this.#confirm(rumour.member, rumour.slot)) this.#tell(rumour);
  }

  /** The time that a suspect had to refute is over. */
  expire(id: NodeId, lateMs: number): void {
    const suspicion = known(this.#suspicions.get(id), `the suspicion of ${id}`);
    if (this.config.lifeguard && lateMs > this.config.lagMaxMs && !suspicion.postponed) {
      // The refutation may lie unread since this process stood still.
      suspicion.postponed = true;
      this.outbox.arm(suspectTimer(id), Math.min(lateMs, suspicion.minMs));
      return;
    }
    const dead: MemberState = { ...known(this.view.get(id), id), state: 'dead' };
    const origin = known(this.view.originOf(id), id);
    this.#believe(dead, origin, 'self');
    if (origin === 'heard') this.#tell({ member: dead, slot: 0 });
  }

  /** News to ride on a message to `to`, first of all what it may want to refute (Lifeguard's buddy system). */
  rumoursFor(to: NodeId): Rumour[] {
    const held = this.view.get(to);
    const buddy = this.config.lifeguard && held && isAccusation(held) && this.view.originOf(to) === 'heard';
    if (!buddy && this.#rumours.isEmpty) return [];
    const first: Rumour[] = buddy ? [{ member: held, slot: this.#anySlotOf(to) }] : [];
    const times = this.config.retransmit * Math.ceil(Math.log10(this.view.size + 1));
    const others = this.#rumours.take(this.config.piggybackMax - first.length, times);
    return [...first, ...others.filter((rumour) => !(buddy && rumour.member.id === to))];
  }

  forget(id: NodeId): void {
    this.view.remove(id);
    this.#rumours.forget(id);
    this.outbox.emit({ kind: 'member-forgotten', id });
  }

  validate(): void {
    const me = this.self;
    assert(!isAccusation(me), () => `this node believes itself ${me.state}`);
    for (const { id, state } of this.view.members.values()) {
      assert(
        (state === 'suspect') === this.#suspicions.has(id),
        () => `${id} is ${state}, its suspicion is not in line`,
      );
      assert(
        me.state === 'left' || (state === 'suspect') === (this.outbox.dueMs(suspectTimer(id)) !== undefined),
        () => `${id} is ${state}, its timer is not in line`,
      );
    }
    assert(this.#suspicions.size === this.view.counts.suspect, `${this.#suspicions.size} suspicions of members`);
    this.view.validate();
  }

  #believe(claim: MemberState, origin: Origin, via: Via | 'self', slot?: number): void {
    const before = this.view.get(claim.id);
    this.view.put(claim, origin, this.outbox.nowMs);
    this.outbox.emit({ kind: 'member-changed', before, after: claim });
    if (claim.id !== this.view.self && before?.boot !== claim.boot && claim.profile.addresses.length > 0) {
      this.outbox.emit({ kind: 'learn', peer: claim.id, addresses: claim.profile.addresses });
    }
    this.#suspicions.delete(claim.id);
    if (claim.state === 'suspect') this.#suspect(claim.id, slot);
    else this.outbox.disarm(suspectTimer(claim.id));
    // A suspicion without a slot names no reporter, so it cannot be told as evidence.
    const telling = claim.state === 'suspect' ? slot : 0;
    if (origin === 'heard' && telling !== undefined) this.#rumours.add({ member: claim, slot: telling });
    this.changed(before, claim, via);
  }

  #suspect(id: NodeId, slot: number | undefined): void {
    const suspicion = new Suspicion(this.config, this.outbox.nowMs, this.view.size);
    if (slot !== undefined) suspicion.confirm(slot);
    this.#suspicions.set(id, suspicion);
    this.outbox.arm(suspectTimer(id), suspicion.deadlineMs - this.outbox.nowMs);
  }

  #confirm(member: MemberState, slot: number): boolean {
    const suspicion = this.#suspicions.get(member.id);
    if (!suspicion?.confirm(slot)) return false;
    this.outbox.arm(suspectTimer(member.id), Math.max(0, suspicion.deadlineMs - this.outbox.nowMs));
    this.#rumours.add(this.#suspicionOf(member, slot));
    return true;
  }

  #suspicionOf(member: MemberState, slot: number): Rumour {
    return this.view.originOf(member.id) === 'stored' ? { member, slot, unheard: true } : { member, slot };
  }

  #tell(rumour: Rumour): void {
    this.#rumours.add(rumour);
    this.outbox.publish(rumour);
  }

  /** This node's rank among the live: nodes that agree on the members take different slots, up to {@link SLOTS} of them. */
  #slot(): number {
    const me = this.view.self;
    return this.view.peers.filter((id) => compareText(id, me) < 0).length % SLOTS;
  }

  #anySlotOf(id: NodeId): number {
    const suspicion = this.#suspicions.get(id);
    return Math.max(
      0,
      [...Array(SLOTS).keys()].findIndex((slot) => suspicion?.has(slot)),
    );
  }

  #warnOfBoot(boot: number): void {
    if (boot <= this.#warnedOfBoot) return;
    this.#warnedOfBoot = boot;
    this.outbox.emit({ kind: 'outdated-boot', boot });
  }
}

function suspectTimer(id: NodeId): string {
  return `suspect/${id}`;
}
