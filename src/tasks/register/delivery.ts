import type { NodeId } from '../../kernel/ids.js';
import { FIRST_N } from './ballot.js';
import { patienceMs } from './config.js';
import type { Head, Seal } from './head.js';
import type { State } from './learning.js';
import type { About, Written } from './messages.js';
import type { ProposerPort } from './port.js';
import { majorityOf } from './replica-set.js';
import { Chunks, Transfer, type Chunk, type Target } from './transfer.js';
import { Writes, type Write } from './writes.js';

/**
 * All that one ballot has accepted: first the state it begins with, brought to each member in order, then writes, each sent
 * to all members at once.
 */
export class Delivery {
  readonly #writes: Writes;
  readonly #transfers: readonly Transfer[];
  /** When the transfers were last looked after, and how often since one of them got on. */
  #resentAtMs: number | undefined;
  #resent = 0;

  constructor(
    private readonly port: ProposerPort,
    private readonly about: About,
    readonly state: State,
    /** Goes with the state where one was found. */
    readonly seal: Seal | undefined,
    repair: Target['repair'],
  ) {
    const chunks = new Chunks(state, seal, port.config);
    this.#writes = new Writes(chunks.length);
    this.#transfers = this.head.set.map((node) => {
      return new Transfer(node, chunks, repair?.node === node ? repair.doubt : undefined);
    });
  }

  get head(): Head {
    return this.state.head;
  }

  /** Whether a majority has the whole state. */
  get isInstalled(): boolean {
    let whole = 0;
    for (const { isWhole } of this.#transfers) if (isWhole) whole += 1;
    return whole >= majorityOf(this.head.set);
  }

  /** Whether anything still waits for an answer. */
  get isBusy(): boolean {
    if (this.#writes.size > 0) return true;
    return this.#transfers.some(({ isWhole }) => !isWhole);
  }

  /** Members that have not said yet that they have the whole state. */
  get lagging(): NodeId[] {
    return this.#transfers.flatMap(({ to, isWhole }) => (isWhole ? [] : [to]));
  }

  /** Whether a write waits in vain for a majority. */
  get isStalled(): boolean {
    return this.#writes.isStalled;
  }

  start(): void {
    const { self } = this.port;
    for (const transfer of this.#transfers) {
      // Without a promise only its own accept keeps it from using the ballot twice: that one must be durable first.
      if (this.about.n !== FIRST_N || transfer.to === self) this.#forward(transfer);
    }
  }

  write(entries: readonly Written[], seal: Seal | undefined, tag: unknown, nowMs: number): void {
    const what = { entries: [...entries] };
    this.#send(this.#writes.begin(seal ? { ...what, seal } : what, tag, nowMs));
  }

  /** @returns the write that is at a majority now, if this made it one */
  accepted(from: NodeId, seq: number): Write | undefined {
    const transfer = this.#transfers.find((one) => one.to === from);
    if (!transfer) return undefined;
    const isNext = transfer.accepted(seq);
    if (isNext) this.#resent = 0;
    if (!isNext) return this.#writes.accepted(from, seq, majorityOf(this.head.set));
    if (!transfer.isWhole) this.#forward(transfer);
    else if (this.about.n === FIRST_N && from === this.port.self) {
      for (const other of this.#transfers) if (other !== transfer) this.#forward(other);
    }
    return undefined;
  }

  resend(nowMs: number): void {
    const { config } = this.port;
    this.#resentAtMs ??= nowMs;
    if (nowMs - this.#resentAtMs >= patienceMs(config, this.#resent)) {
      this.#resentAtMs = nowMs;
      this.#resent += 1;
      this.#forwardAll();
    }
    for (const write of this.#writes) {
      if (nowMs - write.sentAtMs < patienceMs(config, write.resent)) continue;
      write.sentAtMs = nowMs;
      write.resent += 1;
      this.#send(write);
    }
  }

  /** Lets the replicas answer for what is committed (register.md, rule 5). */
  announce(): void {
    const committed = this.#committed;
    const sum = this.port.own(this.about.id)?.entries.sum ?? 0;
    for (const node of this.head.set) this.port.ask(node, { kind: 'committed', ...this.about, committed, sum });
  }

  /** A member has missed what is at a majority without it: it gets all of it again, each write as what it was. */
  refresh(to: NodeId): void {
    const transfer = this.#transfers.find((one) => one.to === to);
    if (!transfer?.isWhole) return;
    transfer.restart();
    this.#forward(transfer);
    const bySeq = new Map<number, Written[]>();
    for (const [key, { version, value }] of this.port.own(this.about.id)?.entries ?? []) {
      if (version.n !== this.about.n || version.seq <= transfer.chunks.length) continue;
      const entries = bySeq.get(version.seq);
      if (entries) entries.push({ key, value });
      else bySeq.set(version.seq, [{ key, value }]);
    }
    for (const [seq, entries] of bySeq) this.#accept(to, { seq, entries }, undefined);
  }

  /** Nothing is known to be committed before the state is. */
  get #committed(): number {
    return this.isInstalled ? this.#writes.committed : 0;
  }

  #forwardAll(): void {
    const own = this.#transfers.find((one) => one.to === this.port.self);
    const mayLeave = this.about.n !== FIRST_N || own?.isWhole === true;
    for (const transfer of this.#transfers) {
      if (!transfer.isWhole && (mayLeave || transfer === own)) this.#forward(transfer);
    }
  }

  #forward({ to, next, doubt }: Transfer): void {
    if (next && this.port.isReachable(to)) this.#accept(to, next, doubt);
  }

  #send({ chunk, acked }: Write): void {
    for (const node of this.head.set) if (!acked.includes(node)) this.#accept(node, chunk, undefined);
  }

  #accept(to: NodeId, chunk: Chunk, doubt: number | undefined): void {
    const ask = { committed: this.#committed, ...this.about, ...chunk };
    this.port.ask(to, { kind: 'accept', ...(doubt === undefined ? ask : { doubt, ...ask }) });
  }
}
