const VOID = new Set(['meta', 'br', 'hr', 'img', 'input', 'link']);

export interface Markup {
  /** What is wrong with it, in words; undefined where it is well-formed. */
  readonly fault: string | undefined;
  readonly ids: readonly string[];
  /** Of elements with text of their own kind. */
  readonly scripts: readonly string[];
  readonly text: string;
}

/** A strict reader of the HTML that covey writes: every element closed, every attribute quoted, every ampersand an entity. */
export function readMarkup(html: string): Markup {
  const open: string[] = [];
  const ids: string[] = [];
  const scripts: string[] = [];
  let text = '';
  let at = 0;
  const fail = (fault: string): Markup => ({
    fault: `${fault} at ${at}: ${html.slice(at, at + 60)}`,
    ids,
    scripts,
    text,
  });
  if (!html.startsWith('<!doctype html>')) return fail('no doctype');
  at = '<!doctype html>'.length;
  while (at < html.length) {
    const next = html.indexOf('<', at);
    const plain = html.slice(at, next < 0 ? undefined : next);
    if (/[>]|&(?!(amp|lt|gt|quot|#39);)/.test(plain)) return fail('a bare > or &');
    text += plain;
    if (next < 0) break;
    at = next;
    const tag = /^<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*>/.exec(html.slice(at, at + 2_000));
    if (tag === null) return fail('no tag');
    const [whole, slash, name, attributes] = tag as unknown as [string, string, string, string];
    at += whole.length;
    for (const id of attributes.matchAll(/\sid="([^"]*)"/g)) ids.push(id[1]!);
    if (slash === '/') {
      if (open.pop() !== name) return fail(`</${name}> closes another`);
    } else if (name === 'script' || name === 'style') {
      const end = html.indexOf(`</${name}>`, at);
      if (end < 0) return fail(`no </${name}>`);
      if (name === 'script') scripts.push(html.slice(at, end));
      at = end + name.length + 3;
    } else if (!VOID.has(name)) open.push(name);
  }
  return open.length > 0 ? fail(`left open: ${open.join(' ')}`) : { fault: undefined, ids, scripts, text };
}
