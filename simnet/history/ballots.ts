import type { Put } from '../../src/kernel/effects.js';
import type { NodeId } from '../../src/kernel/ids.js';
import type { Ballot } from '../../src/tasks/register/ballot.js';
import type { RegisterId } from '../../src/tasks/register/head.js';
import type { StoredCore } from '../../src/tasks/register/stored.js';
import type { Version } from '../../src/tasks/register/version.js';
import { coreIn, entryIn, Majorities, type ReplicaSets } from './register-writes.js';

/** A disk that took what it must not, or two coordinators of one ballot number. */
export interface BallotBreach {
  readonly atMs: number;
  readonly register: RegisterId;
  readonly message: string;
}

/** Follows what disks promise and take of each register, and whose ballots are served by a majority. */
export class BallotWatch {
  /** By node and register. */
  readonly #promised = new Map<string, Ballot>();
  readonly #heads: Majorities<Version>;
  /** By register, generation and number: who began under it. */
  readonly #begun = new Map<string, NodeId>();

  constructor(sets: ReplicaSets) {
    this.#heads = new Majorities<Version>(sets);
  }

  note(node: NodeId, put: Put, before: StoredCore | undefined, atMs: number): BallotBreach[] {
    const entry = entryIn(put);
    const found = entry ? undefined : coreIn(put);
    const register = entry?.register ?? found?.register;
    if (register === undefined) return [];
    const name = `${node} ${register}`;
    const known = this.#promised.get(name);
    const say = (message: string) => [{ atMs, register, message: `${register} on ${node}: ${message}` }];
    if (entry) {
      const { version } = entry;
      return isBelow(version, known) ? say(`took ${textOf(version)} after it had promised ${textOf(known)}`) : [];
    }
    const promised = found?.core.promised;
    // What has lost its promise knows that, and has no vote until a higher ballot has made it whole.
    if (!promised || found.core.doubt !== undefined) return [];
    this.#promised.set(name, promised);
    if (isBelow(promised, known)) return say(`promised ${textOf(promised)} after ${textOf(known)}`);
    const { headAt } = found.core;
    if (!headAt || headAt.n === before?.headAt?.n) return [];
    return this.#begins(node, register, headAt) ? [] : say(`two nodes coordinate it under ballot ${headAt.n}`);
  }

  /** False where another node's ballot of the same number was served by a majority, too. */
  #begins(node: NodeId, register: RegisterId, headAt: Version): boolean {
    const begun = this.#heads.put(node, { register, key: 'head', version: headAt, value: undefined }, headAt)?.what;
    if (!begun) return true;
    // A seal is committed again at the old set while the new one goes on: that gives out no epochs.
    const name = `${register} ${begun.generation} ${begun.n}`;
    const first = this.#begun.get(name) ?? begun.node;
    this.#begun.set(name, first);
    return first === begun.node;
  }
}

function isBelow(ballot: Ballot, promised: Ballot | undefined): boolean {
  if (!promised || ballot.n > promised.n) return false;
  return ballot.n < promised.n || ballot.node !== promised.node;
}

function textOf(ballot: Ballot | undefined): string {
  return ballot ? `${ballot.n} of ${ballot.node}` : 'nothing';
}
