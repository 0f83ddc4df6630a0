import type { NodeId } from '../../../kernel/ids.js';
import type { RegisterId } from '../../../tasks/register/head.js';
import type { ReplicaSet } from '../../../tasks/register/replica-set.js';

/** Where an id was tried: it may be there, whether anybody has said so or not (register.md, rule 6). */
export interface Tried {
  readonly set: ReplicaSet;
  readonly createdAtMs: number;
  /** Of the claim, where there was one. */
  readonly rank?: number | undefined;
}

/** A map that lets go of what was not touched for longest. */
class Recent<Value> {
  readonly #values = new Map<string, Value>();

  constructor(private readonly max: number) {}

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const oldest = this.#values.keys().next();
    if (this.#values.size > this.max && !oldest.done) this.#values.delete(oldest.value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}

const MAX = 10_000;

/** What this gateway remembers of registers: who coordinates them, and where it tried to make them. */
export class JobPlaces {
  readonly #coordinators = new Recent<NodeId>(MAX);
  readonly #tried = new Recent<Tried>(MAX);

  get(register: RegisterId): NodeId | undefined {
    return this.#coordinators.get(register);
  }

  set(register: RegisterId, coordinator: NodeId): void {
    this.#coordinators.set(register, coordinator);
  }

  forget(register: RegisterId): void {
    this.#coordinators.delete(register);
  }

  tried(register: RegisterId): Tried | undefined {
    return this.#tried.get(register);
  }

  noteTried(register: RegisterId, tried: Tried): void {
    this.#tried.set(register, tried);
  }

  /** It is accepted, or certainly was not. */
  settled(register: RegisterId): void {
    this.#tried.delete(register);
  }
}
