import { Encoder } from 'cbor-x';
import { expect } from 'chai';
import fc from 'fast-check';
import { amount, bytes, count, list, oneOf, record, text, textMap, Type } from '../../../src/kernel/schema.js';
import { createCodec, DecodeError, joinBatch } from '../../../src/node/io/codec.js';
import { PlainCborScan } from '../../../src/node/io/plain-cbor.js';

interface Sample {
  readonly kind: 'sample';
  readonly n: number;
  readonly load: number;
  readonly state: 'up' | 'down';
  readonly words: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
  readonly maybe?: number | undefined;
}

const codec = createCodec<Sample>({
  sample: record({
    kind: Type.Literal('sample'),
    n: count(),
    load: amount(),
    state: oneOf('up', 'down'),
    words: list(text(20), 5),
    labels: textMap(3, 20),
    data: bytes(8),
    maybe: Type.Optional(count()),
  }),
});

const SAMPLE: Sample = {
  kind: 'sample',
  n: 2 ** 40,
  load: 0.25,
  state: 'up',
  words: ['a', 'grün'],
  labels: { zone: 'b' },
  data: Uint8Array.of(0, 255),
  maybe: undefined,
};
const cbor = new Encoder({ useRecords: false, tagUint8Array: false });

function batchOf(...items: unknown[]): Uint8Array {
  return joinBatch(items.map((item) => cbor.encode(item)));
}

function causeOf(batch: Uint8Array): unknown {
  try {
    codec.decode(batch);
    return 'nothing';
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return error.cause;
  }
}

describe('codec', () => {
  it('should give back what it encoded', () => {
    const { messages, unknown } = codec.decode(codec.encode([SAMPLE, { ...SAMPLE, maybe: 3 }]));
    expect(unknown).to.equal(0);
    expect(messages).to.have.length(2);
    expect({ ...messages[0], data: [...messages[0]!.data] }).to.deep.equal({ ...SAMPLE, data: [0, 255] });
    expect(messages[1]!.maybe).to.equal(3);
  });

  it('should make a batch of messages encoded one by one', () => {
    expect(codec.decode(joinBatch([codec.encodeOne(SAMPLE), codec.encodeOne(SAMPLE)])).messages).to.have.length(2);
    expect(codec.decode(codec.encode([])).messages).to.deep.equal([]);
  });

  it('should count messages of an unknown kind and keep the others', () => {
    const decoded = codec.decode(batchOf({ kind: 'later' }, SAMPLE, { kind: '__proto__' }));
    expect([decoded.messages.length, decoded.unknown]).to.deep.equal([1, 2]);
  });

  it('should refuse what does not fit its schema', () => {
    const wrong: unknown[] = [
      { ...SAMPLE, n: -1 },
      { ...SAMPLE, n: 1.5 },
      { ...SAMPLE, load: NaN },
      { ...SAMPLE, load: Infinity },
      { ...SAMPLE, state: 'sideways' },
      { ...SAMPLE, words: ['', '', '', '', '', ''] },
      { ...SAMPLE, words: ['x'.repeat(21)] },
      { ...SAMPLE, labels: { a: '', b: '', c: '', d: '' } },
      { ...SAMPLE, data: new Uint8Array(9) },
      { ...SAMPLE, data: [1, 2] },
      { ...SAMPLE, data: 'text' },
      { ...SAMPLE, extra: 1 },
      { kind: 'sample' },
      { n: 1 },
      { kind: 1 },
      [],
      null,
      'sample',
    ];
    for (const item of wrong) expect(causeOf(batchOf(item)), JSON.stringify(item)).to.equal('invalid');
    expect(causeOf(batchOf(SAMPLE, { kind: 'sample' }))).to.equal('invalid');
  });

  it('should refuse CBOR that is more than plain data', () => {
    const hex = {
      'a date': 'c11a00000000',
      'a big number': 'c249010000000000000000',
      'a pattern': 'd81b8266526567457870612e',
      'a shared value': 'd81c80',
      'an indefinite array': '9fff',
      'an indefinite text': '7f6161ff',
      'a whole number of 64 bits': '1b0000000000000001',
      'a break': 'ff',
      'a key that is a number': 'a10102',
      'a half of a text': '6261',
      'an array of 4 billion': '9affffffff',
      'a map of 4 billion': 'baffffffff',
      'a text of 4 GB': '7affffffff',
      'a cut number': '1901',
      'a cut float': 'fb00',
      nothing: '',
    };
    for (const [what, item] of Object.entries(hex)) {
      expect(causeOf(joinBatch([Buffer.from(item, 'hex')])), what).to.equal('malformed');
    }
    expect(causeOf(Buffer.concat([codec.encode([SAMPLE]), Uint8Array.of(0)]))).to.equal('malformed');
    expect(causeOf(cbor.encode({ kind: 'sample' }))).to.equal('malformed');
  });

  it('should refuse deep nesting before it is built', () => {
    const deep = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x81), Uint8Array.of(0)]);
    const scan = new PlainCborScan(32);
    expect(scan.fault(deep(32))).to.equal(undefined);
    expect(scan.fault(deep(33))).to.equal('nested deeper than 32');
    expect(scan.fault(deep(1_000_000))).to.equal('nested deeper than 32');
  });

  it('should let no key reach a prototype', () => {
    const labels = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    const { messages } = codec.decode(batchOf({ ...SAMPLE, labels }));
    expect(Object.getPrototypeOf(messages[0]!.labels)).to.equal(Object.prototype);
    const key = Buffer.from('a2646b696e646673616d706c65695f5f70726f746f5f5fa168706f6c6c7574656401', 'hex');
    expect(causeOf(joinBatch([key]))).to.equal('invalid');
    expect(({} as { polluted?: number }).polluted).to.equal(undefined);
  });

  it('should pass every plain value that the encoder makes', () => {
    const scan = new PlainCborScan(64);
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(scan.fault(cbor.encode(value))).to.equal(undefined);
      }),
    );
  });

  it('should end in a decode error for any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(causeOf(noise)).to.be.oneOf(['malformed', 'invalid', 'nothing']);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (at, value) => {
        const batch = Buffer.from(codec.encode([SAMPLE, SAMPLE]));
        batch[at % batch.length] = value;
        expect(causeOf(batch)).to.be.oneOf(['malformed', 'invalid', 'nothing']);
      }),
      { numRuns: 2_000 },
    );
  });
});
