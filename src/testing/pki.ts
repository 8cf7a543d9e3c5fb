/*
 * Certificates for tests: a public CA that a sender may be told to trust, an intermediate below it, a private CA that
 * nobody trusts, and leaves with the faults that real servers have.
 */

import { createHash, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import { type Certificate, VALIDITY_DAYS } from '../adapters/scripted/index.js';
import { Clock } from '../effects/codecs/arguments.codec.js';
import { strictObject } from '../effects/codecs/strict-object.js';
import { Finite } from '../effects/codecs/values.js';
import { checked } from '../effects/misuse.js';

/** A leaf certificate, its key, and what its server sends. */
export interface Issued {
  /** PEM of the certificates that the server sends: the leaf first, then those that the specification tells it to send. */
  readonly chainPem: string;
  /** The leaf's private key, PKCS #8 in PEM. */
  readonly keyPem: string;
  readonly leafDer: Buffer;
  /** The trust anchor at the end of the chain, sent or not; a self-signed leaf is its own. */
  readonly anchorDer: Buffer;
}

/** Issues test certificates; made by {@link createPki}. */
export interface Pki {
  /** The certificate of the public CA in PEM: the one to trust. */
  readonly caPem: string;
  /**
   * Makes a certificate as specified for the key (EC P-256) of `id`, which is made once and then kept, as a server that
   * renews its certificate may do. Its DNS name is `id` unless the specification names others. Rejects if a name cannot
   * stand in a certificate.
   */
  issue(specification: Certificate, id: string): Promise<Issued>;
}

const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;

interface Holder {
  readonly certificate: X509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface PkiOptions {
  /** The same seed gives the same serial numbers, whatever is issued first. Keys and signatures are new in any case. Default: chance. */
  readonly seed?: number | undefined;
  /** Milliseconds since 1970, by which certificates are valid or not. Default: the platform's clock. */
  readonly now?: (() => number) | undefined;
}

/** What every certificate is made with. */
interface Making {
  readonly x509: typeof X509;
  /** Of the certificate that is called so. */
  readonly serialOf: (name: string) => string;
  readonly now: () => number;
}

const PkiOptionsCodec = strictObject<PkiOptions>('an object with options', { seed: Finite, now: Clock }, []);

/**
 * A new public CA, with everything below and beside it made when first needed. Nothing is written to disk. Rejects with a
 * {@link MisuseError} for options that say nothing sensible.
 */
export async function createPki(options: PkiOptions = {}): Promise<Pki> {
  const { seed, now = Date.now } = checked(PkiOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
  const making: Making = { x509: await loadX509(), serialOf: serialsFrom(seed), now };
  const { x509 } = making;
  const authority = (commonName: string, parent?: Holder) => makeAuthority(making, commonName, parent);
  const publicCa = await authority('Waxseal Test Public CA');
  const intermediate = once(() => authority('Waxseal Test Intermediate CA', publicCa));
  const privateCa = once(() => authority('Waxseal Test Private CA'));
  const keysById = new Map<string, Promise<webcrypto.CryptoKeyPair>>();
  const keysOf = (id: string) => {
    const keys = keysById.get(id) ?? makeKeys();
    keysById.set(id, keys);
    return keys;
  };

  return {
    caPem: publicCa.certificate.toString('pem'),
    async issue(specification, id) {
      const keys = await keysOf(specification.key ?? id);
      const kind = specification.issuer ?? 'ca';
      const above = await {
        ca: async () => [publicCa],
        intermediate: async () => [await intermediate(), publicCa],
        'private-ca': async () => [await privateCa()],
        self: async () => [],
      }[kind]();
      const leaf = await makeLeaf(making, { specification, id, keys, issuer: above[0] });
      const sends = specification.sends ?? (kind === 'private-ca' ? 'full' : 'intermediates');
      const sentAbove = { 'leaf-only': [], intermediates: above.slice(0, -1), full: above }[sends];
      return {
        chainPem: [leaf, ...sentAbove.map((holder) => holder.certificate)]
          .map((c) => c.toString('pem'))
          .join('\n'),
        keyPem: x509.PemConverter.encode(
          await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
          'PRIVATE KEY',
        ),
        leafDer: Buffer.from(leaf.rawData),
        anchorDer: Buffer.from((above.at(-1)?.certificate ?? leaf).rawData),
      };
    },
  };
}

/**
 * The association data that a TLSA record holds for a certificate (RFC 6698, Section 2.1), in hexadecimal. Selector 0
 * is the whole certificate and 1 its public key; matching type 0 is the data itself, 1 its SHA-256 and 2 its SHA-512.
 * Throws a RangeError for any other number, and what node:crypto throws for anything that is no certificate.
 */
export function association(certificate: string | Uint8Array, selector: number, matching: number): string {
  const parsed = new X509Certificate(certificate);
  const data = { 0: parsed.raw, 1: parsed.publicKey.export({ type: 'spki', format: 'der' }) }[selector];
  if (data === undefined) throw new RangeError(`no TLSA selector ${selector}`);
  if (matching === 0) return data.toString('hex');
  const digest = { 1: 'sha256', 2: 'sha512' }[matching];
  if (digest === undefined) throw new RangeError(`no TLSA matching type ${matching}`);
  return createHash(digest).update(data).digest('hex');
}

// Loading takes 100 ms, which users of the rest of this package should not pay; reflect-metadata must come first.
const loadX509 = once(async (): Promise<typeof X509> => {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
});

async function makeAuthority(making: Making, commonName: string, parent?: Holder): Promise<Holder> {
  const { x509 } = making;
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...base(making, commonName, VALIDITY_DAYS.authority),
    subject: [{ CN: [commonName] }],
    issuer: parent?.certificate.subjectName.toJSON() ?? [{ CN: [commonName] }],
    publicKey: keys.publicKey,
    signingKey: (parent ?? { keys }).keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ...(await keyIdentifiers(x509, keys, parent)),
    ],
  });
  return { certificate, keys };
}

