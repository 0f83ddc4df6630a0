import { expect } from 'chai';
import fc from 'fast-check';
import type { TSchema } from '../../../src/kernel/schema.js';
import { WIRE_SCHEMAS, type Message } from '../../../src/node/core/wire.js';
import { createCodec } from '../../../src/node/io/codec.js';
import { sizeOf } from '../../../simnet/world/size.js';

const codec = createCodec<Message>(WIRE_SCHEMAS);

interface Shape {
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly bytes?: number;
  readonly type?: string;
  readonly anyOf?: readonly Shape[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Shape>>;
}

/** Values such as a schema lets pass: small and large numbers, short words, short lists. */
function valuesOf(shape: Shape): fc.Arbitrary<unknown> {
  if (shape.const !== undefined) return fc.constant(shape.const);
  if (shape.enum) return fc.constantFrom(...shape.enum);
  if (shape.bytes !== undefined) return fc.uint8Array({ maxLength: Math.min(shape.bytes, 2_000) });
  if (shape.anyOf) return fc.oneof(...shape.anyOf.map(valuesOf));
  switch (shape.type) {
    case 'string':
      return words(shape.maxLength ?? 60);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.oneof(fc.nat(300), fc.nat(Math.min(shape.maximum ?? 2 ** 31 - 1, 2 ** 31 - 1)), fc.constant(2 ** 40));
    case 'number':
      return fc.oneof(fc.nat(5_000), fc.double({ min: 0, max: 1e6, noNaN: true }));
    case 'array':
      return fc.array(valuesOf(shape.items ?? {}), { maxLength: Math.min(shape.maxItems ?? 5, 5) });
    case 'object':
      return objectsOf(shape);
    default:
      throw new Error(`no values of ${JSON.stringify(shape)}`);
  }
}

function objectsOf({ properties = {}, required = [], patternProperties }: Shape): fc.Arbitrary<unknown> {
  if (patternProperties) {
    const [inner = {}] = Object.values(patternProperties);
    return fc.dictionary(words(20), valuesOf(inner), { maxKeys: 4 });
  }
  const fields = Object.fromEntries(Object.entries(properties).map(([name, shape]) => [name, valuesOf(shape)]));
  return fc.record(fields, { requiredKeys: [...required] });
}

function words(max: number): fc.Arbitrary<string> {
  return fc.stringMatching(/^[0-9A-Za-z/._-]*$/, { maxLength: Math.min(max, 60) });
}

describe('the size of a message', () => {
  for (const [kind, schema] of Object.entries(WIRE_SCHEMAS) as [string, TSchema][]) {
    it(`should be that of ${kind} in CBOR`, () => {
      fc.assert(
        fc.property(valuesOf(schema as Shape), (message) => {
          const real = codec.encodeOne(message as Message).length;
          expect(sizeOf(message)).to.be.within(0.9 * real, 1.1 * real);
        }),
        { numRuns: 25 },
      );
    });
  }

  it('should be found without encoding, for what is shared once only', () => {
    const profile = { addresses: ['/ip4/10.0.0.1/tcp/7070'], labels: { rack: 'a' }, zone: 'eu' };
    const states = Array.from({ length: 16 }, (_, n) => ({ id: `n${n}`, boot: n, state: 'alive', profile }));
    const message = { kind: 'swim.states', members: states, want: [], done: true } as unknown as Message;
    const real = codec.encodeOne(message).length;
    expect(sizeOf(message)).to.be.within(0.95 * real, 1.05 * real);
    expect(sizeOf(message)).to.equal(sizeOf(structuredClone(message)));
  });
});
