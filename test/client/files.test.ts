import { expect } from 'chai';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FlockFiles } from '../../src/client/files.js';
import type { Peers } from '../../src/client/peers.js';
import { encodeManifest } from '../../src/files/manifest.js';
import { failure } from '../support/failure.js';

describe('Files that are fetched', () => {
  it('should not be written through a link that is in the place of a directory', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'covey-fetch-'));
    try {
      mkdirSync(join(dir, 'elsewhere'));
      mkdirSync(join(dir, 'into/a'), { recursive: true });
      symlinkSync('../../elsewhere', join(dir, 'into/a/b'));
      const hash = 'a'.repeat(64);
      const list = encodeManifest({ files: [{ path: 'a/b/c', executable: false, bytes: 1, hash }], links: [] });
      const answer = Object.assign(Readable.from([Buffer.from(list)]), { statusCode: 200, headers: {} });
      const peers = { open: () => Promise.resolve({ kind: 'answer', answer, where: 'x' }) } as unknown as Peers;
      const error = await failure(() => new FlockFiles(peers).fetch('b'.repeat(64), join(dir, 'into')));
      expect(error).to.include({ code: 'conflict' });
      expect(error.message).to.match(/into\/a\/b is a link/);
      expect(readdirSync(join(dir, 'elsewhere'))).to.deep.equal([]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
