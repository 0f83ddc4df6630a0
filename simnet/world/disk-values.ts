import type { Prng } from '../../src/kernel/prng.js';

/** As a codec leaves it: nobody who keeps the value given can change the copy. */
export function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Uint8Array) return value.slice();
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copied((value as Record<string, unknown>)[key]);
  return copy;
}

/** A copy in which one bit of one number or text is another. Itself where there is nothing to damage. */
export function damaged(value: unknown, prng: Prng): unknown {
  const spots: Spot[] = [];
  const box = { value: copied(value) };
  gather(box, spots);
  const spot = prng.pick(spots);
  if (spot === undefined) return value;
  const { holder, key } = spot;
  const was = holder[key];
  if (typeof was === 'string') holder[key] = flippedText(was, prng);
  else if (typeof was === 'number') holder[key] = was + (was % 2 === 0 ? 1 : -1) * 2 ** prng.below(8);
  else holder[key] = was !== true;
  return box.value;
}

interface Spot {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function gather(holder: Record<string, unknown>, spots: Spot[]): void {
  for (const key of Object.keys(holder)) {
    const value = holder[key];
    if (typeof value === 'object' && value !== null) gather(value as Record<string, unknown>, spots);
    else if (value !== '' && value !== undefined && value !== null) spots.push({ holder, key });
  }
}

function flippedText(text: string, prng: Prng): string {
  const at = prng.below(text.length);
  const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << prng.below(5)));
  return text.slice(0, at) + flipped + text.slice(at + 1);
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
