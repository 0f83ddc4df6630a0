import type { QueueView, QueuesAnswer } from '../api/schema.js';
import type { QueueSettings } from '../kernel/queues.js';
import { call } from './calling.js';
import type { Peers } from './peers.js';

const ANSWER_MS = 30_000;

/** The queues of the flock, which jobs are submitted to. */
export class FlockQueues {
  readonly #peers: Peers;

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  async list(): Promise<readonly QueueView[]> {
    const asked = { method: 'GET', path: '/v1/queues', timeoutMs: ANSWER_MS, elsewhere: 'repeat' } as const;
    return (await call<QueuesAnswer>(this.#peers, asked)).queues;
  }

  /**
   * Makes it, or sets all of it anew; jobs that are submitted from then on go by that.
   *
   * @throws CoveyError `usage` where all together would be guaranteed more than there is
   */
  set(name: string, settings: QueueSettings): Promise<QueueView> {
    return call(this.#peers, {
      method: 'PUT',
      path: pathOf(name),
      body: settings,
      timeoutMs: ANSWER_MS,
      elsewhere: 'repeat',
    });
  }

  /**
   * Jobs that are in it stay as they are.
   *
   * @throws CoveyError `not-found`
   */
  async remove(name: string): Promise<void> {
    await call(this.#peers, { method: 'DELETE', path: pathOf(name), timeoutMs: ANSWER_MS, elsewhere: 'repeat' });
  }
}

function pathOf(name: string): string {
  return `/v1/queues/${encodeURIComponent(name)}`;
}
