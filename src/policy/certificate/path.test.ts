import { describe, expect, it } from 'vitest';
import { matchDane } from '../dane/match.js';
import type { TlsaRecord } from '../dane/tlsa.js';
import { constraintsOf, PLAIN, SHOWN } from './facts.fixture.js';
import type { CertificateFacts, KeyFacts, PeerFacts, SignatureFact } from './facts.js';
import { findPath } from './path.js';

const HOST = 'mx.a.example';
const ANCHOR_KEY = 'ab'.repeat(32);
type Presented = Extract<PeerFacts, { kind: 'presented' }>;

function certificate(at: number, more: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    ...PLAIN,
    certificateSha256: at.toString(16).padStart(64, '0'),
    dnsNames: [HOST],
    ca: 'yes',
    certSign: 'yes',
    selfIssued: 'yes',
    ...more,
  };
}

function presented(
  chain: readonly CertificateFacts[],
  signatures: readonly SignatureFact[],
  more: Partial<Presented> = {},
): Presented {
  return {
    ...SHOWN,
    kind: 'presented',
    chain: chain as [CertificateFacts, ...CertificateFacts[]],
    signatures,
    ...more,
  };
}

function tlsa(usage: 2 | 3, selector: 0 | 1, data: string): TlsaRecord {
  return { kind: 'tlsa', usage, selector, matching: 1, data, content: 'opaque', digest: null };
}

/** Certificates of one name and one key: each signs all the others. */
function clique(size: number): Presented {
  const chain = Array.from({ length: size }, (_, at) =>
    certificate(at, at === size - 1 ? { spkiSha256: ANCHOR_KEY } : {}),
  );
  const signatures: SignatureFact[] = chain.flatMap((_, subject) =>
    chain.map((_, index) => ({ subject, key: { from: 'chain', index } }) as const),
  );
  return presented(chain, signatures);
}

describe('certificates that all sign one another (CHOICE-25)', () => {
  it('have no path once the steps are spent, and one before', () => {
    const search = (stepsLeft: number) =>
      findPath({
        peer: clique(10),
        anchorsInChain: ({ spkiSha256 }) => ({
          byKey: spkiSha256 === ANCHOR_KEY ? 7 : null,
          byCertificate: null,
        }),
        holdsAnchor: () => 'no',
        now: 500,
        budget: { stepsLeft },
      });
    expect(search(1000)).toEqual({ kind: 'found', record: 7 });
    expect(search(1)).toEqual({ kind: 'unfinished' });
  });

  it('do not hold up a check, however many records there are', () => {
    const records = [
      ...Array.from({ length: 1000 }, (_, at) => tlsa(2, 1, at.toString(16).padStart(64, '0'))),
      tlsa(2, 1, ANCHOR_KEY),
    ];
    // Every path ends in its anchor out of dates, so none ends the search.
    expect(matchDane(records, clique(10), [HOST], 5000)).toEqual({ kind: 'expired' });
    expect(matchDane(records.slice(0, -1), clique(10), [HOST], 500)).toEqual({ kind: 'unfinished' });
  });
});

describe('a chain of many certificates', () => {
  const chain = Array.from({ length: 12 }, (_, at) => certificate(at, { selfIssued: 'no' }));
  const signatures = chain
    .slice(1)
    .map((_, at) => ({ subject: at, key: { from: 'chain', index: at + 1 } }) as const);
  const last = tlsa(2, 0, chain[11]!.certificateSha256);

  it('reaches an anchor at its end (DANE-3.1.2-1)', () => {
    expect(matchDane([last], presented(chain, signatures), [HOST], 500)).toEqual({
      kind: 'matched',
      record: 0,
    });
  });

  it('that was not looked at as a whole is no mismatch (CHOICE-25)', () => {
    const cut = (looked: Presented['looked']) =>
      matchDane([last], presented(chain.slice(0, 10), signatures.slice(0, 9), { looked }), [HOST], 500);
    expect(cut('whole')).toEqual({ kind: 'mismatch' });
    expect(cut('in-part')).toEqual({ kind: 'unfinished' });
  });
});

