import type { X509Certificate } from 'node:crypto';
import type { CertificateFacts, PeerFacts, TrustPath } from '../../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../../policy/dane/tlsa.js';
import { CertificateReader, type ReadCertificate } from './certificate-facts.js';
import { SignatureChecker, type TlsaKey } from './signatures.js';

/** What a handshake left: the certificates as sent, leaf first, and the path result of the library. */
export interface Presented {
  readonly certificates: readonly X509Certificate[];
  readonly path: TrustPath;
}

export const CHAIN_MAX = 10;
/** Keys from TLSA records that signatures are tried under; an honest record set has one or two. */
const TLSA_KEYS_MAX = 8;
const DANE_TA = 2;

/** Turns certificates into facts. One for many sessions: it remembers what it has read and verified. */
export class PeerInspector {
  readonly #reader: CertificateReader;
  readonly #signatures: SignatureChecker;

  constructor(cacheMax = 1000) {
    this.#reader = new CertificateReader(cacheMax);
    this.#signatures = new SignatureChecker(cacheMax);
  }

  /**
   * Signatures are only tried where the question holds a record of usage 2, because only DANE-TA reads them. A
   * certificate behind the leaf that cannot be read is left out, as if it had not been sent. Never rejects.
   */
  async inspect(presented: Presented, tlsa: readonly TlsaRecord[]): Promise<PeerFacts> {
    const [leaf, ...others] = presented.certificates.slice(0, CHAIN_MAX);
    if (leaf === undefined) return { kind: 'unreadable', code: 'NO_CERTIFICATE' };
    const first = await this.#reader.read(leaf);
    if (first === null) return { kind: 'unreadable', code: 'UNREADABLE_CERTIFICATE' };
    const chain: [ReadCertificate, ...ReadCertificate[]] = [first];
    for (const other of others) {
      const read = await this.#reader.read(other);
      if (read !== null) chain.push(read);
    }
    const { anchors, keys } = await this.#anchors(tlsa);
    const asksForAnchor = tlsa.some((record) => record.kind === 'tlsa' && record.usage === DANE_TA);
    const [{ facts }, ...rest] = chain;
    return {
      kind: 'presented',
      chain: [facts, ...rest.map((each) => each.facts)],
      anchors,
      signatures: asksForAnchor ? this.#signatures.check(chain, keys) : [],
      path: presented.path,
    };
  }

  /** Whole certificates (2 0 0) and bare keys (2 1 0); the other forms are digests of what the server must send. */
  async #anchors(tlsa: readonly TlsaRecord[]) {
    const anchors: (CertificateFacts | null)[] = tlsa.map(() => null);
    const keys: TlsaKey[] = [];
    for (const [index, record] of tlsa.entries()) {
      if (record.kind !== 'tlsa' || record.usage !== DANE_TA || record.matching !== 0) continue;
      if (keys.length === TLSA_KEYS_MAX) break;
      if (record.selector === 0 && record.content === 'certificate') {
        const certificate = await this.#reader.read(Buffer.from(record.data, 'hex'));
        if (certificate === null) continue;
        anchors[index] = certificate.facts;
        keys.push({ index, certificate });
      } else if (record.selector === 1 && record.content === 'public-key') {
        keys.push({ index, spki: Buffer.from(record.data, 'hex') });
      }
    }
    return { anchors, keys };
  }
}
