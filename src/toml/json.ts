import { getNodeValue, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';

/** What a JSON text says, and in which line each of its keys and elements stands. */
export interface Json {
  readonly value: unknown;
  /** `visit` is told of each, from the outside in. */
  places(visit: (path: readonly (string | number)[], line: number) => void): void;
}

/** Where a text is no JSON; both count from 1. */
export interface JsonFault {
  readonly what: string;
  readonly line: number;
  readonly column: number;
}

/** Reads JSON, without comments or commas too many. */
export function readJson(text: string): Json | JsonFault {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const [error] = errors;
  if (error || !tree) {
    const { line, column } = placeOf(text, error?.offset ?? text.length);
    return { what: error ? wordsOf(error) : 'there is nothing', line, column };
  }
  return { value: getNodeValue(tree), places: (visit) => void walk(text, tree, [], visit) };
}

function walk(
  text: string,
  node: Node,
  path: readonly (string | number)[],
  visit: Parameters<Json['places']>[0],
): void {
  node.children?.forEach((child, i) => {
    const [key, value] = child.type === 'property' ? (child.children ?? []) : [undefined, child];
    const name = key ? String(key.value) : i;
    visit([...path, name], placeOf(text, child.offset).line);
    if (value) walk(text, value, [...path, name], visit);
  });
}

function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** `CommaExpected` -> `comma expected`. */
function wordsOf({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
