import { CoveyError } from '../kernel/errors.js';
import { parseDuration } from '../kernel/units.js';
import { isTable, type Path, type Source } from './source.js';
import { closest } from './suggest.js';

export interface Bounds {
  /** The least that is allowed. @default 0 */
  readonly min?: number;
  readonly max?: number;
  readonly isWhole?: true;
  /** A value that makes sense, for the hint. */
  readonly like: number;
}

/**
 * One table of a file, read key by key: each reader gives the value, or undefined where the key is not there. Whatever
 * is wrong is one error that names the place. What was never asked for is unknown.
 */
export class Section {
  readonly #asked = new Set<string>();
  readonly #table: Readonly<Record<string, unknown>>;

  constructor(
    readonly source: Source,
    readonly path: Path = [],
    table: unknown = source.values,
  ) {
    if (!isTable(table))
      throw new CoveyError('usage', `${source.at(path)}: ${nameIn(path)} is not a table`, `write [${nameIn(path)}]`);
    this.#table = table;
  }

  has(key: string): boolean {
    return this.#table[key] !== undefined;
  }

  /** Whether it was given beside the file. */
  isFlag(key: string): boolean {
    return this.source.isFlag([...this.path, key]);
  }

  /** These may be there and say nothing. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.#asked.add(key);
  }

  /** A key's value, read by `read`; the CoveyErrors of that get their place. */
  read<T>(key: string, read: (value: unknown) => T): T | undefined {
    this.#asked.add(key);
    const value = this.#table[key];
    if (value === undefined) return undefined;
    try {
      return read(value);
    } catch (error) {
      if (!(error instanceof CoveyError) || error instanceof PlacedError) throw error;
      throw this.error(key, error.message, error.hint);
    }
  }

  number(key: string, { min = 0, max = 1e12, isWhole, like }: Bounds): number | undefined {
    return this.read(key, (value) => {
      if (typeof value === 'number' && value >= min && value <= max && (isWhole !== true || Number.isInteger(value))) {
        return value;
      }
      const kind = isWhole === true ? 'whole number' : 'number';
      throw wrong(`${shown(value)} is not a ${kind} from ${min} to ${max}`, `write ${like}, say`);
    });
  }

  /** A part of one: `0.05` or `"5%"`. */
  part(key: string): number | undefined {
    return this.read(key, readPart);
  }

  /** In ms; a bare number is seconds, as everywhere. */
  duration(key: string, { mayBeZero = false } = {}): number | undefined {
    return this.read(key, (value) => readDuration(value, mayBeZero));
  }

  boolean(key: string): boolean | undefined {
    return this.read(key, (value) => {
      if (typeof value === 'boolean') return value;
      throw wrong(`${shown(value)} is neither`, 'write true or false');
    });
  }

  text(key: string): string | undefined {
    return this.read(key, (value) => {
      if (typeof value === 'string' && value !== '') return value;
      throw wrong(`${shown(value)} is not a text`, 'write it in quotes');
    });
  }

  /** @param what - of what kind the words are: `policy` */
  oneOf<T extends string>(key: string, what: string, words: readonly T[], hint?: string): T | undefined {
    return this.read(key, (value) => {
      const found = words.find((word) => word === value);
      if (found !== undefined) return found;
      const guess = typeof value === 'string' ? closest(value, words) : undefined;
      throw wrong(
        `unknown ${what} ${shown(value)}`,
        guess === undefined ? (hint ?? `there is ${words.join(', ')}`) : `did you mean ${guess}?`,
      );
    });
  }

  /** A value that is there once or several times. */
  several<T>(key: string, read: (value: unknown) => T): T[] {
    return this.read(key, (value) => (Array.isArray(value) ? value.map((one) => read(one)) : [read(value)])) ?? [];
  }

  section(key: string): Section | undefined {
    this.#asked.add(key);
    return this.has(key) ? new Section(this.source, [...this.path, key], this.#table[key]) : undefined;
  }

  /** The tables in a table, by their names and in their order: `[tasks.build]`, `[tasks.test]`. */
  named(key: string): [name: string, section: Section][] {
    const outer = this.section(key);
    if (!outer) return [];
    return Object.keys(outer.#table).map((name) => {
      return [name, new Section(outer.source, [...outer.path, name], outer.#table[name])];
    });
  }

  sections(key: string): Section[] {
    this.#asked.add(key);
    const list = this.#table[key] ?? [];
    if (!Array.isArray(list)) throw this.error(key, 'it is not a list of tables', `write [[${key}]]`);
    return list.map((table, i) => new Section(this.source, [...this.path, key, i], table));
  }

  /** @throws CoveyError where the table has a key that nobody asked for */
  end(): void {
    const unknown = Object.keys(this.#table).find((key) => !this.#asked.has(key));
    if (unknown === undefined) return;
    const words = [...this.#asked];
    const guess = closest(unknown, words);
    const hint = guess === undefined ? `there is ${words.join(', ')}` : `did you mean ${guess}?`;
    throw new PlacedError('usage', `${this.source.at([...this.path, unknown])}: unknown key '${unknown}'`, hint);
  }

  /** Says what is wrong with a key, and where it stands. A flag names its key itself. */
  error(key: string, what: string, hint?: string): CoveyError {
    const place = this.source.at([...this.path, key]);
    return new PlacedError('usage', this.isFlag(key) ? `${place}: ${what}` : `${place}: ${key}: ${what}`, hint);
  }

  /** What must be there, and is not. */
  missing(key: string, hint?: string): CoveyError {
    return new PlacedError('usage', `${this.source.at(this.path)}: ${key} is missing`, hint);
  }
}

class PlacedError extends CoveyError {}

/** Something wrong with a value; its place comes from the section that reads it. */
export function wrong(what: string, hint?: string): CoveyError {
  return new CoveyError('usage', what, hint);
}

export function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
}

export function readPart(value: unknown): number {
  const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(value) : null;
  const part = percent ? Number(percent[1]) / 100 : Number(typeof value === 'string' ? NaN : value);
  if (part >= 0 && part <= 1) return part;
  throw wrong(`${shown(value)} is not a part from 0 to 1`, 'write 0.05 or "5%"');
}

export function readDuration(value: unknown, mayBeZero = false): number {
  if (mayBeZero && (value === 0 || (typeof value === 'string' && /^0+(ms|s|m|h|d)?$/.test(value)))) return 0;
  if (typeof value === 'string') return parseDuration(value);
  if (typeof value === 'number' && value > 0) return parseDuration(String(value));
  throw wrong(`${shown(value)} is not a duration`, 'write "500ms", "30s", "5m" or "2h"');
}

function nameIn(path: Path): string {
  return path.filter((name) => typeof name === 'string').join('.');
}
