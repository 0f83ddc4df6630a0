/** Shared by all that are empty: each task has two. */
const NO_BYTES = new Uint8Array(0);

/**
 * As a codec leaves it: nobody who keeps the value given can change the copy. Spread, so that it has the shape of what it is made
 * from: of the many values that a large flock keeps, that is less memory than putting each together key by key.
 */
export function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Uint8Array) return value.length === 0 ? NO_BYTES : value.slice();
  const copy: Record<string, unknown> = { ...value };
  for (const key of Object.keys(copy)) {
    const part = copy[key];
    if (typeof part === 'object' && part !== null) copy[key] = copied(part);
  }
  return copy;
}

/** Compares as the bytes of UTF-8 do, which differs from UTF-16 only where surrogates are. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [unitOfA, unitOfB] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (unitOfA !== unitOfB) return inOrderOfCodePoints(unitOfA) - inOrderOfCodePoints(unitOfB);
  }
  return a.length - b.length;
}

/** Surrogates, which stand for what is beyond all others, go to the end. */
function inOrderOfCodePoints(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
