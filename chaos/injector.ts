import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../test/support/until.js';
import type { Roles } from './clients/roles.js';
import { Crew } from './crew.js';
import type { Death } from './flock/daemon.js';
import type { Flock } from './flock/flock.js';
import { uptimeMs } from './flock/proc.js';
import type { Recorder } from './history/recorder.js';
import { minorityOf, type Fault } from './plan/faults.js';

/** How long a fault waits for its victims, and for others to be there beside them. */
const READY_MS = 60_000;
/** On a busy machine daemons return late, and the faults that need them come late as well. */
const OVERTIME_MS = 60_000;
/** Every process of a daemon is gone so long after its death: the watchdog acts at once, and looks twice. */
const WATCHDOG_MS = 12_000;

/** What was done to the flock. */
export interface Injuries {
  kills: number;
  stops: number;
  /** Kills and stops by the role of who was hit. */
  readonly roles: Record<string, number>;
  allAtOnce: number;
  /** Faults whose victim was not to be had in time. */
  skipped: number;
}

/** Carries out the faults of a plan, and repairs what it did. */
export class Injector {
  readonly injuries: Injuries = { kills: 0, stops: 0, roles: {}, allAtOnce: 0, skipped: 0 };
  readonly #repairs: Crew;

  constructor(
    private readonly flock: Flock,
    private readonly recorder: Recorder,
    private readonly roles: Roles,
    onFailure: (error: unknown) => void,
  ) {
    this.#repairs = new Crew(onFailure);
  }

  /**
   * Ends when all faults are over and repaired, and the dead were looked at.
   *
   * @param forMs - how long they are meant to take; what would come long after that is left out
   */
  async play(faults: readonly Fault[], forMs: number): Promise<void> {
    const beganMs = performance.now();
    for (const fault of faults) {
      if (performance.now() - beganMs > forMs + OVERTIME_MS) {
        this.injuries.skipped += 1;
        continue;
      }
      const waitMs = beganMs + fault.atMs - performance.now();
      if (waitMs > 0) await pause(waitMs);
      await this.#strike(fault);
    }
    await this.#repairs.all();
  }

  async #strike(fault: Fault): Promise<void> {
    const victims = await this.#victimsOf(fault);
    if (victims === undefined) {
      this.injuries.skipped += 1;
      return;
    }
    this.#count(fault, victims);
    if (fault.how === 'kill') {
      const deaths = await Promise.all(victims.map((victim) => this.flock.daemon(victim).kill()));
      for (const death of deaths) {
        this.#repairs.add(this.#revive(death.daemon, fault.forMs));
        this.#repairs.add(this.#inspect(death));
      }
    } else {
      for (const victim of victims) this.flock.daemon(victim).stop();
      this.#repairs.add(this.#goOn(victims, fault.forMs));
    }
  }

  /** Never leaves fewer than a majority at work, unless all are killed for a moment. */
  async #victimsOf({ victims }: Fault): Promise<readonly number[] | undefined> {
    const size = this.flock.daemons.length;
    const least = size - minorityOf(size);
    const wanted = victims.kind === 'daemons' ? victims.daemons : undefined;
    const count = wanted?.length ?? 1;
    const areThere = () => {
      const up = this.flock.up.map(({ index }) => index);
      return (wanted ?? []).every((victim) => up.includes(victim)) && up.length - count >= (count === size ? 0 : least);
    };
    const isReady = await until('the victims are there', areThere, READY_MS).catch(() => false);
    if (!isReady || victims.kind === 'daemons') return isReady ? wanted : undefined;
    const found = await this.roles.find(victims.role);
    return found !== undefined && this.flock.daemon(found).state === 'up' ? [found] : undefined;
  }

  async #revive(victim: number, afterMs: number): Promise<void> {
    await pause(afterMs);
    await this.flock
      .daemon(victim)
      .start()
      .catch((error: Error) =>
        this.recorder.breakdowns.push({ daemon: victim, how: `did not return: ${error.message}` }),
      );
  }

  async #inspect(death: Death): Promise<void> {
    await pause(Math.max(0, death.atMs + WATCHDOG_MS - uptimeMs()));
    this.flock.noteLeftovers(death, `${WATCHDOG_MS / 1000} s after the death of`);
  }

  async #goOn(victims: readonly number[], afterMs: number): Promise<void> {
    await pause(afterMs);
    for (const victim of victims) this.flock.daemon(victim).goOn();
  }

  #count({ how, victims }: Fault, hit: readonly number[]): void {
    const { injuries } = this;
    injuries[how === 'kill' ? 'kills' : 'stops'] += hit.length;
    if (hit.length === this.flock.daemons.length) injuries.allAtOnce += 1;
    if (victims.kind === 'role') injuries.roles[victims.role] = (injuries.roles[victims.role] ?? 0) + 1;
  }
}
