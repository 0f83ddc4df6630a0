import type { Now } from '../../kernel/time.js';
import type { TimerBook } from '../../kernel/timers.js';
import type { Machines } from './machines.js';
import type { Message } from './wire.js';
import type { Wiring } from './wiring.js';

/** How long a leaving node waits for what it handed back to be taken, and again for its records while these become fewer. */
const LEAVE_MS = 15_000;

const DEPARTURE = 'departure';

type Standing = Omit<Extract<Message, { readonly kind: 'node.draining' }>, 'kind' | 're'>;

/** How a node lets go of everything: to stay without work (drain), or to leave the flock. */
export class Departure {
  #state: 'no' | 'draining' | 'leaving' | 'left' = 'no';
  /** At the end of the last wait. */
  #records = Infinity;

  constructor(
    private readonly machines: Machines,
    private readonly wiring: Wiring,
    private readonly timers: TimerBook,
  ) {}

  /** Whether it takes work. */
  get isStaying(): boolean {
    return this.#state === 'no';
  }

  /** The flock has been told: nothing more may come here, or it would stay unsaid. */
  get hasLeft(): boolean {
    return this.#state === 'left';
  }

  /** What is still here, and what stays. */
  standing(): Standing {
    const { replication, shards } = this.machines;
    return { ...this.#held(), unfinished: replication.heirs > 0 ? 0 : shards.unfinished };
  }

  /** Takes no work any more; what runs may end, the rest is handed over. */
  drain(now: Now): void {
    if (this.#state !== 'no') return;
    this.#state = 'draining';
    this.#refuseWork(now);
    this.machines.host.step({ kind: 'drain' }, now);
  }

  leave(now: Now): void {
    if (this.#state === 'leaving' || this.#state === 'left') return;
    this.#state = 'leaving';
    this.#refuseWork(now);
    this.machines.host.step({ kind: 'leave' }, now);
    this.machines.outlet.push(this.timers.arm(DEPARTURE, LEAVE_MS));
  }

  /** The flock is told once nothing is held here any more, or when that takes too long. */
  check(now: Now, how?: 'overdue'): void {
    const { executor, membership, outlet } = this.machines;
    if (this.#state !== 'leaving') return;
    if (how !== 'overdue' && !(executor.isIdle && isNothing(this.#held()))) return;
    const { records } = this.#held();
    if (records > 0 && records < this.#records) {
      this.#records = records;
      return outlet.push(this.timers.arm(DEPARTURE, LEAVE_MS));
    }
    this.#state = 'left';
    this.wiring.membership(membership.step({ kind: 'leave' }, now));
    outlet.push({ kind: 'left', records: this.machines.replication.held() });
  }

  /** What is to go before this node may. */
  #held(): Omit<Standing, 'unfinished'> {
    const { executor, exchange, replication } = this.machines;
    const handing = exchange.count(({ owner }) => owner === 'executor');
    const records = replication.heirs === 0 ? 0 : replication.held();
    return { running: executor.running, queued: executor.queued, handing, records };
  }

  #refuseWork(now: Now): void {
    this.wiring.membership(this.machines.membership.step({ kind: 'set-draining', draining: true }, now));
    this.wiring.replicate({ kind: 'leave' });
  }
}

function isNothing(held: Omit<Standing, 'unfinished'>): boolean {
  return Object.values(held).every((count) => count === 0);
}
