import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import type { KeySource, SignatureFact } from '../../../policy/certificate/facts.js';
import type { ReadCertificate } from './certificate-facts.js';
import { RecentMap } from './recent-map.js';

/** A certificate or a bare key that came in the TLSA record of that index. */
export type TlsaKey =
  | { readonly index: number; readonly certificate: ReadCertificate }
  | { readonly index: number; readonly spki: Buffer };

/** Enough for every honest chain; a hostile one of ten certificates with the same name ends here. */
const VERIFICATIONS_MAX = 64;

/** Tries which signature verifies under which key, and remembers the results by digests. Never throws. */
export class SignatureChecker {
  readonly #results: RecentMap<string, 'verifies' | 'fails'>;

  constructor(cacheMax = 1000) {
    this.#results = new RecentMap(cacheMax);
  }

  /** Keys of the chain are tried where the names agree (a certificate also under its own), bare keys always. */
  check(chain: readonly ReadCertificate[], keys: readonly TlsaKey[]): readonly SignatureFact[] {
    const facts: SignatureFact[] = [];
    let left = VERIFICATIONS_MAX;
    const attempt = (subject: number, key: KeySource, spkiSha256: string, publicKey: () => KeyObject) => {
      if (left === 0) return;
      left -= 1;
      if (this.#verifies(chain[subject]!, spkiSha256, publicKey)) facts.push({ subject, key });
    };
    const bare = keys.map((key) => ('spki' in key ? hash('sha256', key.spki, 'hex') : ''));
    for (const [subject, child] of chain.entries()) {
      for (const [at, key] of keys.entries()) {
        const source = { from: 'tlsa', index: key.index } as const;
        if ('spki' in key) attempt(subject, source, bare[at]!, () => bareKey(key.spki));
        else if (namesAgree(child, key.certificate)) {
          attempt(
            subject,
            source,
            key.certificate.facts.spkiSha256,
            () => key.certificate.certificate.publicKey,
          );
        }
      }
      for (const [index, issuer] of chain.entries()) {
        if (!namesAgree(child, issuer)) continue;
        const source = { from: 'chain', index } as const;
        attempt(subject, source, issuer.facts.spkiSha256, () => issuer.certificate.publicKey);
      }
    }
    return facts;
  }

  #verifies(child: ReadCertificate, spkiSha256: string, publicKey: () => KeyObject): boolean {
    const pair = `${child.facts.certificateSha256} ${spkiSha256}`;
    const known = this.#results.get(pair);
    if (known) return known === 'verifies';
    let verifies = false;
    try {
      verifies = child.certificate.verify(publicKey());
    } catch {
      // A key that cannot be used verifies nothing.
    }
    this.#results.set(pair, verifies ? 'verifies' : 'fails');
    return verifies;
  }
}

function bareKey(spki: Buffer): KeyObject {
  return createPublicKey({ key: spki, format: 'der', type: 'spki' });
}

/**
 * Octet for octet, as RFC 5280, Section 4.1.2.6, has issuers write their name; or by OpenSSL's looser comparison, which
 * also minds key identifiers.
 */
function namesAgree(child: ReadCertificate, issuer: ReadCertificate): boolean {
  return child.parts.issuer.equals(issuer.parts.subject) || child.certificate.checkIssued(issuer.certificate);
}
