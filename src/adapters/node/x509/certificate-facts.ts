import { hash, X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../../policy/certificate/facts.js';
import { readPublicKey } from './algorithms.js';
import { readCertificate } from './certificate-der.js';
import { type ReadName, readName } from './directory-names.js';
import { readExtensionFacts } from './extensions.js';
import { RecentMap } from './recent-map.js';

/** A certificate that could be read: what policy is told of it, and what signatures are tried with. */
export interface ReadCertificate {
  readonly der: Buffer;
  /** SubjectPublicKeyInfo exactly as it stands in the certificate. */
  readonly spki: Buffer;
  /** Comparable as texts. */
  readonly subject: string;
  readonly issuer: string;
  readonly facts: CertificateFacts;
}

/** Octets in memory of all that is remembered: thousands of honest certificates. */
const REMEMBERED_OCTETS_MAX = 16_777_216;
/** In memory, of a certificate without names and of each name or constraint beside its own octets; generous. */
const CERTIFICATE_OCTETS = 4096;
const NAME_OCTETS = 64;

/** Reads certificates, and remembers those it has read by the SHA-256 of their DER. */
export class CertificateReader {
  readonly #read: RecentMap<string, ReadCertificate>;
  /** Of those that are still in use: a kept connection is inspected for each message. */
  readonly #inUse = new WeakMap<X509Certificate, ReadCertificate>();

  constructor(cacheMax = 1000) {
    this.#read = new RecentMap(cacheMax, REMEMBERED_OCTETS_MAX);
  }

  /** Null for whatever is not exactly one X.509 certificate in DER. Never throws. */
  read(source: Buffer | X509Certificate): ReadCertificate | null {
    try {
      if (!(source instanceof X509Certificate)) return this.#readDer(source, isReadable);
      const known = this.#inUse.get(source);
      if (known !== undefined) return known;
      // Only what OpenSSL reads, too, is a certificate; this it has read.
      const read = this.#readDer(source.raw, () => true);
      if (read !== null) this.#inUse.set(source, read);
      return read;
    } catch {
      return null;
    }
  }

  #readDer(der: Buffer, isReadable: (der: Buffer) => boolean): ReadCertificate | null {
    const sha256 = hash('sha256', der, 'hex');
    const known = this.#read.get(sha256);
    if (known !== undefined) return known;
    const read = readAnew(der, sha256);
    if (read === null || !isReadable(der)) return null;
    this.#read.set(sha256, read, weightOf(read));
    return read;
  }
}

function readAnew(der: Buffer, sha256: string): ReadCertificate | null {
  const parts = readCertificate(der);
  if (parts === null) return null;
  const [subject, issuer] = [readName(parts.subject), readName(parts.issuer)];
  const [subjectText, issuerText] = [nameText(subject, parts.subject), nameText(issuer, parts.issuer)];
  const facts: CertificateFacts = {
    certificateSha256: sha256,
    certificateSha512: hash('sha512', der, 'hex'),
    spkiSha256: hash('sha256', parts.spki, 'hex'),
    spkiSha512: hash('sha512', parts.spki, 'hex'),
    notBefore: parts.notBefore,
    notAfter: parts.notAfter,
    issuerNames: issuer?.shownNames ?? [],
    selfIssued: subjectText === issuerText ? 'yes' : 'no',
    key: readPublicKey(parts.spki) ?? { kind: 'other' },
    signatureDigest: parts.signatureDigest,
    ...readExtensionFacts(parts, subject),
  };
  return { der, spki: parts.spki, subject: subjectText, issuer: issuerText, facts };
}

/** A name that cannot be read is only the same as itself. */
function nameText(name: ReadName | null, der: Buffer): string {
  return name === null ? der.toString('hex') : JSON.stringify(name.canonical);
}

function isReadable(der: Buffer): boolean {
  return new X509Certificate(der).raw.length === der.length;
}

function weightOf({ der, facts }: ReadCertificate): number {
  const { nameConstraints: bound } = facts;
  const names =
    facts.dnsNames.length +
    facts.ipAddresses.length +
    facts.commonNames.length +
    facts.issuerNames.length +
    facts.directoryNames.length +
    (bound.kind === 'dns'
      ? bound.permitted.length +
        bound.excluded.length +
        bound.permittedDirectories.length +
        bound.excludedDirectories.length
      : 0);
  return CERTIFICATE_OCTETS + 4 * der.length + NAME_OCTETS * names;
}

const shared = new CertificateReader();

/** What is stated about one certificate; null for whatever is not exactly one X.509 certificate in DER. */
export async function certificateFacts(source: Buffer | X509Certificate): Promise<CertificateFacts | null> {
  return shared.read(source)?.facts ?? null;
}
