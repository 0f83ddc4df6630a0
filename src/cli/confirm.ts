import { createInterface } from 'node:readline';
import { CoveyError } from '../client/index.js';
import type { Io } from './io.js';

/**
 * Asks on the terminal whether to do what cannot be taken back.
 *
 * @param isSure - it was said on the command line
 * @throws CoveyError `usage` where there is no terminal to ask at, `failed` where the answer is not yes
 */
export async function confirm({ stdin, stderr }: Io, isSure: boolean, question: string): Promise<void> {
  if (isSure) return;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new CoveyError('usage', 'this cannot be taken back, and there is no terminal to ask at', 'add --yes');
  }
  const lines = createInterface({ input: stdin });
  const answer = new Promise<string>((resolve) => {
    lines.once('line', resolve).once('close', () => void resolve(''));
  });
  stderr.write(`covey: ${question} [y/N] `);
  const isYes = ['y', 'yes'].includes((await answer).trim().toLowerCase());
  lines.close();
  if (!isYes) throw new CoveyError('failed', 'nothing was done');
}
