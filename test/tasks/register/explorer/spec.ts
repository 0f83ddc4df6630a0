import type { Head } from '../../../../src/tasks/register/head.js';

/** What the toy coordinator stores under a task's key; `spec` is stored as a terminal value of its own. */
export interface Value {
  /** Names the attempt, and so the value. */
  readonly epoch: number;
  /** Counts the writes of this key along its history. */
  readonly step: number;
  readonly isTerminal: boolean;
  readonly content?: string;
}

/** A promise that was broken. */
export class Broken extends Error {}

interface Ballot {
  readonly generation: number;
  readonly n: number;
}

interface Opened extends Ballot {
  readonly values: ReadonlyMap<string, Value>;
  readonly isNew: boolean;
}

interface Acknowledged extends Ballot {
  readonly key: string;
  readonly value: Value;
}

/** What the register promises, told from outside: it knows nothing of replicas, promises or messages. */
export class Spec {
  readonly #opened: Opened[] = [];
  readonly #acknowledged: Acknowledged[] = [];
  readonly #outcomes = new Map<string, Value>();
  readonly #sets = new Map<number, string>();
  readonly #epochs = new Set<number>();

  get opens(): number {
    return this.#opened.length;
  }

  get acks(): number {
    return this.#acknowledged.length;
  }

  /**
   * A coordinator begins to act on what it learned.
   *
   * @param isNew - it holds that nobody has acted on the register before it
   */
  opened({ generation, set }: Head, n: number, values: ReadonlyMap<string, Value>, isNew: boolean): void {
    const members = set.join('');
    const known = this.#sets.get(generation);
    if (known !== undefined && known !== members) {
      throw new Broken(`one lineage: generation ${generation} at ${known} and at ${members}`);
    }
    this.#sets.set(generation, members);
    const opened = { generation, n, values, isNew };
    for (const other of this.#opened) {
      const [earlier, later] = isBefore(opened, other) ? [opened, other] : [other, opened];
      if (later.isNew)
        throw new Broken(`new: ${later.generation}.${later.n} opened as new after ${earlier.generation}.${earlier.n}`);
    }
    for (const ack of this.#acknowledged) if (isBefore(ack, opened)) seen(ack, opened);
    for (const [key, value] of values) if (value.isTerminal) this.#acted(key, value, `${generation}.${n} opened`);
    this.#opened.push(opened);
  }

  /** Somebody was told that this is committed. */
  acknowledged(key: string, value: Value, generation: number, n: number): void {
    if (value.isTerminal) this.#acted(key, value, `${generation}.${n} acknowledged`);
    const ack = { key, value, generation, n };
    for (const opened of this.#opened) if (isBefore(ack, opened)) seen(ack, opened);
    this.#acknowledged.push(ack);
  }

  /** A replica answered a reader. */
  read(key: string, value: Value): void {
    if (value.isTerminal) this.#acted(key, value, 'a reader was told');
  }

  started(epoch: number): void {
    if (this.#epochs.has(epoch)) throw new Broken(`no epoch twice: ${epoch}`);
    this.#epochs.add(epoch);
  }

  #acted(key: string, value: Value, who: string): void {
    const before = this.#outcomes.get(key);
    if (before && name(before) !== name(value)) {
      throw new Broken(`one outcome: ${key} is ${name(before)}, but ${who} ${name(value)}`);
    }
    this.#outcomes.set(key, value);
  }
}

function isBefore(one: Ballot, other: Ballot): boolean {
  return one.generation === other.generation ? one.n < other.n : one.generation < other.generation;
}

function seen({ key, value, generation, n }: Acknowledged, opened: Opened): void {
  const found = opened.values.get(key);
  const isThere =
    found && (value.isTerminal || found.step === value.step ? name(found) === name(value) : found.step > value.step);
  if (isThere) return;
  throw new Broken(
    `never lost: ${key} = ${name(value)} was acknowledged in ${generation}.${n}, but ${opened.generation}.${opened.n} opened with ${found ? name(found) : 'nothing'}`,
  );
}

function name({ epoch, step, isTerminal, content }: Value): string {
  return content ?? `${epoch}/${step}${isTerminal ? '!' : ''}`;
}
