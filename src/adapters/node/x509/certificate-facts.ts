import { hash, X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../../policy/certificate/facts.js';
import { type CertificateParts, readCertificate } from './certificate-der.js';
import { RecentMap } from './recent-map.js';

/** A certificate that could be read: OpenSSL's view of it, its parts, and what policy is told. */
export interface ReadCertificate {
  readonly certificate: X509Certificate;
  readonly parts: CertificateParts;
  readonly facts: CertificateFacts;
}

/** DER of the certificates remembered, which take some ten times as much in memory: some hundreds of honest ones. */
const REMEMBERED_OCTETS_MAX = 1_048_576;

/** Reads certificates, and remembers those it has read by the SHA-256 of their DER. */
export class CertificateReader {
  readonly #read: RecentMap<string, ReadCertificate>;

  constructor(cacheMax = 1000) {
    this.#read = new RecentMap(cacheMax, REMEMBERED_OCTETS_MAX);
  }

  /** Null for whatever is not exactly one X.509 certificate in DER. Never throws or rejects. */
  async read(source: Buffer | X509Certificate): Promise<ReadCertificate | null> {
    try {
      const der = source instanceof X509Certificate ? source.raw : source;
      const sha256 = hash('sha256', der, 'hex');
      const known = this.#read.get(sha256);
      if (known) return known;
      const parts = readCertificate(der);
      if (parts === null) return null;
      const certificate = source instanceof X509Certificate ? source : new X509Certificate(der);
      const { readExtensionFacts } = await extensionReader();
      const facts: CertificateFacts = {
        certificateSha256: sha256,
        certificateSha512: hash('sha512', der, 'hex'),
        spkiSha256: hash('sha256', parts.spki, 'hex'),
        spkiSha512: hash('sha512', parts.spki, 'hex'),
        notBefore: parts.notBefore,
        notAfter: parts.notAfter,
        selfIssued: parts.subject.equals(parts.issuer) ? 'yes' : 'no',
        ...readExtensionFacts(parts),
      };
      const read = { certificate, parts, facts };
      this.#read.set(sha256, read, der.length);
      return read;
    } catch {
      return null;
    }
  }
}

/**
 * Loads what reads extensions: a tenth of a second, once. Call it early, and do not wait, where a certificate is about
 * to come.
 */
export function extensionReader(): Promise<typeof import('./extensions.js')> {
  loaded ??= import('./extensions.js').catch((error: unknown) => {
    loaded = null;
    throw error;
  });
  return loaded;
}

let loaded: Promise<typeof import('./extensions.js')> | null = null;

const shared = new CertificateReader();

/** What is stated about one certificate; null for whatever is not exactly one X.509 certificate in DER. */
export async function certificateFacts(source: Buffer | X509Certificate): Promise<CertificateFacts | null> {
  return (await shared.read(source))?.facts ?? null;
}