describe('strength (CHOICE-21)', () => {
  const leafSpki = 'ee'.repeat(32);
  function judged(
    leaf: Partial<CertificateFacts>,
    inter: Partial<CertificateFacts> = {},
    root: Partial<CertificateFacts> = {},
    more: Partial<Presented> = {},
  ): readonly string[] {
    const chain = [
      certificate(0, { ca: 'no', certSign: 'no', selfIssued: 'no', spkiSha256: leafSpki, ...leaf }),
      certificate(1, { selfIssued: 'no', ...inter }),
      certificate(2, root),
    ];
    const signatures = [0, 1].map((at) => ({ subject: at, key: { from: 'chain', index: at + 1 } }) as const);
    const peer = presented(chain, signatures, more);
    return [tlsa(2, 0, chain[2]!.certificateSha256), tlsa(3, 1, leafSpki)].map(
      (record) => matchDane([record], peer, [HOST], 500).kind,
    );
  }
  const rsa = (modulusBits: number, exponentBits: number, exponentParity: 'odd' | 'even' = 'odd') =>
    ({ kind: 'rsa', modulusBits, exponentBits, exponentParity }) as const;
  const strong: readonly KeyFacts[] = [
    rsa(2048, 17),
    { kind: 'ec', fieldBits: 224 },
    { kind: 'fixed' },
    { kind: 'unstated' },
  ];
  const weak: readonly KeyFacts[] = [
    rsa(2047, 17),
    rsa(4096, 16),
    rsa(4096, 17, 'even'),
    { kind: 'ec', fieldBits: 192 },
    { kind: 'ec', fieldBits: null },
    { kind: 'other' },
  ];

  it.each(strong)('takes the key $kind anywhere', (key) => {
    expect(judged({ key }, { key }, { key })).toEqual(['matched', 'matched']);
  });

  it.each(weak)('takes the weak key $kind nowhere on a path, and under usage 3', (key) => {
    expect(judged({ key })).toEqual(['unfit', 'matched']);
    expect(judged({}, { key })).toEqual(['unfit', 'matched']);
    expect(judged({}, {}, { key })).toEqual(['unfit', 'matched']);
  });

  it.each(['md5', 'sha-1', 'other'] as const)(
    'takes no signature over %s below the anchor',
    (signatureDigest) => {
      expect(judged({ signatureDigest })).toEqual(['unfit', 'matched']);
      expect(judged({}, { signatureDigest })).toEqual(['unfit', 'matched']);
      expect(judged({}, {}, { signatureDigest })).toEqual(['matched', 'matched']);
    },
  );

  it('holds the use of the key against its certificate', () => {
    expect(judged({ digitalSignature: 'no', keyEncipherment: 'yes' })).toEqual(['unfit', 'matched']);
    expect(judged({ digitalSignature: 'yes', keyEncipherment: 'no' })).toEqual(['matched', 'matched']);
    const enciphers = { leafKeyUse: 'encipherment' } as const;
    expect(judged({ digitalSignature: 'no', keyEncipherment: 'yes' }, {}, {}, enciphers)[0]).toBe('matched');
    expect(judged({ digitalSignature: 'yes', keyEncipherment: 'no' }, {}, {}, enciphers)[0]).toBe('unfit');
    // Of issuers it asks nothing.
    expect(judged({}, { digitalSignature: 'no' }, { digitalSignature: 'no' })).toEqual([
      'matched',
      'matched',
    ]);
  });

  it('is asked of a bare key in a record, too', () => {
    const chain = [certificate(0, { selfIssued: 'no' })];
    const record = {
      ...tlsa(2, 1, '30'),
      matching: 0,
      content: 'public-key',
      digest: ANCHOR_KEY,
    } as TlsaRecord;
    const under = (key: KeyFacts) =>
      matchDane(
        [record],
        presented(chain, [{ subject: 0, key: { from: 'tlsa', index: 0 } }], {
          anchors: [null],
          recordKeys: [key],
        }),
        [HOST],
        500,
      ).kind;
    expect(under(rsa(2048, 17))).toBe('matched');
    expect(under(rsa(1024, 17))).toBe('unfit');
  });
});

