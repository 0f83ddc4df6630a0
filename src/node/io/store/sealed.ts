import { crc32 } from 'node:zlib';

/** Before each value: the checksum of its key, then that of key and value, 32 bits each, little-endian. */
const SEAL_BYTES = 8;

/** A value as it stands in the store from format 2 on. */
export function seal(key: Uint8Array, value: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(SEAL_BYTES + value.length);
  const ofKey = crc32(key);
  sealed.writeUInt32LE(ofKey, 0);
  sealed.writeUInt32LE(crc32(value, ofKey), 4);
  sealed.set(value, SEAL_BYTES);
  return sealed;
}

/** The value, or undefined where a bit of it, of its seal or of its key is another. */
export function unseal(key: Uint8Array, sealed: Buffer): Buffer | undefined {
  if (sealed.length < SEAL_BYTES) return undefined;
  const value = sealed.subarray(SEAL_BYTES);
  const ofKey = crc32(key);
  return sealed.readUInt32LE(0) === ofKey && sealed.readUInt32LE(4) === crc32(value, ofKey) ? value : undefined;
}