interface Leaf {
  readonly specification: Certificate;
  readonly id: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly issuer: Holder | undefined;
}

async function makeLeaf(
  making: Making,
  { specification, id, keys, issuer }: Leaf,
): Promise<X509.X509Certificate> {
  const { x509 } = making;
  const { names = [id], addresses = [] } = specification;
  const altNames = [
    ...names.map((value) => ({ type: 'dns', value }) as const),
    ...addresses.map((value) => ({ type: 'ip', value }) as const),
  ];
  // Never empty, since an issuer may not be (RFC 5280, Section 4.1.2.4) and a self-signed leaf is its own.
  const subject = [
    { O: ['Waxseal Test'] },
    ...(specification.commonName === undefined ? [] : [{ CN: [specification.commonName] }]),
  ];
  return x509.X509CertificateGenerator.create({
    ...base(making, JSON.stringify([id, specification]), VALIDITY_DAYS[specification.validity ?? 'valid']),
    subject,
    issuer: issuer?.certificate.subjectName.toJSON() ?? subject,
    publicKey: keys.publicKey,
    signingKey: (issuer ?? { keys }).keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ...(await keyIdentifiers(x509, keys, issuer)),
      ...(altNames.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(altNames)]),
    ],
  });
}

async function keyIdentifiers(x509: typeof X509, keys: webcrypto.CryptoKeyPair, issuer?: Holder) {
  return [
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create((issuer ?? { keys }).keys.publicKey),
  ];
}

/** Not by a count: certificates are made side by side, and in no order. */
function serialsFrom(seed: number | undefined): (name: string) => string {
  const octets = (name: string) =>
    seed === undefined
      ? randomBytes(16)
      : createHash('sha256').update(`${seed} ${name}`).digest().subarray(0, 16);
  // A leading 0 bit would cost nothing but a leading 1 bit makes the number negative.
  return (name) => `4${octets(name).toString('hex').slice(1)}`;
}

function base({ serialOf, now }: Making, name: string, [from, to]: readonly [number, number]) {
  const time = Math.floor(now() / 1000) * 1000;
  const day = (offset: number) => new Date(time + offset * dayMs);
  const serialNumber = serialOf(name);
  return { serialNumber, notBefore: day(from), notAfter: day(to), signingAlgorithm: signing };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(signing, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
