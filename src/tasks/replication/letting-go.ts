import type { NodeId } from '../../kernel/ids.js';
import type { Now } from '../../kernel/time.js';
import type { RegisterId } from '../register/head.js';
import type { RegisterEvent } from '../register/registers.js';
import type { Replica } from '../register/replica.js';
import type { FinalSummary } from './finality.js';
import type { ReplicationMessage } from './messages.js';
import type { Resting } from './resting.js';
import { Retention, RETENTION_DEFAULTS, type RetentionConfig } from './retention.js';

type AboutGone = Extract<ReplicationMessage, { readonly kind: 'job.gone-ask' | 'job.gone-tell' }>;

export function isAboutGone(message: { readonly kind: string }): message is AboutGone {
  return message.kind === 'job.gone-ask' || message.kind === 'job.gone-tell';
}

export interface LettingGoPort {
  run(event: RegisterEvent, now: Now): void;
  send(to: NodeId, message: ReplicationMessage): void;
}

/** Jobs in one question. */
const ASKED_MAX = 1024;

/** Carries out on the replicas of this node what retention decides, and lets memory go of what rests. */
export class LettingGo {
  readonly tickMs: number;
  readonly #retention: Retention;
  #tickedMs = -Infinity;

  constructor(
    private readonly replica: Replica,
    private readonly resting: Resting,
    config: Partial<RetentionConfig> = {},
    private readonly port: LettingGoPort,
  ) {
    const whole = { ...RETENTION_DEFAULTS, ...config };
    this.tickMs = whole.tickMs;
    this.#retention = new Retention(whole);
  }

  get isEmpty(): boolean {
    return this.#retention.isEmpty;
  }

  /** After anything that may have finished, reopened, moved or buried a register. */
  look(id: RegisterId, nowMs: number): void {
    this.resting.touched(id, nowMs);
    const acceptor = this.replica.get(id);
    if (acceptor?.isGone) return this.#retention.buried(id, acceptor.goneAtMs);
    const final = acceptor?.final as FinalSummary | undefined;
    if (!acceptor || !final || acceptor.isStub) return this.#retention.dropped(id);
    const { job, shard, bytes = 0 } = final;
    const owner = job || !shard ? undefined : { id: shard.job, set: shard.jobSet };
    const atMs = (job?.finished ?? shard?.done)?.atMs ?? 0;
    this.#retention.finished({ id, atMs, bornAtMs: acceptor.bornAtMs, bytes, job: owner });
  }

  tick(now: Now): void {
    for (const event of this.resting.due(now.monoMs)) this.port.run(event, now);
    if (now.monoMs - this.#tickedMs < this.tickMs) return;
    this.#tickedMs = now.monoMs;
    const { bury, forget, asks, isPressed } = this.#retention.due(now.wallMs);
    for (const id of bury) this.port.run({ kind: 'bury', id }, now);
    for (const id of forget) this.port.run({ kind: 'forget', id }, now);
    for (const [to, ids] of asks) {
      this.port.send(to, { kind: 'job.gone-ask', ids: [...ids].slice(0, ASKED_MAX), isPressed });
    }
  }

  heard(from: NodeId, message: AboutGone, now: Now): void {
    if (message.kind === 'job.gone-ask') return this.#asked(from, message.ids, message.isPressed, now);
    for (const { id, set } of message.moved) this.#retention.jobMoved(id, set);
    for (const job of message.gone) {
      for (const id of this.#retention.jobGone(from, job)) this.port.run({ kind: 'bury', id }, now);
    }
  }

  #asked(from: NodeId, ids: readonly RegisterId[], isPressed: boolean, now: Now): void {
    const gone: RegisterId[] = [];
    const moved: { id: RegisterId; set: NodeId[] }[] = [];
    for (const id of ids) {
      const acceptor = this.replica.get(id);
      if (acceptor?.isGone) gone.push(id);
      else if (acceptor?.isStub && acceptor.head) moved.push({ id, set: [...acceptor.head.set] });
      else if (isPressed && this.#retention.mayGo(id, now.wallMs)) this.port.run({ kind: 'bury', id }, now);
    }
    if (gone.length + moved.length > 0) this.port.send(from, { kind: 'job.gone-tell', gone, moved });
  }
}
