import { compareText, type NodeId } from '../kernel/ids.js';
import type { Prng } from '../kernel/prng.js';
import type { Standing } from './admission.js';
import type { Beliefs } from './beliefs.js';
import type { MembershipConfig } from './config.js';
import { compareStanding, isAccusation, isLive, type MemberState } from './member.js';
import { DIGEST_LINES_MAX, STATES_MAX, type DigestLine, type MessageOf } from './messages.js';
import type { Neighbours } from './neighbours.js';
import type { Outbox } from './outbox.js';

/** Fewer news ride on pings, and need a round of comparisons only in case that was in vain. */
const NEWS_MIN = 8;
/** Gathers the news of several messages. */
const SPREAD_AFTER_MS = 200;
/** Few news are looked after about so much later; by then they have reached all whom they will reach. */
const SETTLE_MS = 3000;
/** While news come that fast views differ anyway, and comparing them would cost much for little. */
const QUIET_MS = 1500;

export interface SyncerPort {
  readonly standingTo: (peer: NodeId) => Standing;
  readonly heard: (from: NodeId, standing: Standing) => void;
  /** The views have been compared, and this node knows what the peer knows. */
  readonly caughtUp: (peer: NodeId) => void;
}

/**
 * Anti-entropy: hello, and where the views differ digest, states, states. It tells who lives and who left; an accusation
 * that turns up goes to the accused and is not believed, so that two halves that meet again do not bury each other.
 */
export class Syncer {
  #newsMs = -Infinity;
  /** The round of comparisons that is due hands on many news. */
  #isMany = false;

  constructor(
    readonly beliefs: Beliefs,
    readonly outbox: Outbox,
    readonly config: MembershipConfig,
    readonly prng: Prng,
    readonly neighbours: Neighbours,
    private readonly admission: SyncerPort,
  ) {}

  /** @param ask - compare, where the views differ; one side does */
  hello(to: NodeId, ask: boolean): void {
    this.#greet(to, this.beliefs.view.digest, ask);
  }

  /** Asks for a digest in any case: no view has an empty one. */
  compare(to: NodeId): void {
    this.#greet(to, '', true);
  }

  #greet(to: NodeId, view: string, ask: boolean): void {
    const { self } = this.beliefs;
    this.outbox.send(to, { kind: 'swim.hello', self, view, ask, ...this.admission.standingTo(to) });
  }

  onPeriod(): void {
    const [peer] = this.neighbours.sample(1);
    if (peer !== undefined) this.hello(peer, true);
    this.outbox.arm('sync', this.prng.jitter(this.config.syncIntervalMs, 0.2));
  }

  /**
   * Someone lives or does not, contrary to what was believed. A node cut off for less than a suspicion misses such news, its
   * connections still stand, so nobody says hello: it is looked for once no more news come.
   */
  onNews(): void {
    this.#newsMs = this.outbox.nowMs;
    if (this.outbox.dueMs('spread') === undefined) this.#settle();
  }

  /** Hands news on: many at once, few after a while, in case they missed somebody. A flock of N agrees after some log N such rounds. */
  onSpread(): void {
    const isMany = this.#isMany;
    const isQuiet = this.#newsMs + QUIET_MS <= this.outbox.nowMs;
    this.#isMany = false;
    if (isMany || !isQuiet) this.#settle();
    if (!isMany && !isQuiet) return;
    for (const peer of this.neighbours.sample(this.config.spreadFanout)) this.hello(peer, true);
  }

  onHello(from: NodeId, { self, view, ask, joined, expects }: MessageOf<'swim.hello'>): void {
    if (self.id !== from) return;
    this.beliefs.hear(self, 'itself');
    this.admission.heard(from, { joined, expects });
    const held = this.beliefs.view.get(from);
    if (held && compareStanding(held, self) > 0) this.beliefs.passOn(from, held);
    if (view === this.beliefs.view.digest) this.admission.caughtUp(from);
    else if (ask) for (const chunk of this.#digest()) this.outbox.send(from, chunk);
  }

  onDigest(from: NodeId, digest: MessageOf<'swim.digest'>): void {
    const want: NodeId[] = [];
    for (const line of digest.lines) {
      if (this.#wants(line)) want.push(line.id);
    }
    this.#sendStates(from, this.#newerThan(digest), want);
    if (want.length === 0) this.admission.caughtUp(from);
  }

  onStates(from: NodeId, { members, want, done }: MessageOf<'swim.states'>): void {
    let news = 0;
    for (const member of members) {
      if (this.beliefs.hear(member, member.id === from ? 'itself' : 'sync')) news++;
    }
    if (want.length > 0)
      this.#sendStates(
        from,
        want.flatMap((id) => this.#tellable(id) ?? []),
        [],
      );
    if (news >= NEWS_MIN && !this.#isMany) {
      this.#isMany = true;
      this.outbox.arm('spread', SPREAD_AFTER_MS);
    }
    if (done) this.admission.caughtUp(from);
  }

  #settle(): void {
    this.outbox.arm('spread', this.prng.jitter(SETTLE_MS));
  }

  #digest(): MessageOf<'swim.digest'>[] {
    const lines = [...this.beliefs.view.members.keys()]
      .flatMap((id) => this.#tellable(id) ?? [])
      .map(({ id, boot, n, state }): DigestLine => ({ id, boot, n, state }))
      .sort((a, b) => compareText(a.id, b.id));
    return chunks(lines, DIGEST_LINES_MAX).map((chunk, i, all) => ({
      kind: 'swim.digest',
      after: all[i - 1]?.at(-1)?.id ?? '',
      upTo: i === all.length - 1 ? '' : (chunk.at(-1)?.id ?? ''),
      lines: chunk,
    }));
  }

  #wants(line: DigestLine): boolean {
    const { view } = this.beliefs;
    if (line.id === view.self) {
      this.beliefs.answer(line);
      return false;
    }
    const held = view.get(line.id);
    if (!held) return isLive(line);
    if (view.originOf(line.id) === 'stored')
      return line.boot > held.boot || (line.boot === held.boot && line.n >= held.n);
    if (compareStanding(line, held) <= 0) return false;
    if (!isAccusation(line) || !isLive(held)) return true;
    this.beliefs.passOn(line.id, line);
    return false;
  }

  #newerThan({ after, upTo, lines }: MessageOf<'swim.digest'>): MemberState[] {
    const told = new Map(lines.map((line) => [line.id, line]));
    const inRange = (id: NodeId) => compareText(id, after) > 0 && (upTo === '' || compareText(id, upTo) <= 0);
    const mine = [...this.beliefs.view.members.keys()].filter(inRange).flatMap((id) => this.#tellable(id) ?? []);
    return mine.filter((member) => {
      const line = told.get(member.id);
      return line ? compareStanding(member, line) > 0 : isLive(member);
    });
  }

  #sendStates(to: NodeId, members: readonly MemberState[], want: NodeId[]): void {
    chunks(members, STATES_MAX).forEach((chunk, i, all) => {
      const done = i === all.length - 1;
      this.outbox.send(to, { kind: 'swim.states', members: chunk, want: done ? want : [], done });
    });
  }

  /** What this node stands for; see `Origin`. */
  #tellable(id: NodeId): MemberState | undefined {
    return this.beliefs.view.originOf(id) === 'heard' ? this.beliefs.view.get(id) : undefined;
  }
}

/** At least one chunk, be it empty: an answer is owed. */
function chunks<T>(items: readonly T[], size: number): T[][] {
  const made: T[][] = [];
  for (let i = 0; i === 0 || i < items.length; i += size) made.push(items.slice(i, i + size));
  return made;
}
