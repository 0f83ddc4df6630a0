import { readFile } from 'node:fs/promises';
import { CoveyError } from '../../kernel/errors.js';

const HEX_KEY = /^[0-9a-f]{64}$/i;

/**
 * The secret that all nodes of a cluster share: from the text of COVEY_CLUSTER_KEY, or else from a key file.
 *
 * @returns 32 bytes, or undefined where neither is given
 * @throws CoveyError `usage` where the key is not one, or the file cannot be read
 */
export async function readClusterKey(source: {
  readonly text?: string | undefined;
  readonly file?: string | undefined;
}): Promise<Uint8Array | undefined> {
  if (source.text !== undefined && source.text !== '') return parseKey(source.text, 'COVEY_CLUSTER_KEY');
  if (source.file === undefined) return undefined;
  const path = source.file;
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new CoveyError('usage', `the cluster key file cannot be read: ${why}`, 'make one with `covey keys new`');
  });
  return parseKey(text, path);
}

function parseKey(text: string, where: string): Uint8Array {
  const hex = text.trim();
  if (!HEX_KEY.test(hex)) {
    throw new CoveyError(
      'usage',
      `${where} holds no cluster key: it must be 64 hexadecimal digits`,
      'make one with `covey keys new`',
    );
  }
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
