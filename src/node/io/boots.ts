import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'boots';
const DIGITS = 16;

/** How often a node has started, by a file beside its store: that may be lost, or be full. 0 where nothing says. */
export function readBoots(dir: string): number {
  try {
    const text = readFileSync(join(dir, FILE), 'utf8');
    return /^\d{16}\n$/.test(text) ? Number(text) : 0;
  } catch {
    return 0;
  }
}

/**
 * Durable when it returns. Written in place and always as long, within one sector: that needs no room on a full disk, and
 * a crash leaves the old number or the new one.
 */
export function writeBoots(dir: string, boots: number): void {
  const fd = openSync(join(dir, FILE), openFlags(dir), 0o600);
  try {
    writeSync(fd, `${String(boots).padStart(DIGITS, '0')}\n`, 0);
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function openFlags(dir: string): 'r+' | 'w' {
  try {
    readFileSync(join(dir, FILE));
    return 'r+';
  } catch {
    return 'w';
  }
}
