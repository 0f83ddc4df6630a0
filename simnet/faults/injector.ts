import { assertNever } from '../../src/kernel/assert.js';
import { Prng } from '../../src/kernel/prng.js';
import type { Flock } from '../world/flock.js';
import { labelOf, type Fault, type TimedFault } from './fault.js';
import { Holds, type End } from './holds.js';
import { disturbMachine, type MachineFault } from './machine-faults.js';
import { disturbNetwork } from './network-faults.js';

/** When a fault was in force, in virtual ms. */
export interface FaultSpan {
  readonly atMs: number;
  /** Equal to `atMs` for what happens in an instant; until it is over, when it is expected to be. */
  readonly untilMs: number;
  readonly label: string;
}

interface Lasting {
  readonly span: { untilMs: number };
  readonly end: End;
}

type Crowd = Extract<Fault, { readonly kind: 'power-loss' | 'join' | 'churn' | 'rolling-restart' }>;

/** How soon a node is started again that goes down after all has healed, since it was on its way out before. */
const AFTER_ALL_MS = 1_000;

/** Makes faults happen to a flock, and end. Of what overlaps on one setting the last one that still lasts counts. */
export class Injector {
  readonly spans: FaultSpan[] = [];
  readonly #holds = new Holds();
  readonly #lasting = new Set<Lasting>();
  readonly #prng: Prng;
  /** Which `healAll` it is until: what was scheduled before one does not happen after it. */
  #era = 0;
  readonly #ignore: () => void;
  #isHealed = false;

  constructor(private readonly flock: Flock) {
    this.#prng = new Prng((flock.options.seed ?? 1) + 0xfa017);
    this.#ignore = flock.onDeath((id) => {
      if (this.#isHealed) this.#later(AFTER_ALL_MS, () => flock.revive(id));
    });
  }

  /** Whoever dies from now on stays dead, for all it does. */
  letGo(): void {
    this.#ignore();
  }

  schedule(faults: readonly TimedFault[]): void {
    this.#isHealed = false;
    for (const { atMs, fault } of faults) this.#later(atMs, () => this.#begin(fault));
  }

  /** Ends all that still lasts, drops what has not begun, sets the clocks, and starts all that are down. */
  healAll(): void {
    this.#era += 1;
    this.#isHealed = true;
    for (const lasting of [...this.#lasting]) this.#end(lasting);
    for (const id of this.flock.ids) {
      this.flock.machine(id).skewMs = 0;
      this.flock.revive(id);
    }
  }

  #begin(fault: Fault): void {
    switch (fault.kind) {
      case 'split':
      case 'one-way':
      case 'bridge':
      case 'clog':
      case 'loss':
      case 'packet-loss':
      case 'duplicate':
      case 'reorder':
      case 'corrupt':
        return this.#last(fault, fault.forMs, disturbNetwork(this.flock, this.#holds, fault));
      case 'power-loss':
      case 'join':
      case 'churn':
      case 'rolling-restart':
        return this.#disturbCrowd(fault);
      case 'leave':
        for (const id of this.#those(fault.node)) this.flock.node(id).feed({ kind: 'leave' });
        return this.#last(fault, 0, () => undefined);
      default:
        return this.#disturbMachines(fault);
    }
  }

  #disturbMachines(fault: MachineFault): void {
    const ends = this.#those(fault.node).flatMap((id) => disturbMachine(this.flock, this.#holds, id, fault) ?? []);
    const forMs = 'forMs' in fault ? fault.forMs : 'downMs' in fault ? fault.downMs : 0;
    if (ends.length > 0) this.#last(fault, forMs, () => ends.forEach((end) => end()));
  }

  #disturbCrowd(fault: Crowd): void {
    const { flock } = this;
    switch (fault.kind) {
      case 'power-loss': {
        const down = flock.up.map(({ id }) => id);
        for (const node of flock.up) node.die(true);
        return this.#last(fault, fault.downMs, () => down.forEach((id) => flock.revive(id)));
      }
      case 'join':
        for (let i = flock.ids.length, end = i + fault.nodes; i < end; i++) flock.start(`n${i}`);
        return this.#last(fault, 0, () => undefined);
      case 'churn':
        this.#last(fault, fault.forMs, () => undefined);
        return this.#churn(fault, flock.world.nowMs + fault.forMs);
      case 'rolling-restart': {
        const ids = flock.ids;
        this.#last(fault, ids.length * fault.everyMs, () => undefined);
        return ids.forEach((id, i) => this.#later(i * fault.everyMs, () => this.#renew(id, fault.downMs)));
      }
      default:
        assertNever(fault);
    }
  }

  /** A node after the other, but never more than half of them at once. */
  #churn(fault: Extract<Crowd, { readonly kind: 'churn' }>, untilMs: number): void {
    const { flock } = this;
    const waitMs = this.#prng.jitter(60_000 / fault.perMin);
    if (flock.world.nowMs + waitMs > untilMs) return;
    this.#later(waitMs, () => {
      const up = flock.up;
      const node = 2 * up.length > flock.ids.length ? this.#prng.pick(up) : undefined;
      if (node) {
        node.die(this.#prng.chance(0.5));
        this.#later(fault.downMs, () => flock.revive(node.id));
      }
      this.#churn(fault, untilMs);
    });
  }

  /** As an upgrade does: asks the node to leave, and starts it again when it is gone. */
  #renew(id: string, downMs: number): void {
    const node = this.flock.node(id);
    if (!node.isUp) return;
    const ignore = this.flock.onDeath((dead) => {
      if (dead !== id) return;
      ignore();
      this.#later(downMs, () => this.flock.revive(id));
    });
    node.feed({ kind: 'leave' });
  }

  /** Notes a fault, and ends it when its time is over. Nothing came of one that has no end. */
  #last(fault: Fault, forMs: number, end: End | undefined): void {
    if (!end) return;
    const { world } = this.flock;
    const span = { atMs: world.nowMs, untilMs: world.nowMs + forMs, label: labelOf(fault) };
    this.spans.push(span);
    const lasting = { span, end };
    this.#lasting.add(lasting);
    this.#later(forMs, () => this.#end(lasting));
  }

  #end(lasting: Lasting): void {
    if (!this.#lasting.delete(lasting)) return;
    lasting.span.untilMs = this.flock.world.nowMs;
    lasting.end();
  }

  /** Unless all heals before. */
  #later(ms: number, run: () => void): void {
    const era = this.#era;
    this.flock.world.after(ms, () => {
      if (era === this.#era) run();
    });
  }

  #those(whom: string): string[] {
    return this.flock.ids.filter((id) => whom === 'all' || whom === id);
  }
}
