import { existsSync, readFileSync } from 'node:fs';

/** Of the installed package: its package.json stands above both the sources and the bundle. */
export const VERSION: string = read(new URL('.', import.meta.url));

function read(dir: URL): string {
  const file = new URL('package.json', dir);
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  const parent = new URL('..', dir);
  return parent.href === dir.href ? 'unknown' : read(parent);
}
