import { Type, type Static, type TSchema } from '../../kernel/schema.js';

/** What a schema describes, not to be changed by who got it. */
export type View<Schema extends TSchema> = Frozen<Static<Schema>>;

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** The schema with what it means, which goes into openapi.json. */
export const meaning = <Schema extends TSchema>(description: string, schema: Schema): Schema => {
  return { ...schema, description };
};

export const string = () => Type.String();
export const integer = () => Type.Integer();
/** ISO 8601 in UTC. */
export const time = () => Type.String({ format: 'date-time' });

/** How complete an answer is, since no node knows everything: `asked` and `answered` count nodes. */
export const completeness = { partial: Type.Boolean(), asked: integer(), answered: integer() };
