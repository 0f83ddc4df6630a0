import type { Written } from '../../../src/tasks/register/messages.js';
import type { RegisterId } from '../../../src/tasks/register/head.js';
import type { RegisterNews, RegisterWish } from '../../../src/tasks/replication/effects.js';
import type { Places } from '../../../src/tasks/replication/places.js';
import { KnownPlaces, type Committed } from './known-places.js';

/** Registers at a majority's disks, one wish after the other, when the test says so. */
export class HandRegisters<Tag> {
  readonly known = new KnownPlaces();
  #wishes: RegisterWish<Tag>[] = [];

  constructor(private readonly tell: (news: RegisterNews<Tag>) => string[]) {}

  get places(): Places {
    return this.known as unknown as Places;
  }

  wish(wish: RegisterWish<Tag>): void {
    this.#wishes.push(wish);
  }

  /** Grants the oldest wish. Undefined where there is none. */
  grant(): string[] | undefined {
    const wish = this.#wishes.shift();
    if (!wish) return undefined;
    const { register } = wish;
    switch (wish.kind) {
      case 'create': {
        const entries = new Map(structuredClone(wish.entries).map(({ key, value }: Written) => [key, value]));
        this.known.registers.set(register, { set: wish.set, ballot: 0, isOpen: false, entries });
        return this.#open(register);
      }
      case 'write':
        this.known.write(register, wish.entries);
        return this.tell({ kind: 'written', register, tag: wish.tag });
      case 'renew':
        return [...this.close(register, 'elsewhere'), ...this.#open(register)];
      case 'abandon':
        throw new Error(`${register} has its majority`);
    }
  }

  /** A new ballot for each of these: what another coordinator left. */
  takeOver(found: Committed): string[] {
    for (const [id, kept] of found) this.known.registers.set(id, { ...kept, isOpen: false });
    return [...found.keys()].flatMap((id) => (this.known.isFinal(id) ? [] : this.#open(id)));
  }

  close(register: RegisterId, why: 'final' | 'refused' | 'elsewhere'): string[] {
    this.#wishes = this.#wishes.filter((wish) => wish.register !== register);
    const kept = this.known.registers.get(register);
    if (kept) kept.isOpen = false;
    return this.tell({ kind: 'closed', register, why });
  }

  /** Lets go of what is finished. */
  letGo(): string[] {
    const due = [...this.known.registers].filter(([id, { isOpen }]) => isOpen && this.known.isFinal(id));
    return due.flatMap(([id]) => this.close(id, 'final'));
  }

  #open(register: RegisterId): string[] {
    const kept = this.known.registers.get(register);
    if (!kept) throw new Error(`${register} is not there`);
    kept.isOpen = true;
    kept.ballot += 1;
    const { set, ballot, entries } = kept;
    return this.tell({ kind: 'opened', register, ballot, isNew: ballot === 1, set, entries: structuredClone(entries) });
  }
}
