import type { NodeId } from '../kernel/ids.js';
import type { TaskMessages } from './messages.js';
import type { ShardEffect } from './shard-events.js';
import type { RegisterId } from './register/head.js';
import { SHARD, shardName, SPEC } from './replication/names.js';
import type { Places } from './replication/places.js';
import type { ShardAnswers } from './shard-answers.js';
import { shardRecordOf } from './shard-record.js';
import type { Asker } from './shard-tags.js';

/** Has the registers of new shards made. */
export class ShardCreation {
  /** Who waits for a shard to be made, or taken up. */
  readonly #creating = new Map<RegisterId, Asker[]>();
  /** Of those, the shards whose job was cancelled since they were asked for. */
  readonly #toCancel = new Set<RegisterId>();

  constructor(
    private readonly places: Places,
    private readonly answers: ShardAnswers,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  create(from: NodeId, message: TaskMessages['shard.create']): void {
    const asker: Asker = { to: from, re: message.ask };
    const register = shardName(message.job, message.shard);
    const waiting = this.#creating.get(register);
    if (waiting && message.cancelled) this.#toCancel.add(register);
    if (message.abandoned === true) this.answers.abandon(message);
    if (waiting) return void waiting.push(asker);
    const place = this.places.placeOf(register);
    if (place.kind === 'here' || place.kind === 'final') return this.answers.state(message, asker);
    const isAway = place.kind === 'elsewhere' && (place.nodes.length > 0 || message.abandoned === true);
    if (isAway) return this.answers.elsewhere(message, asker);
    this.#creating.set(register, [asker]);
    const { set, createdAtMs, spec } = message;
    const entries = [
      { key: SPEC, value: spec },
      { key: SHARD, value: shardRecordOf(message) },
    ];
    // Its job is unfinished, and may have waited long for somebody to make its shards.
    this.emit({ kind: 'create', register, set, createdAtMs, entries, isVouched: true });
  }

  /** It is made, or is not to be: who waits for it, and whether it is to be cancelled. Nobody waits any more. */
  made(register: RegisterId): { readonly askers: readonly Asker[]; readonly isCancelled: boolean } {
    const askers = this.#creating.get(register) ?? [];
    this.#creating.delete(register);
    return { askers, isCancelled: this.#toCancel.delete(register) };
  }
}
