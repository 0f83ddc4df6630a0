import { bytes, count, record, text, Type } from '../../src/kernel/schema.js';
import { createCodec } from '../../src/node/io/codec.js';

/** The little that the contract suites say to each other. */
export type TestMessage =
  | { readonly kind: 'note'; readonly n: number; readonly text: string }
  | { readonly kind: 'blob'; readonly n: number; readonly data: Uint8Array };

export const testCodec = createCodec<TestMessage>({
  note: record({ kind: Type.Literal('note'), n: count(), text: text(1_000) }),
  blob: record({ kind: Type.Literal('blob'), n: count(), data: bytes(2 ** 22) }),
});

export function note(n: number, words = 'hello'): TestMessage {
  return { kind: 'note', n, text: words };
}

export function blob(n: number, size: number): TestMessage {
  return { kind: 'blob', n, data: new Uint8Array(size).fill(n) };
}
