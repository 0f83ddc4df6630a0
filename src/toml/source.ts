import { parse, TomlError, type TomlTable } from 'smol-toml';
import { CoveyError } from '../kernel/errors.js';
import { readJson } from './json.js';

/** Of a key: the names of the tables around it and its own, with the places of those in arrays. */
export type Path = readonly (string | number)[];

/** A value given beside the file, and by what name: `--nodes`. */
export interface Override {
  readonly path: Path;
  readonly value: unknown;
  readonly flag: string;
}

/** The values of a file, and where each of them comes from. */
export class Source {
  readonly #lines: ReadonlyMap<string, number>;
  readonly #flags = new Map<string, string>();

  private constructor(
    readonly values: TomlTable,
    /** As errors name it. */
    readonly file: string,
    lines: ReadonlyMap<string, number>,
  ) {
    this.#lines = lines;
  }

  /**
   * @param overrides - take the place of what the file says
   * @throws CoveyError `usage`, with line and column, where it is no TOML
   */
  static of(text: string, file: string, overrides: readonly Override[] = []): Source {
    const source = new Source(parsed(text, file), file, linesOf(text));
    for (const override of overrides) source.#set(override);
    return source;
  }

  /**
   * The same of JSON.
   *
   * @throws CoveyError `usage`, with line and column, where it is none
   */
  static ofJson(text: string, file: string): Source {
    const json = readJson(text);
    if ('what' in json) {
      throw new CoveyError('usage', `${file}:${json.line}:${json.column}: ${json.what}`, 'this is not JSON');
    }
    if (!isTable(json.value)) throw new CoveyError('usage', `${file}: this is no object`, 'write { "tasks": … }');
    const lines = new Map<string, number>();
    json.places((path, line) => void note(lines, path, line));
    return new Source(json.value, file, lines);
  }

  /** `scenario.toml:12`, or the flag that gave the value. Of what is not there itself: the table around it. */
  at(path: Path): string {
    for (let length = path.length; length > 0; length--) {
      const name = nameOf(path.slice(0, length));
      const flag = this.#flags.get(name);
      if (flag !== undefined) return flag;
      const line = this.#lines.get(name);
      if (line !== undefined) return `${this.file}:${line}`;
    }
    return this.file;
  }

  /** Whether it was given beside the file. */
  isFlag(path: Path): boolean {
    return this.#flags.has(nameOf(path));
  }

  #set({ path, value, flag }: Override): void {
    let table: TomlTable = this.values;
    for (const name of path.slice(0, -1)) {
      const inner = table[name];
      // What is no table is refused when it is read.
      if (inner !== undefined && !isTable(inner)) return;
      table = table[name] = inner ?? {};
    }
    table[path.at(-1) ?? ''] = value as TomlTable[string];
    this.#flags.set(nameOf(path), flag);
  }
}

export function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function parsed(text: string, file: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? '';
    throw new CoveyError('usage', `${file}:${error.line}:${error.column}: ${what}`, 'this is not TOML: toml.io');
  }
}

/** Where each key stands. The parser has read the text, so a rough look is enough; keys of inline tables stand with theirs. */
function linesOf(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const counts = new Map<string, number>();
  let table: Path = [];
  text.split('\n').forEach((line, i) => {
    const head = /^\s*(\[\[?)\s*([^\]#]+?)\s*\]/.exec(line);
    const key = /^\s*([A-Za-z0-9_.\-" ]+?)\s*=/.exec(line);
    if (head) {
      const names = namesIn(head[2] ?? '');
      const list = nameOf(names);
      const count = counts.get(list) ?? 0;
      if (head[1] === '[[') counts.set(list, count + 1);
      table = head[1] === '[[' ? [...names, count] : names;
      note(lines, names, i + 1);
      note(lines, table, i + 1);
    } else if (key) note(lines, [...table, ...namesIn(key[1] ?? '')], i + 1);
  });
  return lines;
}

function note(lines: Map<string, number>, path: Path, line: number): void {
  const name = nameOf(path);
  if (!lines.has(name)) lines.set(name, line);
}

function namesIn(dotted: string): string[] {
  return dotted.split('.').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

function nameOf(path: Path): string {
  return path.join('\0');
}
