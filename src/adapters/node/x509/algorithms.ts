/* What the DER of a public key and of an AlgorithmIdentifier say about strength. Never throws. */
import type { KeyFacts, SignatureDigest } from '../../../policy/certificate/facts.js';
import { type Element, elementAt, elementsIn, TAG, wholeElement } from './der.js';
import {
  BINDING_HASHES,
  CURVE_BITS,
  FIXED_OIDS,
  HASH_DIGESTS,
  KEY_OID,
  RSASSA_PSS,
  SHA_1,
  SIGNATURE_DIGESTS,
} from './oids.js';

/** What kind of key a SubjectPublicKeyInfo holds (RFC 5280, Section 4.1.2.7); null if it is none. */
export function readPublicKey(spki: Uint8Array): KeyFacts | null {
  const der = Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength);
  const outer = wholeElement(der, TAG.sequence);
  const [algorithm, bits, more] = (outer && elementsIn(der, outer, 2)) ?? [];
  if (algorithm?.tag !== TAG.sequence || bits?.tag !== TAG.bitString || more !== undefined) return null;
  const [id, parameters] = elementsIn(der, algorithm, 2) ?? [];
  // The number of unused bits stands before the key itself, and is 0.
  if (id?.tag !== TAG.oid || bits.content === bits.end || der[bits.content] !== 0) return null;
  const oid = contentHex(der, id);
  if (oid === KEY_OID.rsa || oid === KEY_OID.rsaPss) return rsaKey(der, bits);
  if (oid === KEY_OID.ec) return { kind: 'ec', fieldBits: curveBits(der, parameters) };
  return { kind: FIXED_OIDS.has(oid) ? 'fixed' : 'other' };
}

function rsaKey(der: Buffer, bits: Element): KeyFacts {
  const key = elementAt(der, bits.content + 1, bits.end);
  const [modulus, exponent] = (key?.tag === TAG.sequence && elementsIn(der, key, 2)) || [];
  if (modulus?.tag !== TAG.integer || exponent?.tag !== TAG.integer) return { kind: 'other' };
  return {
    kind: 'rsa',
    modulusBits: bitsOf(der, modulus),
    exponentBits: bitsOf(der, exponent),
    exponentParity: (der[exponent.end - 1]! & 1) === 1 ? 'odd' : 'even',
  };
}

/** Of an integer that is not negative; 0 for any other. */
function bitsOf(der: Buffer, { content, end }: Element): number {
  let at = content;
  while (at < end && der[at] === 0) at += 1;
  if (at === end || (at === content && der[at]! >= 0x80)) return 0;
  return (end - at - 1) * 8 + (32 - Math.clz32(der[at]!));
}

function curveBits(der: Buffer, parameters: Element | undefined): number | null {
  return parameters?.tag === TAG.oid ? (CURVE_BITS.get(contentHex(der, parameters)) ?? null) : null;
}

/** What the signature of a certificate is made over, by its AlgorithmIdentifier (RFC 5280, Section 4.1.1.2). */
export function digestOfSignature(der: Buffer, algorithm: Element): SignatureDigest {
  const [id, parameters] = elementsIn(der, algorithm, 2) ?? [];
  if (id?.tag !== TAG.oid) return 'other';
  const oid = contentHex(der, id);
  if (oid === RSASSA_PSS) return pssDigest(der, parameters);
  return SIGNATURE_DIGESTS.get(oid) ?? 'other';
}

function pssDigest(der: Buffer, parameters: Element | undefined): SignatureDigest {
  const oid = pssHash(der, parameters);
  return oid === null ? 'other' : (HASH_DIGESTS.get(oid) ?? 'other');
}

/** The identifier of the hash; RFC 4055, Section 3.1: SHA-1 unless something else is said. Null: it cannot be read. */
function pssHash(der: Buffer, parameters: Element | undefined): string | null {
  const fields = parameters?.tag === TAG.sequence ? elementsIn(der, parameters, 4) : null;
  if (fields === null) return null;
  const said = fields.find(({ tag }) => tag === TAG.context(0));
  if (said === undefined) return SHA_1;
  const hash = elementAt(der, said.content, said.end);
  const id = hash?.tag === TAG.sequence ? elementAt(der, hash.content, hash.end) : null;
  return id?.tag === TAG.oid ? contentHex(der, id) : null;
}

/**
 * The hash to which a session is bound by a certificate of that signature, as node:crypto names it (RFC 5929, Section 4.1: MD5 and
 * SHA-1 are replaced by SHA-256); null: none is defined for it.
 */
export function hashOfSignature(der: Buffer, algorithm: Element): string | null {
  const [id, parameters] = elementsIn(der, algorithm, 2) ?? [];
  if (id?.tag !== TAG.oid) return null;
  const oid = contentHex(der, id);
  return BINDING_HASHES.get(oid === RSASSA_PSS ? (pssHash(der, parameters) ?? '') : oid) ?? null;
}

function contentHex(der: Buffer, { content, end }: Element): string {
  // No identifier that is known is longer.
  return der.toString('hex', content, Math.min(end, content + 32));
}
