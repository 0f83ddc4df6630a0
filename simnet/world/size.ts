const FLOAT_BYTES = 9;
/** Profiles and specs travel again and again, and nobody changes them. */
const SHARED = new Set(['profile', 'spec']);
const sharedBytes = new WeakMap<object, number>();

/**
 * The bytes of plain data in CBOR as the codec writes it, within a few per cent: text counts a byte a character, and a
 * whole number of more than 32 bits nine.
 */
export function sizeOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return headBytes(value.length) + value.length;
    case 'number':
      return numberBytes(value);
    case 'object':
      return value === null ? 1 : objectBytes(value);
    default:
      return 1;
  }
}

function numberBytes(value: number): number {
  // Most are small and whole; `| 0` tells them without a call.
  if ((value | 0) === value) {
    const size = value < 0 ? -1 - value : value;
    return size < 24 ? 1 : size < 0x100 ? 2 : size < 0x10000 ? 3 : 5;
  }
  return Number.isInteger(value) && value > 0 && value < 2 ** 32 ? 5 : FLOAT_BYTES;
}

function objectBytes(value: object): number {
  if (value instanceof Uint8Array) return headBytes(value.length) + value.length;
  if (Array.isArray(value)) {
    let bytes = headBytes(value.length);
    for (const item of value as readonly unknown[]) bytes += sizeOf(item);
    return bytes;
  }
  const map = value as Readonly<Record<string, unknown>>;
  let bytes = 0;
  let entries = 0;
  for (const key in map) {
    const inner = map[key];
    bytes += headBytes(key.length) + key.length;
    if (typeof inner === 'number') bytes += numberBytes(inner);
    else if (typeof inner !== 'object' || inner === null) bytes += sizeOf(inner);
    else bytes += SHARED.has(key) ? cachedBytes(inner) : objectBytes(inner);
    entries += 1;
  }
  return bytes + headBytes(entries);
}

function cachedBytes(value: object): number {
  const known = sharedBytes.get(value);
  if (known !== undefined) return known;
  const bytes = objectBytes(value);
  sharedBytes.set(value, bytes);
  return bytes;
}

function headBytes(length: number): number {
  return length < 24 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
}
