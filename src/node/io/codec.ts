import { Ajv, type ValidateFunction } from 'ajv';
import { Encoder } from 'cbor-x';
import type { TSchema } from '../../kernel/schema.js';
import { PlainCborScan } from './plain-cbor.js';

const DEPTH_MAX = 32;
const ARRAY_HEAD_BYTES = 5;

/** `malformed`: the bytes are no batch of plain CBOR. `invalid`: a message does not fit the schema of its kind. */
export type DecodeFault = 'malformed' | 'invalid';

export class DecodeError extends Error {
  override readonly name = 'DecodeError';

  constructor(
    override readonly cause: DecodeFault,
    message: string,
  ) {
    super(message);
  }
}

/** What stood in a batch. */
export interface Decoded<Message> {
  readonly messages: readonly Message[];
  /** Messages of a kind that this version does not know. */
  readonly unknown: number;
}

/** Messages to bytes and back. A batch is a CBOR array of messages. */
export interface Codec<Message> {
  encode(messages: readonly Message[]): Uint8Array;
  /** One message as it stands inside a batch; {@link joinBatch} makes a batch of several. */
  encodeOne(message: Message): Uint8Array;
  /** @throws DecodeError */
  decode(batch: Uint8Array): Decoded<Message>;
}

/** Bytes that a batch takes beyond its messages. */
export const BATCH_OVERHEAD_BYTES = ARRAY_HEAD_BYTES;

/** A batch of messages that are encoded already. */
export function joinBatch(parts: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.allocUnsafe(ARRAY_HEAD_BYTES);
  head[0] = 0x9a;
  head.writeUInt32BE(parts.length, 1);
  return Buffer.concat([head, ...parts]);
}

/**
 * The codec of a union of messages told apart by `kind`. Whatever it decodes fits the schema of its kind.
 *
 * @param schemas - the schema of the whole message, for each kind
 */
export function createCodec<Message extends { readonly kind: string }>(
  schemas: Readonly<Record<Message['kind'], TSchema>>,
): Codec<Message> {
  const cbor = new Encoder({ useRecords: false, tagUint8Array: false, variableMapSize: true });
  const scan = new PlainCborScan(DEPTH_MAX);
  const validatorOf = validators(schemas);
  const encodeOne = (message: Message): Uint8Array => cbor.encode(message);

  const decode = (batch: Uint8Array): Decoded<Message> => {
    const fault = scan.fault(batch);
    if (fault !== undefined) throw new DecodeError('malformed', fault);
    const items: unknown = cbor.decode(batch);
    if (!Array.isArray(items)) throw new DecodeError('malformed', 'a batch must be an array');
    const messages: Message[] = [];
    for (const item of items as unknown[]) {
      const validate = validatorOf(kindOf(item));
      if (validate === undefined) continue;
      if (!validate(item)) throw new DecodeError('invalid', `${kindOf(item)}: ${reasonOf(validate)}`);
      messages.push(item as Message);
    }
    return { messages, unknown: items.length - messages.length };
  };
  return { encode: (messages) => joinBatch(messages.map(encodeOne)), encodeOne, decode };
}

/**
 * Each is compiled when it is first asked for: all of them take half of a daemon's start, and most kinds are rare. Ajv's own
 * optimizer takes two thirds of that time, and validation is no faster for it.
 */
function validators(schemas: Readonly<Record<string, TSchema>>): (kind: string) => ValidateFunction | undefined {
  const ajv = new Ajv({ strict: true, strictTypes: false, discriminator: true, code: { optimize: false } });
  ajv.addKeyword({
    keyword: 'bytes',
    schemaType: 'number',
    compile: (max: number) => (data: unknown) => data instanceof Uint8Array && data.length <= max,
  });
  const compiled = new Map<string, ValidateFunction>();
  return (kind) => {
    const schema = Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
    if (schema === undefined) return undefined;
    const known = compiled.get(kind);
    if (known !== undefined) return known;
    const validate = ajv.compile(schema);
    compiled.set(kind, validate);
    return validate;
  };
}

function kindOf(item: unknown): string {
  const kind = typeof item === 'object' && item !== null && 'kind' in item ? item.kind : undefined;
  if (typeof kind !== 'string') throw new DecodeError('invalid', 'a message must have a kind');
  return kind;
}

function reasonOf(validate: ValidateFunction): string {
  const error = validate.errors?.[0];
  return error === undefined ? 'does not fit' : `${error.instancePath} ${error.message ?? error.keyword}`.trim();
}
