import { CoveyError } from '../../../kernel/errors.js';
import type { Environment, RawEntry, RawPut } from './environment.js';
import { seal } from './sealed.js';

/** Of what this version writes. 1: plain CBOR values and no format key. 2: sealed values. */
export const FORMAT = 2;

/** Its value is plain JSON in every format, so that any version can say which one wrote the store. */
export const FORMAT_KEY = 'node/format';

export interface StoreFormat {
  readonly format: number;
  /** The version of covey that wrote it. */
  readonly by: string;
}

/** From format k to k + 1, at index k - 1: what to write so that all is in the new form. */
const STEPS: readonly ((entries: readonly RawEntry[]) => readonly RawPut[])[] = [
  (entries) => entries.map(({ key, value }) => ({ key, value: seal(key, value) })),
];

/** @param text - what stands under the format key, undefined where nothing does */
export function parseFormat(text: string | undefined, isEmpty: boolean): StoreFormat {
  if (text === undefined) return { format: isEmpty ? FORMAT : 1, by: 'a version before 0.2' };
  const { format, by } = JSON.parse(text) as Partial<StoreFormat>;
  return { format: Number(format), by: String(by) };
}

/** @throws CoveyError `failed` where a later version of covey has written the store */
export function refuseNewer({ format, by }: StoreFormat, dir: string): void {
  if (format <= FORMAT) return;
  throw new CoveyError(
    'failed',
    `the store in ${dir} has format ${format}, written by covey ${by}, and this version reads up to ${FORMAT}`,
    `start covey ${by} or later; nothing was changed`,
  );
}

/** Everything that brings a store to today's format, for one transaction. A step works on what those before it wrote. */
export function migration(env: Environment, from: number, by: string): RawPut[] {
  const key = Buffer.from(FORMAT_KEY);
  const found = Array.from(env.range(Buffer.of(0)), (entry) => ({
    key: Buffer.from(entry.key),
    value: Buffer.from(entry.value),
  }));
  let entries: readonly RawEntry[] = found.filter((entry) => !entry.key.equals(key));
  let puts: readonly RawPut[] = [];
  for (const step of STEPS.slice(from - 1)) {
    puts = step(entries);
    entries = puts.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }]));
  }
  return [...puts, { key, value: Buffer.from(JSON.stringify({ format: FORMAT, by } satisfies StoreFormat)) }];
}
