import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes a directory that tasks wrote into, also where they left directories in it that may not be written to. What
 * cannot be removed even so (another user's, or still being written) stays, for the next start.
 */
export async function removeTree(dir: string): Promise<void> {
  try {
    await rm(dir, { recursive: true, force: true });
  } catch {
    await open(dir).catch(() => undefined);
    await rm(dir, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Lets the owner list and change a directory, and all directories in it. Links are not followed. */
async function open(dir: string): Promise<void> {
  await chmod(dir, 0o700);
  for (const one of await readdir(dir, { withFileTypes: true })) {
    if (one.isDirectory()) await open(join(dir, one.name)).catch(() => undefined);
  }
}
