import { readFileSync } from 'node:fs';

/** As package.json says it. */
export function coveyVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
