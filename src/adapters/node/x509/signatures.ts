import { createPublicKey, hash, type KeyObject, type X509Certificate } from 'node:crypto';
import type { KeySource, SignatureFact } from '../../../policy/certificate/facts.js';
import type { ReadCertificate } from './certificate-facts.js';

/** What the server sent, as the library holds it, which takes longer to make than to verify its signature, and as it was read. */
export interface SentCertificate {
  readonly sent: X509Certificate;
  readonly read: ReadCertificate;
}

/** A certificate or a bare key that came in the TLSA record of that index. */
export type TlsaKey =
  | { readonly index: number; readonly certificate: ReadCertificate }
  | { readonly index: number; readonly spki: Buffer };

export interface CheckedSignatures {
  readonly facts: readonly SignatureFact[];
  /** `in-part`: there were more to try than anybody needs. */
  readonly looked: 'whole' | 'in-part';
}

/** Enough for every honest chain; a hostile one, of many certificates with the same name, ends here. */
const VERIFICATIONS_MAX = 64;

/** Keys of records, by the name of whom they sign for; null: for anybody. */
interface RecordKey {
  readonly subject: string | null;
  readonly key: KeySource;
  readonly spki: Buffer;
  readonly spkiSha256: string;
}

/** Tries which signature verifies under which key, and remembers that with the certificate. Never throws. */
export class SignatureChecker {
  /** By the digest of the key; what is forgotten of certificates goes with them. */
  readonly #results = new WeakMap<ReadCertificate, Map<string, boolean>>();

  /** Keys of the chain are tried where the names agree (a certificate also under its own), bare keys always. */
  async check(
    chain: readonly SentCertificate[],
    keys: readonly TlsaKey[],
    breathe: () => Promise<void> | null,
  ): Promise<CheckedSignatures> {
    const recordKeys = keys.map(recordKeyOf);
    const byName = indexesByName(chain);
    const facts: SignatureFact[] = [];
    let left = VERIFICATIONS_MAX;
    for (let subject = 0; subject < chain.length; subject++) {
      const certificate = chain[subject]!;
      const { issuer } = certificate.read;
      for (const { subject: name, key, spki, spkiSha256 } of recordKeys) {
        if (name !== null && name !== issuer) continue;
        if (left-- === 0) return { facts, looked: 'in-part' };
        if (this.#verifies(certificate, spki, spkiSha256)) facts.push({ subject, key });
        const turn = breathe();
        if (turn !== null) await turn;
      }
      for (const index of byName.get(issuer) ?? []) {
        if (left-- === 0) return { facts, looked: 'in-part' };
        const { spki, facts: read } = chain[index]!.read;
        if (this.#verifies(certificate, spki, read.spkiSha256))
          facts.push({ subject, key: { from: 'chain', index } });
        const turn = breathe();
        if (turn !== null) await turn;
      }
    }
    return { facts, looked: 'whole' };
  }

  #verifies({ sent, read }: SentCertificate, spki: Buffer, spkiSha256: string): boolean {
    const results = this.#resultsOf(read);
    const known = results.get(spkiSha256);
    if (known !== undefined) return known;
    let verifies = false;
    try {
      verifies = sent.verify(keyObject(spki));
    } catch {
      // A key that cannot be used verifies nothing.
    }
    if (results.size === VERIFICATIONS_MAX) results.clear();
    results.set(spkiSha256, verifies);
    return verifies;
  }

  #resultsOf(read: ReadCertificate): Map<string, boolean> {
    const known = this.#results.get(read);
    if (known !== undefined) return known;
    const made = new Map<string, boolean>();
    this.#results.set(read, made);
    return made;
  }
}

function recordKeyOf(key: TlsaKey): RecordKey {
  const source = { from: 'tlsa', index: key.index } as const;
  if ('spki' in key)
    return { subject: null, key: source, spki: key.spki, spkiSha256: hash('sha256', key.spki, 'hex') };
  const { subject, spki, facts } = key.certificate;
  return { subject, key: source, spki, spkiSha256: facts.spkiSha256 };
}

/** Names are looked up, because a chain may hold hundreds of certificates. */
function indexesByName(chain: readonly SentCertificate[]): ReadonlyMap<string, readonly number[]> {
  const byName = new Map<string, number[]>();
  for (let index = 0; index < chain.length; index++) {
    const { subject } = chain[index]!.read;
    const same = byName.get(subject);
    if (same === undefined) byName.set(subject, [index]);
    else same.push(index);
  }
  return byName;
}

function keyObject(spki: Buffer): KeyObject {
  return createPublicKey({ key: spki, format: 'der', type: 'spki' });
}
