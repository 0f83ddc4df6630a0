import { Type, type Static, type TSchema } from 'typebox';
import type { JobId, NodeId } from './ids.js';

/**
 * Building blocks of wire and API schemas. Every field that comes from outside is bounded here; the codec
 * (src/node/io/codec.ts) compiles the schemas and refuses what does not fit.
 */
export const text = (max: number) => Type.String({ maxLength: max });
export const count = (max: number = Number.MAX_SAFE_INTEGER) => Type.Integer({ minimum: 0, maximum: max });
export const amount = (max = 1e15) => Type.Number({ minimum: 0, maximum: max });
export const list = <T extends TSchema>(item: T, max: number) => Type.Array(item, { maxItems: max });

/**
 * Values by names of at most `maxName` characters, any of them: the pattern that a plain string key compiles to passes over
 * names with a line break, and lets their values through unchecked.
 */
export const mapOf = <T extends TSchema>(value: T, maxEntries: number, maxName = 4096) =>
  Type.Record(Type.String({ pattern: `^[^]{0,${maxName}}$` }), value, {
    maxProperties: maxEntries,
    additionalProperties: false,
  });
export const textMap = (maxEntries: number, maxValue: number) => mapOf(text(maxValue), maxEntries);

/** Raw bytes; `bytes` is a keyword of our own, known to the codec. */
export const bytes = (max: number) => Type.Unsafe<Uint8Array>({ bytes: max });

export const NodeIdSchema = Type.Unsafe<NodeId>(Type.String({ pattern: '^[0-9A-Za-z-]{1,64}$' }));
export const JobIdSchema = Type.Unsafe<JobId>(Type.String({ pattern: '^[0-9a-z]{4,40}$' }));

/** Strings one of which must stand: a union of literals. */
export const oneOf = <const T extends string>(...values: T[]) => Type.Unsafe<T>(Type.String({ enum: values }));

/** A request carries a number, and its reply names it: src/node/core/exchange.ts. */
export const asked = { ask: count() };
export const answers = { re: count() };

/** An object that takes no key but its own. */
export const record = <T extends Record<string, TSchema>>(fields: T) =>
  Type.Object(fields, { additionalProperties: false });

/**
 * Records told apart by their `kind`, which each of them has: only the one that it names is looked at, where a union would
 * try all.
 */
export const oneOfKinds = <T extends TSchema[]>(...records: T) =>
  Type.Unsafe<Static<T[number]>>({ type: 'object', discriminator: { propertyName: 'kind' }, oneOf: records });

export { Type, type Static, type TSchema };