describe('whoever stands on a path', () => {
  /** A leaf, an intermediate and a root, of which the record vouches for the root as a whole, or for its key. */
  function climbed(
    [leaf, inter, root]: readonly Partial<CertificateFacts>[],
    { selector = 0, now = 500 }: { readonly selector?: 0 | 1; readonly now?: number } = {},
  ): string {
    const chain = [
      certificate(0, { ca: 'no', certSign: 'no', selfIssued: 'no', ...leaf }),
      certificate(1, { selfIssued: 'no', ...inter }),
      certificate(2, { spkiSha256: ANCHOR_KEY, ...root }),
    ];
    const signatures = [0, 1].map((at) => ({ subject: at, key: { from: 'chain', index: at + 1 } }) as const);
    const data = selector === 0 ? chain[2]!.certificateSha256 : ANCHOR_KEY;
    return matchDane([tlsa(2, selector, data)], presented(chain, signatures), [HOST], now).kind;
  }

  it.each<[string, Partial<CertificateFacts>]>([
    ['is no authority', { ca: 'no' }],
    ['says nothing of that', { ca: 'absent' }],
    ['may not sign certificates', { certSign: 'no' }],
    ['is for other purposes', { serverAuth: 'no' }],
    ['has what nobody knows and must be known', { criticalExtensions: 'unknown' }],
  ])('may issue nothing if it %s (RFC 5280, Section 6.1.4)', (_, own) => {
    expect(climbed([{}, own, {}])).toBe('mismatch');
    expect(climbed([{}, {}, own])).toBe('mismatch');
    // Of an anchor that is vouched for by its key nothing else binds.
    expect(climbed([{}, {}, own], { selector: 1 })).toBe('matched');
  });

  it('may be used for servers and holds nothing unknown, where it is the leaf', () => {
    expect(climbed([{ serverAuth: 'no' }, {}, {}])).toBe('mismatch');
    expect(climbed([{ criticalExtensions: 'unknown' }, {}, {}])).toBe('mismatch');
    expect(climbed([{ serverAuth: 'yes', ca: 'no' }, { certSign: 'absent' }, { serverAuth: 'absent' }])).toBe(
      'matched',
    );
  });

  it('has as many authorities below it as it allows, those that issued themselves apart', () => {
    expect(climbed([{}, { pathLength: 0 }, { pathLength: 1 }])).toBe('matched');
    expect(climbed([{}, {}, { pathLength: 0 }])).toBe('mismatch');
    expect(climbed([{}, { selfIssued: 'yes' }, { pathLength: 0 }])).toBe('matched');
  });

  it('has the names that authorities above it permit, unless it issued itself and is not the leaf', () => {
    const root = { nameConstraints: constraintsOf({ permitted: [HOST] }) };
    const foreign = { dnsNames: ['b.example'] };
    expect(climbed([{}, {}, root])).toBe('matched');
    expect(climbed([{}, foreign, root])).toBe('mismatch');
    expect(climbed([{}, { ...foreign, selfIssued: 'yes' }, root])).toBe('matched');
    expect(climbed([{ dnsNames: [HOST, 'b.example'], selfIssued: 'yes' }, {}, root])).toBe('mismatch');
  });

  it('is in its dates, from the first moment to the last', () => {
    expect([0, 1000].map((now) => climbed([{}, {}, {}], { now }))).toEqual(['matched', 'matched']);
    expect([-1, 1001].map((now) => climbed([{}, {}, {}], { now }))).toEqual(['expired', 'expired']);
    for (const place of [0, 1, 2])
      expect(climbed([0, 1, 2].map((at) => (at === place ? { notAfter: 499 } : {})))).toBe('expired');
    expect(climbed([{}, {}, { notAfter: 499 }], { selector: 1 })).toBe('matched');
  });

  it('may be the leaf itself, whose dates count then', () => {
    const own = (now: number) =>
      matchDane(
        [tlsa(2, 1, ANCHOR_KEY)],
        presented([certificate(0, { spkiSha256: ANCHOR_KEY })], []),
        [HOST],
        now,
      ).kind;
    expect([own(500), own(1001)]).toEqual(['matched', 'expired']);
  });

  it('stands there by its signature, and once', () => {
    const chain = [certificate(0, { ca: 'no' }), certificate(1), certificate(2, { spkiSha256: ANCHOR_KEY })];
    const match = (...signatures: readonly (readonly [number, number])[]) =>
      matchDane(
        [tlsa(2, 1, ANCHOR_KEY)],
        presented(
          chain,
          signatures.map(([subject, index]) => ({ subject, key: { from: 'chain', index } })),
        ),
        [HOST],
        500,
      ).kind;
    expect([match([0, 1], [1, 2]), match([0, 2]), match([1, 0], [0, 1], [1, 2])]).toEqual([
      ...['matched', 'matched', 'matched'],
    ]);
    expect([match([1, 2]), match([0, 1]), match([0, 1], [1, 0]), match([0, 7]), match()]).toEqual([
      ...Array.from({ length: 5 }, () => 'mismatch'),
    ]);
  });
});
