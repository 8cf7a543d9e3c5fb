/*
 * Keys as they lie on disks: public and private, in PEM or DER, in each of the forms that tools write. Of a private key only its
 * public half is taken.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { PemBlock } from './pem-blocks.js';

/** What is in a block or a file. `problem`: a sentence that says what to give instead. */
export type KeyRead =
  | { readonly kind: 'key'; readonly spki: Buffer }
  | { readonly kind: 'refused'; readonly problem: string };

const LOCKED =
  'the key is encrypted; give its public half (openssl pkey -in KEY -pubout -out PUB), or the certificate';
const UNREADABLE = 'the key cannot be read';

/** The key in a block; null: it is no key. */
export function keyInBlock({ label, pem, headers, der }: PemBlock): KeyRead | null {
  if (label === 'OPENSSH PRIVATE KEY')
    return refused('it is a key of SSH and not of TLS; give the certificate of the mail server, or its key');
  if (!/(?:^| )(?:PUBLIC|PRIVATE) KEY$/.test(label)) return null;
  if (label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:.*ENCRYPTED/im.test(headers)) return refused(LOCKED);
  // Already what a record is made of; nothing is encoded anew.
  if (label === 'PUBLIC KEY') return isSpki(der) ? { kind: 'key', spki: der } : refused(UNREADABLE);
  const key = attempt(() => (label.endsWith('PUBLIC KEY') ? createPublicKey(pem) : createPrivateKey(pem)));
  return key === null ? refused(UNREADABLE) : { kind: 'key', spki: publicHalf(key) };
}

/** The key in a file that is not PEM, in whichever form it is; null: it is no key. */
export function keyInDer(der: Buffer): KeyRead | null {
  if (isSpki(der)) return { kind: 'key', spki: der };
  const publicKey = attempt(() => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }));
  if (publicKey !== null) return { kind: 'key', spki: publicHalf(publicKey) };
  for (const type of ['pkcs8', 'sec1', 'pkcs1'] as const) {
    const key = attempt(() => createPrivateKey({ key: der, format: 'der', type }));
    if (key !== null) return { kind: 'key', spki: publicHalf(key) };
  }
  return isLocked(der) ? refused(LOCKED) : null;
}

const RSA_BITS_MIN = 2048;

/** What a sender may not like of a key; sentences. */
export function weaknessOf(spki: Buffer): readonly string[] {
  const key = attempt(() => createPublicKey({ key: spki, format: 'der', type: 'spki' }));
  const bits = key?.asymmetricKeyDetails?.modulusLength;
  if (key?.asymmetricKeyType !== 'rsa' || bits === undefined || bits >= RSA_BITS_MIN) return [];
  return [
    `the RSA key has ${bits} bits; senders may refuse one of less than ${RSA_BITS_MIN} (RFC 9325, Section 4.5)`,
  ];
}

/** EncryptedPrivateKeyInfo (RFC 5958, Section 3): that it lacks its password is what makes it one. */
function isLocked(der: Buffer): boolean {
  try {
    createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE';
  }
}

function isSpki(der: Buffer): boolean {
  return attempt(() => createPublicKey({ key: der, format: 'der', type: 'spki' })) !== null;
}

function publicHalf(key: KeyObject): Buffer {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return half.export({ type: 'spki', format: 'der' });
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function refused(problem: string): KeyRead {
  return { kind: 'refused', problem };
}
