import { createPublicKey, hash, type KeyObject, type X509Certificate } from 'node:crypto';
import type { KeySource, SignatureFact } from '../../../policy/certificate/facts.js';
import type { ReadCertificate } from './certificate-facts.js';
import { RecentMap } from './recent-map.js';

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

interface Attempt {
  readonly subject: number;
  readonly key: KeySource;
  readonly spki: Buffer;
  readonly spkiSha256: string;
}

/** Tries which signature verifies under which key, and remembers the results by digests. Never throws. */
export class SignatureChecker {
  readonly #results: RecentMap<string, 'verifies' | 'fails'>;

  constructor(cacheMax = 1000) {
    this.#results = new RecentMap(cacheMax);
  }

  /** Keys of the chain are tried where the names agree (a certificate also under its own), bare keys always. */
  async check(
    chain: readonly SentCertificate[],
    keys: readonly TlsaKey[],
    breathe: () => Promise<void> | null,
  ): Promise<CheckedSignatures> {
    const facts: SignatureFact[] = [];
    let left = VERIFICATIONS_MAX;
    for (const { subject, key, spki, spkiSha256 } of attemptsAt(chain, keys)) {
      if (left-- === 0) return { facts, looked: 'in-part' };
      if (this.#verifies(chain[subject]!, spki, spkiSha256)) facts.push({ subject, key });
      const turn = breathe();
      if (turn !== null) await turn;
    }
    return { facts, looked: 'whole' };
  }

  #verifies({ sent, read }: SentCertificate, spki: Buffer, spkiSha256: string): boolean {
    const pair = `${read.facts.certificateSha256} ${spkiSha256}`;
    const known = this.#results.get(pair);
    if (known) return known === 'verifies';
    let verifies = false;
    try {
      verifies = sent.verify(keyObject(spki));
    } catch {
      // A key that cannot be used verifies nothing.
    }
    this.#results.set(pair, verifies ? 'verifies' : 'fails');
    return verifies;
  }
}

/** Names are looked up, because a chain may hold hundreds of certificates. */
function* attemptsAt(chain: readonly SentCertificate[], keys: readonly TlsaKey[]): Generator<Attempt> {
  const fromRecords = keys.map((key) => ({
    ...('spki' in key
      ? { subject: null, spki: key.spki, spkiSha256: hash('sha256', key.spki, 'hex') }
      : { subject: key.certificate.subject, ...keyOf(key.certificate) }),
    source: { from: 'tlsa', index: key.index } as const,
  }));
  const byName = new Map<string, number[]>();
  for (const [index, { read }] of chain.entries()) {
    const same = byName.get(read.subject);
    if (same === undefined) byName.set(read.subject, [index]);
    else same.push(index);
  }
  for (const [subject, { read }] of chain.entries()) {
    for (const { subject: name, source, ...key } of fromRecords)
      if (name === null || name === read.issuer) yield { subject, key: source, ...key };
    for (const index of byName.get(read.issuer) ?? [])
      yield { subject, key: { from: 'chain', index }, ...keyOf(chain[index]!.read) };
  }
}

function keyOf({ spki, facts }: ReadCertificate) {
  return { spki, spkiSha256: facts.spkiSha256 };
}

function keyObject(spki: Buffer): KeyObject {
  return createPublicKey({ key: spki, format: 'der', type: 'spki' });
}
