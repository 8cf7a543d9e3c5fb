/*
 * The strength that RFC 9325, Section 4.5, asks of keys and signatures, and whether a key is used as its certificate allows.
 */
import type { CertificateFacts, KeyFacts, PeerFacts, SignatureDigest } from './facts.js';

const RSA_BITS_MIN = 2048;
/** Of 65,537, the first odd number above 65,536 (NIST SP 800-56B, Section 6.2). */
const EXPONENT_BITS_MIN = 17;
const CURVE_BITS_MIN = 224;

/** Whether a key may authenticate, or sign certificates that do. Total. */
export function isStrongKey(key: KeyFacts): boolean {
  switch (key.kind) {
    case 'rsa':
      return (
        key.modulusBits >= RSA_BITS_MIN &&
        key.exponentBits >= EXPONENT_BITS_MIN &&
        key.exponentParity === 'odd'
      );
    case 'ec':
      return key.fieldBits !== null && key.fieldBits >= CURVE_BITS_MIN;
    case 'other':
      return false;
    case 'fixed':
    // Journals from before say nothing of it, and replay as it was judged.
    case 'unstated':
      return true;
  }
}

/** Whether a signature over such a digest counts: MD5 and SHA-1 must not be used, and what nobody knows is no better. */
export function isStrongDigest(digest: SignatureDigest): boolean {
  return digest !== 'md5' && digest !== 'sha-1' && digest !== 'other';
}

/**
 * Whether the handshake used the leaf's key as its keyUsage allows, where there is one: for signatures (RFC 8446, Section
 * 4.4.2.2; RFC 5246, Section 7.4.2), or for encipherment where TLS 1.2 exchanges keys by RSA (RFC 5280, Section 4.2.1.3).
 */
export function allowsKeyUse(
  leaf: CertificateFacts,
  use: Extract<PeerFacts, { kind: 'presented' }>['leafKeyUse'],
): boolean {
  return (use === 'signature' ? leaf.digitalSignature : leaf.keyEncipherment) !== 'no';
}
