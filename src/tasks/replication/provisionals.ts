import type { Put } from '../../kernel/effects.js';
import { isTerminal } from '../../kernel/states.js';
import type { TaskRecord } from '../record.js';
import type { Acceptor } from '../register/acceptor.js';
import type { Held } from '../register/entries.js';
import type { RegisterId } from '../register/head.js';
import type { Written } from '../register/messages.js';
import { better, type Outcome } from '../register/provisional.js';
import type { Version } from '../register/version.js';
import { TASK_PREFIX } from './names.js';

/** Where the store keeps what was recorded without a majority, apart from what replicas have accepted. */
export const DEGRADED_PREFIX = 'degraded/';

const keyOf = (id: RegisterId, entry: string) => `${DEGRADED_PREFIX}${id}/${entry}`;

const NOTHING: ReadonlyMap<string, Held> = new Map();

/**
 * What this node has recorded alone, of each register: on its own disk, until a majority has been told. It stands under keys of
 * its own, so that no promise ever carries it.
 */
export class Provisionals {
  readonly #kept = new Map<RegisterId, Map<string, Held>>();

  get size(): number {
    return this.#kept.size;
  }

  /** Registers of which something is to be proposed. */
  ids(): Iterable<RegisterId> {
    return this.#kept.keys();
  }

  restore(puts: readonly Put[]): void {
    for (const { key, value } of puts) {
      const slash = key.indexOf('/', DEGRADED_PREFIX.length);
      this.#keep(key.slice(DEGRADED_PREFIX.length, slash), key.slice(slash + 1), value as Held);
    }
  }

  keep(id: RegisterId, version: Version, entries: readonly Written[]): Put[] {
    return entries.map(({ key, value }) => {
      const held: Held = { version, value };
      this.#keep(id, key, held);
      return { key: keyOf(id, key), value: held };
    });
  }

  of(id: RegisterId): ReadonlyMap<string, Held> {
    return this.#kept.get(id) ?? NOTHING;
  }

  /** It is at a majority, or has nothing to say there. */
  settle(id: RegisterId, key: string): Put {
    const kept = this.#kept.get(id);
    kept?.delete(key);
    if (kept?.size === 0) this.#kept.delete(id);
    return { key: keyOf(id, key), value: undefined };
  }

  /** What the own replica has accepted, with what was recorded alone in its place where that is the later word. */
  *over(acceptor: Acceptor): Generator<readonly [string, Held]> {
    const provisional = this.of(acceptor.id);
    for (const [key, held] of acceptor.entries) yield [key, later(key, provisional.get(key), held, acceptor)];
    for (const [key, alone] of provisional) if (!acceptor.entries.get(key)) yield [key, alone];
  }

  /** One entry of these. */
  oneOver(acceptor: Acceptor, key: string): Held | undefined {
    const alone = this.of(acceptor.id).get(key);
    const held = acceptor.entries.get(key);
    return held ? later(key, alone, held, acceptor) : alone;
  }

  #keep(id: RegisterId, key: string, held: Held): void {
    const kept = this.#kept.get(id);
    if (kept) kept.set(key, held);
    else this.#kept.set(id, new Map([[key, held]]));
  }
}

/** What is recorded alone, where it is the later word. */
function later(key: string, alone: Held | undefined, held: Held, acceptor: Acceptor): Held {
  return alone && stays(key, alone, held, acceptor.isCommitted(key)) ? alone : held;
}

/** Of two outcomes the ranking decides (register.md, rule 18), of anything else the ballot. */
function stays(key: string, alone: Held, accepted: Held, isCommitted: boolean): boolean {
  const a = outcomeOf(key, alone, false);
  const b = outcomeOf(key, accepted, isCommitted);
  if (a && b) return better(a, b) === a;
  if (b && isCommitted) return false;
  const byGeneration = alone.version.generation - accepted.version.generation;
  return byGeneration > 0 || (byGeneration === 0 && alone.version.n >= accepted.version.n);
}

function outcomeOf(key: string, { version, value }: Held, isCommitted: boolean): Outcome | undefined {
  if (!key.startsWith(TASK_PREFIX)) return undefined;
  const { state, epoch, outcome } = value as TaskRecord;
  if (!isTerminal(state)) return undefined;
  return { isCommitted, version, digest: `${state} ${epoch} ${outcome?.exitCode ?? ''}`, value };
}
