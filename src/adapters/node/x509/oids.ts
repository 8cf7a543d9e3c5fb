/* Object identifiers, as their octets in hexadecimal. */
import type { SignatureDigest } from '../../../policy/certificate/facts.js';

/** Public keys (RFC 3279, 4055, 5480, 8410; FIPS 204 and 205). */
export const KEY_OID = {
  rsa: '2a864886f70d010101',
  rsaPss: '2a864886f70d01010a',
  ec: '2a8648ce3d0201',
} as const;

/** Algorithms whose keys have one strength each, and whose signatures choose their own digest. */
export const FIXED_OIDS: ReadonlySet<string> = new Set([
  // Ed25519, Ed448
  '2b6570',
  '2b6571',
  // ML-DSA-44, -65, -87
  '608648016503040311',
  '608648016503040312',
  '608648016503040313',
  // SLH-DSA
  ...Array.from({ length: 12 }, (_, at) => `6086480165030403${(0x14 + at).toString(16)}`),
]);

/** Bits of the field of named curves over prime fields. */
export const CURVE_BITS: ReadonlyMap<string, number> = new Map([
  // secp192r1, secp224r1, secp256r1, secp384r1, secp521r1, secp256k1
  ['2a8648ce3d030101', 192],
  ['2b81040021', 224],
  ['2a8648ce3d030107', 256],
  ['2b81040022', 384],
  ['2b81040023', 521],
  ['2b8104000a', 256],
  // brainpoolP224r1, brainpoolP256r1, brainpoolP320r1, brainpoolP384r1, brainpoolP512r1
  ['2b2403030208010105', 224],
  ['2b2403030208010107', 256],
  ['2b2403030208010109', 320],
  ['2b240303020801010b', 384],
  ['2b240303020801010d', 512],
]);

/** id-RSASSA-PSS and id-mgf1: the digest stands in the parameters. */
export const RSASSA_PSS = KEY_OID.rsaPss;

const RSA_WITH = '2a864886f70d0101';
const ECDSA_SHA2_WITH = '2a8648ce3d0403';
const NIST_SIGNATURE = '6086480165030403';

export const SIGNATURE_DIGESTS: ReadonlyMap<string, SignatureDigest> = new Map<string, SignatureDigest>([
  [`${RSA_WITH}04`, 'md5'],
  [`${RSA_WITH}05`, 'sha-1'],
  // sha1WithRSASignature of OIW
  ['2b0e03021d', 'sha-1'],
  ...['0b', '0c', '0d', '0e', '0f', '10'].map((last) => [`${RSA_WITH}${last}`, 'sha-2'] as const),
  ['2a8648ce3d0401', 'sha-1'],
  ...['01', '02', '03', '04'].map((last) => [`${ECDSA_SHA2_WITH}${last}`, 'sha-2'] as const),
  // id-ecdsa-with-sha3-*, id-rsassa-pkcs1-v1_5-with-sha3-*
  ...['09', '0a', '0b', '0c', '0d', '0e', '0f', '10'].map(
    (last) => [`${NIST_SIGNATURE}${last}`, 'sha-3'] as const,
  ),
  ...[...FIXED_OIDS].map((oid) => [oid, 'built-in'] as const),
]);

const NIST_HASH = '6086480165030402';

export const HASH_DIGESTS: ReadonlyMap<string, SignatureDigest> = new Map<string, SignatureDigest>([
  ['2a864886f70d0205', 'md5'],
  ['2b0e03021a', 'sha-1'],
  ...['01', '02', '03', '04', '05', '06'].map((last) => [`${NIST_HASH}${last}`, 'sha-2'] as const),
  ...['07', '08', '09', '0a'].map((last) => [`${NIST_HASH}${last}`, 'sha-3'] as const),
]);

/** id-sha1. */
export const SHA_1 = '2b0e03021a';

/** By signature, or by the hash that RSASSA-PSS names (RFC 5929, Section 4.1). */
export const BINDING_HASHES: ReadonlyMap<string, string> = new Map([
  ...[`${RSA_WITH}04`, `${RSA_WITH}05`, '2b0e03021d', '2a8648ce3d0401', '2a864886f70d0205', SHA_1].map(
    (oid) => [oid, 'sha256'] as const,
  ),
  ...[`${RSA_WITH}0b`, `${ECDSA_SHA2_WITH}02`, `${NIST_HASH}01`].map((oid) => [oid, 'sha256'] as const),
  ...[`${RSA_WITH}0c`, `${ECDSA_SHA2_WITH}03`, `${NIST_HASH}02`].map((oid) => [oid, 'sha384'] as const),
  ...[`${RSA_WITH}0d`, `${ECDSA_SHA2_WITH}04`, `${NIST_HASH}03`].map((oid) => [oid, 'sha512'] as const),
  ...[`${RSA_WITH}0e`, `${ECDSA_SHA2_WITH}01`, `${NIST_HASH}04`].map((oid) => [oid, 'sha224'] as const),
]);
