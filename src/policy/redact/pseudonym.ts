import { createHash, createHmac } from 'node:crypto';

/** Bytes of a key at least: shorter ones can be guessed. */
export const KEY_MIN = 16;
/** Key of filters that are tried and not kept. */
export const TEST_KEY = new Uint8Array(KEY_MIN);
const BLOCK = 64;

/** What stands for a value: the same for the same value and key, and nothing without the key. */
export function pseudonym(key: Uint8Array, value: string): string {
  return `p_${createHmac('sha256', key).update(value).digest('hex').slice(0, 32)}`;
}

/** Tells keys apart without telling them. */
export function keyId(key: Uint8Array): string {
  return createHmac('sha256', key).update('auditlb key id').digest('hex').slice(0, 16);
}

/** The key as HMAC takes it: 64 bytes, a longer one hashed (RFC 2104). */
export function keyBlock(key: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(key.length > BLOCK ? createHash('sha256').update(key).digest() : key);
  return block;
}
