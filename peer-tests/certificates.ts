/*
 * Certificates as test cases want them, with every fault that a certificate can have: what `createPki` issues are the
 * faults of servers, these are the faults of authorities, too.
 */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export type Keys = webcrypto.CryptoKeyPair;

/** Who signs: a name and a key, which need not belong together. */
export interface Signer {
  readonly subject: string;
  readonly keys: Keys;
}

export interface CertificateWish extends Signer {
  /** Who signs; default: itself. */
  readonly issuer?: Signer;
  /** In days from now, the first and the last. Default: from a month ago for a year. */
  readonly days?: readonly [number, number];
  /** basicConstraints; `absent` if not said. */
  readonly ca?: 'yes' | 'no' | 'absent';
  readonly pathLength?: number;
  /** keyUsage; `absent` if not said. */
  readonly certSign?: 'yes' | 'no' | 'absent';
  /** extendedKeyUsage; `absent` if not said. */
  readonly purpose?: 'server' | 'client' | 'any' | 'absent';
  /** subjectAltName. */
  readonly names?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly constraints?: NameConstraints;
  /** A critical extension that nobody knows. */
  readonly strange?: boolean;
}

/** nameConstraints; each of these kinds of names. */
export interface NameConstraints {
  readonly permitted?: readonly ConstrainedName[];
  readonly excluded?: readonly ConstrainedName[];
}
export type ConstrainedName = { readonly dns: string } | { readonly directory: string };

export interface MadeCertificate extends Signer {
  readonly der: Buffer;
  readonly spki: Buffer;
  readonly pem: string;
}

const EC_P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

x509.cryptoProvider.set(webcrypto as never);

export function makeKeys(): Promise<Keys> {
  return webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']) as Promise<Keys>;
}

/** The private key, PKCS #8 in PEM. */
export async function keyPem({ privateKey }: Keys): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
}

/** Makes one as wished. Rejects if a name cannot stand in a certificate. */
export async function makeCertificate(wish: CertificateWish): Promise<MadeCertificate> {
  const { subject, keys, issuer = wish, days = [-30, 335] } = wish;
  const day = (offset: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + offset * DAY_MS);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `4${randomBytes(16).toString('hex').slice(1)}`,
    subject,
    issuer: issuer.subject,
    notBefore: day(days[0]),
    notAfter: day(days[1]),
    publicKey: keys.publicKey as never,
    signingKey: issuer.keys.privateKey as never,
    signingAlgorithm: EC_P256,
    extensions: extensionsOf(wish),
  });
  const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey));
  return { subject, keys, der: Buffer.from(certificate.rawData), spki, pem: certificate.toString('pem') };
}

const PURPOSES = {
  server: [x509.ExtendedKeyUsage.serverAuth],
  client: [x509.ExtendedKeyUsage.clientAuth],
  any: ['2.5.29.37.0'],
};

function extensionsOf(wish: CertificateWish): x509.Extension[] {
  const { ca = 'absent', pathLength, certSign = 'absent', purpose = 'absent', constraints } = wish;
  const names = [
    ...(wish.names ?? []).map((value) => ({ type: 'dns', value }) as const),
    ...(wish.ipAddresses ?? []).map((value) => ({ type: 'ip', value }) as const),
  ];
  const { keyCertSign, digitalSignature } = x509.KeyUsageFlags;
  return [
    ...(ca === 'absent' ? [] : [new x509.BasicConstraintsExtension(ca === 'yes', pathLength, true)]),
    ...(certSign === 'absent'
      ? []
      : [new x509.KeyUsagesExtension(certSign === 'yes' ? keyCertSign : digitalSignature, true)]),
    ...(purpose === 'absent' ? [] : [new x509.ExtendedKeyUsageExtension(PURPOSES[purpose])]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ...(constraints === undefined
      ? []
      : [new x509.Extension('2.5.29.30', true, new Uint8Array(nameConstraints(constraints)).buffer)]),
    ...(wish.strange ? [new x509.Extension('1.3.6.1.4.1.99999.1', true, new Uint8Array([5, 0]).buffer)] : []),
  ];
}

function nameConstraints({ permitted = [], excluded = [] }: NameConstraints): Buffer {
  const subtrees = (names: readonly ConstrainedName[]) =>
    names.map((name) => element(0x30, 'dns' in name ? dnsName(name.dns) : directoryName(name.directory)));
  return element(
    0x30,
    ...(permitted.length === 0 ? [] : [element(0xa0, ...subtrees(permitted))]),
    ...(excluded.length === 0 ? [] : [element(0xa1, ...subtrees(excluded))]),
  );
}

function dnsName(name: string): Buffer {
  return element(0x82, Buffer.from(name, 'latin1'));
}

function directoryName(name: string): Buffer {
  return element(0xa4, Buffer.from(new x509.Name(name).toArrayBuffer()));
}

/** One element of DER, shorter than 64 KiB. */
function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}
