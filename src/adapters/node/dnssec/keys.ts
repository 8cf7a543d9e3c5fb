/*
 * Keys and digests (RFC 4034, Sections 2 and 5, and Appendix B). What is not supported counts as if it were not there: a
 * zone for which nothing else is left is insecure (RFC 4035, Section 5.2).
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { nameOctets } from '../dns/name.js';

/** A DS record: a digest of a key that a zone's keys are signed with (RFC 4034, Section 5). */
export interface DelegationSigner {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  /** In hexadecimal digits. */
  readonly digest: string;
}

/** The DS record of a zone that is believed without being asked for. */
export interface TrustAnchor extends DelegationSigner {
  /** The zone; without a final dot, "" is the root. */
  readonly name: string;
}

/** KSK-2017 and KSK-2024, as IANA publishes them. */
export const ROOT_TRUST_ANCHORS: readonly TrustAnchor[] = [
  {
    name: '',
    keyTag: 20326,
    algorithm: 8,
    digestType: 2,
    digest: 'e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d',
  },
  {
    name: '',
    keyTag: 38696,
    algorithm: 8,
    digestType: 2,
    digest: '683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16',
  },
];

interface Algorithm {
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  /** Exact; null for RSA, where it depends on the key. */
  readonly signatureOctets: number | null;
  /** Whether the octets of a public key have a length that `readKey` reads. */
  readonly fits: (octets: Buffer) => boolean;
  readonly readKey: (octets: Buffer) => KeyObject;
}

/** RSA/SHA-1 (5 and 7) is left out: RFC 9905, Section 2. Ed448 (16) as RFC 8080 has it. */
const ALGORITHMS: ReadonlyMap<number, Algorithm> = new Map<number, Algorithm>([
  [8, { hash: 'sha256', signatureOctets: null, fits: fitsRsa, readKey: readRsa }],
  [10, { hash: 'sha512', signatureOctets: null, fits: fitsRsa, readKey: readRsa }],
  [
    13,
    { hash: 'sha256', signatureOctets: 64, fits: ofOctets(64), readKey: (octets) => readEc('P-256', octets) },
  ],
  [
    14,
    { hash: 'sha384', signatureOctets: 96, fits: ofOctets(96), readKey: (octets) => readEc('P-384', octets) },
  ],
  [
    15,
    {
      hash: null,
      signatureOctets: 64,
      fits: ofOctets(32),
      readKey: (octets) => readEdwards('Ed25519', octets),
    },
  ],
  [
    16,
    {
      hash: null,
      signatureOctets: 114,
      fits: ofOctets(57),
      readKey: (octets) => readEdwards('Ed448', octets),
    },
  ],
]);

/** By digest type; the strongest that a zone has is the only one that counts (RFC 4509, Section 3). */
const DIGESTS: ReadonlyMap<
  number,
  { readonly hash: string; readonly octets: number; readonly rank: number }
> = new Map([
  [1, { hash: 'sha1', octets: 20, rank: 1 }],
  [2, { hash: 'sha256', octets: 32, rank: 2 }],
  [4, { hash: 'sha384', octets: 48, rank: 2 }],
]);

const ZONE_KEY = 0x0100;
/** RFC 5011, Section 2.1: a revoked key proves nothing any more. */
const REVOKED = 0x0080;
const DNSSEC_PROTOCOL = 3;
/** Where the public key begins in RDATA of DNSKEY. */
const KEY_AT = 4;
const RSA_BITS_MIN = 1024;
const RSA_BITS_MAX = 4096;
/** A huge exponent is there to make verification slow. */
const RSA_EXPONENT_OCTETS_MAX = 8;

/** A key that may sign a zone, not yet read any further. */
export interface ZoneKey {
  readonly keyTag: number;
  readonly algorithm: number;
  /** RDATA in base64: a text of its own, that keeps no message in memory and can be counted. */
  readonly rdata: string;
}

/** Whether signatures and digests of this kind can be verified here. */
export function isSupported({ algorithm, digestType }: DelegationSigner): boolean {
  return ALGORITHMS.has(algorithm) && DIGESTS.has(digestType);
}

/** Whether a digest is one of its type: nothing else could ever match a key. */
export function isWholeDigest({ digestType, digest }: DelegationSigner): boolean {
  const octets = DIGESTS.get(digestType)?.octets;
  return octets !== undefined && digest.length === 2 * octets && /^[0-9a-f]+$/i.test(digest);
}

/** The keys among DNSKEY RDATA that can verify something: zone keys, not revoked, of a supported algorithm and its length. */
export function zoneKeys(rdata: readonly Buffer[]): readonly ZoneKey[] {
  return rdata.slice(0, KEYS_MAX).flatMap((octets) => {
    if (octets.length <= KEY_AT) return [];
    const flags = octets.readUInt16BE(0);
    const algorithm = octets.readUInt8(3);
    const isZoneKey = (flags & ZONE_KEY) !== 0 && (flags & REVOKED) === 0;
    const isOurs = isZoneKey && octets.readUInt8(2) === DNSSEC_PROTOCOL;
    if (!isOurs || ALGORITHMS.get(algorithm)?.fits(octets.subarray(KEY_AT)) !== true) return [];
    return [{ keyTag: keyTagOf(octets), algorithm, rdata: octets.toString('base64') }];
  });
}

