import './shim.js';
import { generateKeyPair, privateKeyFromRaw } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CoveyError } from '../../kernel/errors.js';
import { nodeId, type NodeId } from '../../kernel/ids.js';

/** Who a node is: its Ed25519 key, and the PeerId that follows from it. */
export interface Identity {
  readonly privateKey: PrivateKey;
  readonly id: NodeId;
}

/** As it was found in a data directory, or made for it. */
export interface LoadedIdentity extends Identity {
  /** Nobody else can have it. */
  readonly isNew: boolean;
}

/**
 * Reads `<dir>/node.key` (hexadecimal, mode 0600), or makes it on the first start. The caller holds the directory's lock.
 *
 * @throws CoveyError `failed` where the file is damaged: a node never takes on a new identity unasked
 */
export async function loadIdentity(dir: string): Promise<LoadedIdentity> {
  const path = join(dir, 'node.key');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const identity = await newIdentity();
    await writeKey(dir, path, identity.privateKey);
    return { ...identity, isNew: true };
  }
  await chmod(path, 0o600);
  return { ...parseIdentity(text, path), isNew: false };
}

/** An identity that is kept nowhere. */
export async function newIdentity(): Promise<Identity> {
  return identityOf(await generateKeyPair('Ed25519'));
}

function identityOf(privateKey: PrivateKey): Identity {
  return { privateKey, id: nodeId(peerIdFromPrivateKey(privateKey).toString()) };
}

function parseIdentity(text: string, path: string): Identity {
  const hex = text.trim();
  if (!/^[0-9a-f]{128}$/.test(hex)) {
    throw new CoveyError('failed', `${path} holds no node key`, 'restore it, or remove it to join as a new node');
  }
  return identityOf(privateKeyFromRaw(Buffer.from(hex, 'hex')));
}

/** A key that was cut short by a crash must not be found later: write aside, sync, rename. */
async function writeKey(dir: string, path: string, key: PrivateKey): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${Buffer.from(key.raw).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
