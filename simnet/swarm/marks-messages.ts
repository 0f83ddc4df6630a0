import { taskId, type NodeId, type TaskId } from '../../src/kernel/ids.js';
import type { NodeEffect, NodeEvent } from '../../src/node/core/events.js';
import type { Message } from '../../src/node/core/wire.js';
import type { Mark } from './sometimes.js';

/** Marks that show in a single step of a node, or in what was said before it. */
export class MessageMarks {
  readonly #seen = new Set<string>();
  readonly #highest = new Map<TaskId, number>();

  constructor(private readonly reach: (mark: Mark) => void) {}

  step(node: NodeId, event: NodeEvent, effects: readonly NodeEffect[]): void {
    if (event.kind === 'ended' && event.end.lost) this.reach('result by a lost attempt');
    if (event.kind === 'message') this.#heard(node, event.from, event.message, effects);
    for (const effect of effects) {
      if (effect.kind === 'signal' && effect.how === 'kill') this.reach('killed the hard way');
      if (effect.kind === 'send') this.#said(effect.message);
    }
  }

  #heard(node: NodeId, from: NodeId, message: Message, effects: readonly NodeEffect[]): void {
    switch (message.kind) {
      case 'task.offer': {
        const name = `${node} ${from} ${message.ask}`;
        if (this.#seen.has(name)) this.reach('offer repeated');
        this.#seen.add(name);
        return;
      }
      case 'task.result': {
        const highest = this.#highest.get(taskId(message.job, message.index)) ?? 0;
        if (message.epoch < highest) this.reach('stale result');
        return;
      }
      case 'steal.ask':
        if (
          effects.some((effect) => effect.kind === 'send' && effect.message.kind === 'task.offer' && effect.to === from)
        ) {
          this.reach('thief served from what waits');
        }
        return;
      default:
        return;
    }
  }

  #said(message: Message): void {
    switch (message.kind) {
      case 'task.offer':
        for (const { index, epoch } of message.tasks) {
          const task = taskId(message.job, index);
          this.#highest.set(task, Math.max(epoch, this.#highest.get(task) ?? 0));
        }
        return;
      case 'task.offered':
        if (message.reason !== undefined) this.reach('offer refused');
        return;
      case 'task.revoke':
        return this.reach('offer revoked');
      case 'task.revoked':
        return this.reach(message.unknown.length > 0 ? 'revoked attempt was unknown' : 'revoked attempt was held');
      case 'task.result':
        if (message.outcome.how === 'cancelled' && message.outcome.startedAtMs === undefined) {
          this.reach('cancelled in a queue');
        }
        return;
      case 'task.handback':
        if (message.to === undefined) this.reach('left with tasks');
        return;
      case 'steal.tell':
        return this.reach(message.given > 0 ? 'steal given' : 'steal in vain');
      case 'held.tell':
        if (message.held.length > 0) this.reach('held tasks taken up');
        if (message.held.some(({ state }) => state === 'running')) this.reach('held attempt ran on');
        return;
      case 'job.created':
        if (message.outcome === 'exists') this.reach('create answered from memory');
        if (message.outcome === 'items-missing') this.reach('items were missing');
        return;
      default:
        return;
    }
  }
}