/** RFC 4034, Appendix B. */
export function keyTagOf(rdata: Uint8Array): number {
  let sum = 0;
  for (const [i, octet] of rdata.entries()) sum += i % 2 === 0 ? octet * 256 : octet;
  return (sum + Math.floor(sum / 0x1_0000)) % 0x1_0000;
}

/** The DS record of SHA-256 for a DNSKEY record. */
export function digestOfKey(zone: string, rdata: Buffer): DelegationSigner {
  return {
    keyTag: keyTagOf(rdata),
    algorithm: rdata[3] ?? 0,
    digestType: 2,
    digest: createHash('sha256').update(nameOctets(zone)).update(rdata).digest('hex'),
  };
}

/** Reads RDATA of DS; null if it is shorter than any. */
export function readDelegationSigner(rdata: Buffer): DelegationSigner | null {
  if (rdata.length < 5) return null;
  return {
    keyTag: rdata.readUInt16BE(0),
    algorithm: rdata.readUInt8(2),
    digestType: rdata.readUInt8(3),
    digest: rdata.toString('hex', 4),
  };
}

/** More than these for one zone are an attack (CVE-2023-50387): what stands behind is not looked at. */
const KEYS_MAX = 64;
const SIGNERS_MAX = 32;
const DIGESTS_TRIED_MAX = 16;

/** The keys that supported DS records vouch for. */
export function vouchedKeys(
  zone: string,
  keys: readonly ZoneKey[],
  signers: readonly DelegationSigner[],
): readonly ZoneKey[] {
  const known = signers.filter(isSupported).slice(0, SIGNERS_MAX);
  const rankOf = ({ digestType }: DelegationSigner) => DIGESTS.get(digestType)?.rank ?? 0;
  const best = Math.max(...known.map(rankOf));
  const pairs = known
    .filter((signer) => rankOf(signer) === best)
    .flatMap((signer) => keys.map((key) => ({ key, signer })))
    .filter(({ key, signer }) => key.keyTag === signer.keyTag && key.algorithm === signer.algorithm)
    .slice(0, DIGESTS_TRIED_MAX);
  return pairs
    .filter(({ key, signer }) => {
      const { hash } = DIGESTS.get(signer.digestType)!;
      const digest = createHash(hash).update(nameOctets(zone)).update(key.rdata, 'base64').digest('hex');
      return signer.digest.toLowerCase() === digest;
    })
    .map(({ key }) => key);
}

/** Whether a signature over these octets is a key's. Never throws. */
export function verifies(key: ZoneKey, signed: Buffer, signature: Buffer): boolean {
  const algorithm = ALGORITHMS.get(key.algorithm);
  if (algorithm === undefined) return false;
  const { hash, signatureOctets, readKey } = algorithm;
  if (signatureOctets !== null && signature.length !== signatureOctets) return false;
  try {
    const publicKey = readKey(Buffer.from(key.rdata, 'base64').subarray(KEY_AT));
    return verify(hash, signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}

/** RFC 3110, Section 2: where the exponent and the modulus are. Reads beyond the end throw. */
function rsaParts(octets: Buffer) {
  const isShort = octets.readUInt8(0) !== 0;
  const length = isShort ? octets.readUInt8(0) : octets.readUInt16BE(1);
  const start = isShort ? 1 : 3;
  return { exponent: octets.subarray(start, start + length), modulus: octets.subarray(start + length) };
}

function fitsRsa(octets: Buffer): boolean {
  if (octets.length < 3) return false;
  const { exponent, modulus } = rsaParts(octets);
  const bits = modulus.length * 8;
  return exponent.length <= RSA_EXPONENT_OCTETS_MAX && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
}

function readRsa(octets: Buffer): KeyObject {
  const { exponent, modulus } = rsaParts(octets);
  return jwk({ kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') });
}

/** RFC 6605, Section 4. */
function readEc(crv: string, octets: Buffer): KeyObject {
  const middle = octets.length / 2;
  const x = octets.toString('base64url', 0, middle);
  return jwk({ kty: 'EC', crv, x, y: octets.toString('base64url', middle) });
}

/** RFC 8080, Section 3. */
function readEdwards(crv: string, octets: Buffer): KeyObject {
  return jwk({ kty: 'OKP', crv, x: octets.toString('base64url') });
}

function ofOctets(length: number): (octets: Buffer) => boolean {
  return (octets) => octets.length === length;
}

function jwk(key: Readonly<Record<string, string>>): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}
