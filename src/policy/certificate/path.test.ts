import { describe, expect, it } from 'vitest';
import { matchDane } from '../dane/match.js';
import type { TlsaRecord } from '../dane/tlsa.js';
import type { CertificateFacts, PeerFacts, SignatureFact } from './facts.js';
import { findPath, type PathBudget } from './path.js';

const ANCHOR_KEY = 'ab'.repeat(32);

function certificate(at: number, more: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    certificateSha256: at.toString(16).padStart(64, '0'),
    certificateSha512: '',
    spkiSha256: '',
    spkiSha512: '',
    dnsNames: ['mx.a.example'],
    ipAddresses: [],
    otherNames: 'none',
    commonNames: [],
    notBefore: 0,
    notAfter: 1000,
    ca: 'yes',
    pathLength: null,
    certSign: 'yes',
    serverAuth: 'absent',
    nameConstraints: { kind: 'absent' },
    criticalExtensions: 'known',
    selfIssued: 'yes',
    ...more,
  } as CertificateFacts;
}

/** Certificates of one name and one key: each signs all the others. */
function clique(size: number, last: Partial<CertificateFacts>) {
  const chain = Array.from({ length: size }, (_, at) => certificate(at, at === size - 1 ? last : {}));
  const signatures: SignatureFact[] = chain.flatMap((_, subject) =>
    chain.map((_, index) => ({ subject, key: { from: 'chain', index } }) as const),
  );
  return { chain: chain as [CertificateFacts, ...CertificateFacts[]], signatures };
}

describe('certificates that all sign one another', () => {
  it('have no path once the steps are spent, and one before', () => {
    const { chain, signatures } = clique(10, { spkiSha256: ANCHOR_KEY });
    const search = (budget: PathBudget) =>
      findPath({
        chain,
        signatures,
        anchorInChain: ({ spkiSha256 }) => (spkiSha256 === ANCHOR_KEY ? 'key' : 'no'),
        anchorInRecord: () => null,
        now: 500,
        budget,
      });
    expect(search({ stepsLeft: 100, comparisonsLeft: 100 })).toBe('found');
    expect(search({ stepsLeft: 1, comparisonsLeft: 100 })).toBe('none');
  });

  it('do not hold up a check, however many records there are', () => {
    // Every path ends in its anchor out of dates, so none ends the search.
    const { chain, signatures } = clique(10, { spkiSha256: ANCHOR_KEY });
    const tlsa = (data: string): TlsaRecord => ({
      kind: 'tlsa',
      usage: 2,
      selector: 1,
      matching: 1,
      data,
      content: 'opaque',
      digest: null,
    });
    const records = [
      ...Array.from({ length: 1000 }, (_, at) => tlsa(at.toString(16).padStart(64, '0'))),
      tlsa(ANCHOR_KEY),
    ];
    const peer: PeerFacts = {
      kind: 'presented',
      chain,
      anchors: records.map(() => null),
      signatures,
      path: { kind: 'trusted' },
    };
    expect(matchDane(records, peer, ['mx.a.example'], 5000)).toEqual({ kind: 'expired' });
  });
});
