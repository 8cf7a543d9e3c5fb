import type { X509Certificate } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { CertificateFacts, KeyFacts, PeerFacts, TrustPath } from '../../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../../policy/dane/tlsa.js';
import { breather } from '../breather.js';
import { readPublicKey } from './algorithms.js';
import { CertificateReader } from './certificate-facts.js';
import { type SentCertificate, SignatureChecker, type TlsaKey } from './signatures.js';

/** What a handshake left: the certificates as sent, leaf first, and the path result of the library. */
export interface Presented {
  readonly certificates: readonly X509Certificate[];
  readonly path: TrustPath;
  /** See `PeerFacts`. Default: `signature`. */
  readonly leafKeyUse?: 'signature' | 'encipherment';
}

/** Of all certificates together: what OpenSSL lets in (SSL_CTX_set_max_cert_list). */
const CHAIN_OCTETS_MAX = 102_400;
/** No more than these takes a few milliseconds. */
const CHAIN_LENGTH_USUAL = 12;
const LEAF_OCTETS_USUAL = 8192;
/** Keys from TLSA records that signatures are tried under; an honest record set has one or two. */
const TLSA_KEYS_MAX = 8;
const DANE_TA = 2;

/** Turns certificates into facts. One for many sessions: it remembers what it has read and verified. */
export class PeerInspector {
  readonly #reader: CertificateReader;
  readonly #signatures = new SignatureChecker();

  constructor(cacheMax = 1000) {
    this.#reader = new CertificateReader(cacheMax);
  }

  /**
   * Signatures are only tried where the question holds a record of usage 2, because only DANE-TA reads them. A
   * certificate behind the leaf that cannot be read is left out, as if it had not been sent. Never rejects.
   */
  async inspect(presented: Presented, tlsa: readonly TlsaRecord[]): Promise<PeerFacts> {
    const [leaf, ...others] = presented.certificates;
    if (leaf === undefined) return { kind: 'unreadable', code: 'NO_CERTIFICATE' };
    // The handshake has held the event loop, too, for as long as a large chain takes.
    if (others.length > CHAIN_LENGTH_USUAL || leaf.raw.length > LEAF_OCTETS_USUAL) await setImmediate();
    const breathe = breather();
    const first = this.#reader.read(leaf);
    if (first === null) return { kind: 'unreadable', code: 'UNREADABLE_CERTIFICATE' };
    const chain: SentCertificate[] = [{ sent: leaf, read: first }];
    let octets = first.der.length;
    for (const other of others) {
      octets += other.raw.length;
      if (octets > CHAIN_OCTETS_MAX) break;
      const read = this.#reader.read(other);
      if (read !== null) chain.push({ sent: other, read });
      const turn = breathe();
      if (turn !== null) await turn;
    }
    const { anchors, recordKeys, keys, areAll } = this.#anchors(tlsa);
    const asksForAnchor = tlsa.some((record) => record.kind === 'tlsa' && record.usage === DANE_TA);
    const checked = asksForAnchor
      ? await this.#signatures.check(chain, keys, breathe)
      : ({ facts: [], looked: 'whole' } as const);
    const isWhole = octets <= CHAIN_OCTETS_MAX && areAll && checked.looked === 'whole';
    const behind = chain.slice(1).map(({ read }) => read.facts);
    return {
      kind: 'presented',
      chain: [first.facts, ...behind],
      anchors,
      recordKeys,
      signatures: checked.facts,
      looked: isWhole ? 'whole' : 'in-part',
      leafKeyUse: presented.leafKeyUse ?? 'signature',
      path: presented.path,
    };
  }

  /** Whole certificates (2 0 0) and bare keys (2 1 0); the other forms are digests of what the server must send. */
  #anchors(tlsa: readonly TlsaRecord[]) {
    const anchors: (CertificateFacts | null)[] = tlsa.map(() => null);
    const recordKeys: (KeyFacts | null)[] = tlsa.map(() => null);
    const keys: TlsaKey[] = [];
    for (const [index, record] of tlsa.entries()) {
      if (record.kind !== 'tlsa' || record.usage !== DANE_TA || record.matching !== 0) continue;
      if (keys.length === TLSA_KEYS_MAX) return { anchors, recordKeys, keys, areAll: false };
      const octets = Buffer.from(record.data, 'hex');
      if (record.selector === 0 && record.content === 'certificate') {
        const certificate = this.#reader.read(octets);
        if (certificate === null) continue;
        anchors[index] = certificate.facts;
        keys.push({ index, certificate });
      } else if (record.selector === 1 && record.content === 'public-key') {
        recordKeys[index] = readPublicKey(octets);
        keys.push({ index, spki: octets });
      }
    }
    return { anchors, recordKeys, keys, areAll: true };
  }
}
