import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../src/client/index.js';
import { Flock } from '../test/e2e/support/flock.js';
import { timed } from './measure.js';
import type { Row } from './row.js';

const FILES = 2_000;
const FILE_BYTES = 100 * 1024;
/** After this a file's time of change tells its versions apart. */
const SETTLE_MS = 2_500;

/** A tree of 200 MB, uploaded twice to three daemons, beside reading and hashing it once. */
export async function benchFiles(): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'covey-bench-'));
  const flock = await Flock.start(3);
  const client = connect({ data: flock.dataDir(0) });
  try {
    for (let i = 0; i < FILES; i++) {
      if (i % 100 === 0) mkdirSync(join(dir, String(i / 100)));
      writeFileSync(join(dir, String(Math.floor(i / 100)), `${i}.bin`), randomBytes(FILE_BYTES));
    }
    await new Promise((done) => setTimeout(done, SETTLE_MS));
    const submit = async () => client.submit({ argv: ['true'], upload: await client.files.upload(dir), held: true });
    const firstMs = await timed(submit);
    const before = blobs(flock);
    const secondMs = await timed(submit);
    const sent = blobs(flock) - before;
    const hashMs = await timed(() => Promise.resolve(hashAll(dir)));
    const beside = `the first time ${(firstMs / 1000).toFixed(1)} s, on three disks; ${sent} blobs more; reading and hashing it ${(hashMs / 1000).toFixed(2)} s`;
    const name = 'upload and submission of a tree of 200 MB, the second time';
    return [{ name, figure: secondMs / 1000, unit: 's', target: 1, better: 'less', beside }];
  } finally {
    client.close();
    await flock.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function blobs(flock: Flock): number {
  const at = (node: number) => readdirSync(join(flock.dataDir(node), 'blobs'), { recursive: true }).length;
  return at(0) + at(1) + at(2);
}

function hashAll(dir: string): string {
  const hash = createHash('sha256');
  for (const one of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (one.isFile()) hash.update(readFileSync(join(one.parentPath, one.name)));
  }
  return hash.digest('hex');
}
