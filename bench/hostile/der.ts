/* A small writer of DER and maker of certificates that no tool would make. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const ecKey = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const spkiOf = ({ publicKey }: KeyPair) => publicKey.export({ type: 'spki', format: 'der' });
export const sha256 = (octets: Uint8Array) => createHash('sha256').update(octets).digest();

function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(octets: number): readonly number[] {
  if (octets < 0x80) return [octets];
  const hex = octets.toString(16);
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return [0x80 | digits.length, ...digits];
}

const seq = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts);
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'));
const bits = (octets: Uint8Array) => tlv(0x03, Buffer.from([0]), octets);
const extension = (id: string, value: Uint8Array) => seq(oid(id), tlv(0x04, value));
const NULL = tlv(0x05);
const ECDSA_SHA256 = seq(oid('2a8648ce3d040302'));
const RSA_SHA256 = seq(oid('2a864886f70d01010b'), NULL);

/** A directory name of these parts, an organisational unit each. */
export function directory(...units: readonly string[]): Buffer {
  return seq(...units.map((unit) => tlv(0x31, seq(oid('55040b'), tlv(0x0c, Buffer.from(unit))))));
}

export const dnsName = (name: string) => tlv(0x82, Buffer.from(name, 'latin1'));
export const directoryName = (...units: readonly string[]) => tlv(0xa4, directory(...units));
export const altNames = (names: readonly Uint8Array[]) => extension('551d11', seq(...names));
export const authority = (...more: readonly Uint8Array[]) => [
  extension('551d13', seq(tlv(0x01, Buffer.from([0xff])))),
  ...more,
];
/** Whatever is below these is excluded. */
export const excludes = (bases: readonly Uint8Array[]) =>
  extension('551d1e', seq(tlv(0xa1, ...bases.map((base) => seq(base)))));

/** A key of RSA whose exponent is as long as its modulus, which makes it a hundred times as costly; nobody holds the other half. */
export function costlyKey(octets: number): Buffer {
  const integer = (value: Buffer) => tlv(0x02, Buffer.from([0]), value);
  const odd = () => {
    const value = randomBytes(octets);
    value[0]! |= 0x80;
    value[octets - 1]! |= 1;
    return value;
  };
  const [modulus, exponent] = [odd(), odd()].sort((a, b) => Buffer.compare(b, a));
  return seq(seq(oid('2a864886f70d010101'), NULL), bits(seq(integer(modulus!), integer(exponent!))));
}

export interface CertificateSpec {
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  readonly spki: Uint8Array;
  /** Of the issuer; a number: an RSA signature of that many octets that verifies under no key. */
  readonly signer: KeyPair | number;
  readonly extensions?: readonly Uint8Array[];
}

export function certificate({ subject, issuer, spki, signer, extensions = [] }: CertificateSpec): Buffer {
  const algorithm = typeof signer === 'number' ? RSA_SHA256 : ECDSA_SHA256;
  const body = seq(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1]), randomBytes(8)),
    algorithm,
    issuer,
    seq(tlv(0x17, Buffer.from('250101000000Z')), tlv(0x17, Buffer.from('491231000000Z'))),
    subject,
    spki,
    ...(extensions.length === 0 ? [] : [tlv(0xa3, seq(...extensions))]),
  );
  const signature =
    typeof signer === 'number'
      ? Buffer.concat([Buffer.from([0]), randomBytes(signer - 1)])
      : sign('sha256', body, signer.privateKey);
  return seq(body, algorithm, bits(signature));
}

export const pem = (...ders: readonly Uint8Array[]) =>
  ders
    .map(
      (der) =>
        `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`,
    )
    .join('');
