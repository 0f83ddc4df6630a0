import { expect } from 'chai';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FlockFiles } from '../../src/client/files.js';
import type { Peers } from '../../src/client/peers.js';
import { encodeManifest } from '../../src/files/manifest.js';
import { failure } from '../support/failure.js';
import { asNobody } from '../support/nobody.js';

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

describe('Files that are uploaded', () => {
  it('should be refused by their name where one cannot be read, and nothing be sent', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'covey-upload-'));
    try {
      chmodSync(dir, 0o755);
      writeFileSync(join(dir, 'secret'), 'x');
      chmodSync(join(dir, 'secret'), 0);
      await asNobody(async () => {
        const error = await failure(() => new FlockFiles({} as Peers).upload(dir));
        expect(error).to.include({ code: 'usage', hint: 'see .coveyignore' });
        expect(error.message).to.match(/^secret cannot be read: EACCES/);
      });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
