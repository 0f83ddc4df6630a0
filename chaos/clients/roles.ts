import type { Explanation } from '../../src/api/schema.js';
import { until } from '../../test/support/until.js';
import type { Flock } from '../flock/flock.js';
import type { Role } from '../plan/faults.js';
import type { Asking } from './asking.js';

const FIND_MS = 8_000;
/** So long an executor is looked for that is not the coordinator of its task as well. */
const PURE_MS = 4_000;

/** Finds out who has a role for some task right now: from the processes that run, and whom their coordinator says it is. */
export class Roles {
  #accepted: ((through: number) => void) | undefined;

  constructor(
    private readonly asking: Asking,
    private readonly flock: Flock,
  ) {}

  /** A daemon has just accepted a job. */
  noteAccepted(through: number): void {
    this.#accepted?.(through);
  }

  /** The number of a daemon that has the role now; undefined where none was found in time. */
  async find(role: Role): Promise<number | undefined> {
    if (role === 'gateway') return this.#nextGateway();
    const sinceMs = performance.now();
    const look = () => this.#look(role, performance.now() - sinceMs < PURE_MS);
    return until(`some task has a ${role}`, look, FIND_MS).catch(() => undefined);
  }

  async #nextGateway(): Promise<number | undefined> {
    let through: number | undefined;
    this.#accepted = (by) => (through ??= by);
    try {
      return await until('a job is accepted', () => through, FIND_MS);
    } catch {
      return undefined;
    } finally {
      this.#accepted = undefined;
    }
  }

  async #look(role: Exclude<Role, 'gateway'>, isPure: boolean): Promise<number | undefined> {
    for (const { env } of this.flock.attempts()) {
      const executor = this.#numberOf(env['COVEY_NODE']);
      const coordinator = await this.#coordinatorOf(env['COVEY_TASK'] ?? '', executor);
      if (role === 'coordinator' && coordinator !== undefined) return coordinator;
      if (role === 'executor' && executor !== undefined && !(isPure && executor === coordinator)) return executor;
    }
    return undefined;
  }

  /** Who runs the task is asked first: it is the one that surely answers. */
  async #coordinatorOf(task: string, executor: number | undefined): Promise<number | undefined> {
    const through = executor ?? this.flock.up[0]?.index;
    if (through === undefined) return undefined;
    return this.#numberOf((await this.asking.get<Explanation>(through, `/v1/tasks/${task}/explain`))?.coordinator);
  }

  /** Of a daemon that can be hit now. */
  #numberOf(node: string | undefined): number | undefined {
    return this.flock.up.find((daemon) => daemon.node === node)?.index;
  }
}
