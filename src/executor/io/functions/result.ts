/** A value as JSON, or why it cannot be that. */
export type Written = { readonly json: string } | { readonly problem: string };

/** Values that JSON has no word for; a Map or Set it would make {} of in silence. */
const FOREIGN = new Set(['function', 'symbol', 'bigint']);

/**
 * What a function returned, as JSON; nothing is null. What JSON would drop or empty in silence (functions, symbols, Map, Set) is
 * refused like what it cannot say (BigInt, cycles), with the place in the value.
 */
export function writeResult(value: unknown, max: number): Written {
  let json: string | undefined;
  try {
    json = value === undefined ? 'null' : JSON.stringify(value, refuseForeign);
  } catch (error) {
    const found = findForeign(value, '', new Set());
    return { problem: found ?? `a value that cannot be written as JSON: ${String(error)}` };
  }
  if (json === undefined) return { problem: 'a value that JSON leaves out' };
  if (json.length <= max) return { json };
  return { problem: `${json.length} characters of JSON; a result has at most ${max}, larger ones belong into a file` };
}

function refuseForeign(_key: string, value: unknown): unknown {
  if (nameOf(value) !== undefined) throw new TypeError('not JSON');
  return value;
}

/** What it is, where JSON has no word for it. */
function nameOf(value: unknown): string | undefined {
  if (FOREIGN.has(typeof value)) return typeof value === 'bigint' ? 'a BigInt' : `a ${typeof value}`;
  if (value instanceof Map) return 'a Map';
  return value instanceof Set ? 'a Set' : undefined;
}

/** The first value that is in the way, and where: `a BigInt at .items[3].size`. */
function findForeign(value: unknown, path: string, above: Set<unknown>): string | undefined {
  const at = path === '' ? '' : ` at ${path}`;
  const name = nameOf(value);
  if (name !== undefined) return `${name}${at}, which JSON cannot hold`;
  if (typeof value !== 'object' || value === null) return undefined;
  if (above.has(value)) return `an object that contains itself${at}`;
  above.add(value);
  for (const [key, part] of Object.entries(value)) {
    const found = findForeign(part, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, above);
    if (found !== undefined) return found;
  }
  above.delete(value);
  return undefined;
}
