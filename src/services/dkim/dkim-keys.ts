import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { oneOf, Text, Texts } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import { judgeKey } from '../../policy/tls-report/send/dkim-key.table.js';

/** A private key that mail of ours is signed with, and the name under which its public half is published. */
export interface DkimKey {
  readonly selector: string;
  /** PKCS #8 in PEM. */
  readonly privateKeyPem: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** Its public half in base64, in each of the forms that p= may have it in. */
  readonly publicKey: readonly string[];
}

export const DkimKeyCodec = strictObject<DkimKey>('a key as loadDkimKey reads it', {
  selector: Text,
  privateKeyPem: Text,
  algorithm: oneOf('rsa-sha256', 'ed25519-sha256'),
  publicKey: Texts,
});

export type LoadedKey =
  | { readonly kind: 'key'; readonly key: DkimKey; readonly warning: string | null }
  | { readonly kind: 'refused'; readonly complaint: string };

/** RFC 6376, Section 3.1. */
const SELECTOR =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*$/;

/** Reads a private key in PEM, RSA or Ed25519 (RFC 8463). Throws a {@link MisuseError} for what are no texts, and nothing else. */
export function loadDkimKey(pem: string, selector: string): LoadedKey {
  checked(Text, pem, 'WAXSEAL_BAD_OPTIONS', 'pem');
  checked(Text, selector, 'WAXSEAL_BAD_OPTIONS', 'selector');
  if (!SELECTOR.test(selector)) {
    return refused(`the selector ${JSON.stringify(selector)} is no name; give one like 2026a`);
  }
  const key = privateKeyOf(pem);
  if (key === null) return refused('it is no private key in PEM, or needs a passphrase');
  const algorithm = key.asymmetricKeyType ?? '';
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const { verdict, why } = judgeKey({ algorithm, bits });
  const length = algorithm === 'rsa' ? `RSA of ${bits} bits` : algorithm;
  if (verdict === 'refuse') return refused(`${length}: ${why} Use RSA of 2048 bits, or Ed25519.`);
  return {
    kind: 'key',
    key: {
      selector,
      privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      algorithm: algorithm === 'rsa' ? 'rsa-sha256' : 'ed25519-sha256',
      publicKey: publicFormsOf(key),
    },
    warning: verdict === 'sign-and-warn' ? `${length}: ${why}` : null,
  };
}

function refused(complaint: string): LoadedKey {
  return { kind: 'refused', complaint };
}

function privateKeyOf(pem: string): KeyObject | null {
  try {
    return createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    return null;
  }
}

/** RFC 6376 has the octets of RSAPublicKey, and its readers SubjectPublicKeyInfo too; RFC 8463 only the 32 octets of the key. */
function publicFormsOf(privateKey: KeyObject): readonly string[] {
  const key = createPublicKey(privateKey);
  const spki = key.export({ type: 'spki', format: 'der' });
  const forms =
    key.asymmetricKeyType === 'rsa'
      ? [spki, key.export({ type: 'pkcs1', format: 'der' })]
      : [spki.subarray(-32)];
  return forms.map((octets) => octets.toString('base64'));
}
