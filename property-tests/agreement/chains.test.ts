/* Whole chains against TLSA records: policy and reference find the same paths, under the same constraints. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { daneMatches, type Peer, type Tlsa } from '../../spec/reference/dane.js';
import { constraintsOf, PLAIN, SHOWN } from '../../src/policy/certificate/facts.fixture.js';
import type { CertificateFacts, PeerFacts } from '../../src/policy/certificate/facts.js';
import { matchDane } from '../../src/policy/dane/match.js';
import type { TlsaRecord } from '../../src/policy/dane/tlsa.js';
import { aPeer, inspect } from '../arbitraries/peers.js';
import { aTlsaRecord, aTrustAnchorRecord } from '../arbitraries/tlsa.js';
import { NOW } from '../arbitraries/universe.js';

const HOST = 'mx1.a.example';

/** What cannot be read at all is no record to the reference. */
const asReference = (record: TlsaRecord): Tlsa =>
  record.kind === 'tlsa'
    ? { ...record }
    : { usage: 0, selector: 0, matching: 0, data: '', content: 'opaque', digest: null };

const asPeer = (peer: Extract<PeerFacts, { kind: 'presented' }>): Peer =>
  structuredClone(peer) as unknown as Peer;

const someRecords = fc.array(fc.oneof(aTlsaRecord, aTrustAnchorRecord), { minLength: 1, maxLength: 3 });
const names = fc.constantFrom<readonly string[]>([HOST], [HOST, 'a.example'], ['a.example'], []);

it('policy and reference agree about chains (DANE-3.1.2-1, DANE-3.1.2-2, DOPS-5.2.1-1, DOPS-5.2.3-1, TLSA-2.1.1-2)', () => {
  const ends = { matched: 0, refused: 0 };
  fc.assert(
    fc.property(aPeer, someRecords, names, (peer, records, references) => {
      const facts = inspect(peer, HOST, records);
      if (facts.kind === 'unreadable') return;
      const ours = matchDane(records, facts, references, NOW).kind === 'matched';
      expect(ours).toBe(daneMatches(records.map(asReference), asPeer(facts), [...references], NOW));
      ends[ours ? 'matched' : 'refused']++;
    }),
    { numRuns: 20_000 },
  );
  expect(Math.min(ends.matched, ends.refused)).toBeGreaterThan(500);
});

/** A leaf, an intermediate and an anchor in perfect order, one of which may be changed. */
function chainOf(
  changes: { readonly [K in 'leaf' | 'inter' | 'root']?: Partial<CertificateFacts> },
): PeerFacts {
  const certificate = (letter: string, own: Partial<CertificateFacts>): CertificateFacts => ({
    ...PLAIN,
    certificateSha256: letter.repeat(64),
    certificateSha512: letter.repeat(128),
    spkiSha256: `0${letter.repeat(63)}`,
    spkiSha512: `0${letter.repeat(127)}`,
    notBefore: NOW - 1000,
    notAfter: NOW + 1000,
    ca: 'yes',
    certSign: 'yes',
    ...own,
  });
  const leaf = certificate('a', { ca: 'no', certSign: 'no', dnsNames: [HOST], ...changes.leaf });
  const inter = certificate('b', { ...changes.inter });
  const root = certificate('c', { selfIssued: 'yes', ...changes.root });
  return {
    ...SHOWN,
    kind: 'presented',
    chain: [leaf, root, inter],
    signatures: [
      { subject: 0, key: { from: 'chain', index: 2 } },
      { subject: 2, key: { from: 'chain', index: 1 } },
      { subject: 1, key: { from: 'chain', index: 1 } },
    ],
    path: { kind: 'untrusted', cause: 'self-signed', code: 'SELF_SIGNED_CERT_IN_CHAIN' },
  };
}

type Directories = CertificateFacts['directoryNames'];

const anchorRecord = (selector: 0 | 1): TlsaRecord => ({
  kind: 'tlsa',
  usage: 2,
  selector,
  matching: 1,
  data: selector === 0 ? 'c'.repeat(64) : `0${'c'.repeat(63)}`,
  content: 'opaque',
  digest: null,
});
const bySelector = (peer: PeerFacts) =>
  ([0, 1] as const).map((selector) => matchDane([anchorRecord(selector)], peer, [HOST], NOW).kind);
const constrained = (
  permitted: readonly string[],
  excluded: readonly string[] = [],
  otherForms: CertificateFacts['otherNames'] = [],
) => ({ nameConstraints: constraintsOf({ permitted, excluded, otherForms }) });
const directories = (permittedDirectories: Directories, excludedDirectories: Directories = []) => ({
  nameConstraints: constraintsOf({ permittedDirectories, excludedDirectories }),
});

it('constraints of an anchor bind where the record vouches for the certificate, and not where for its key (DANE-3.1.2-2, DOPS-5.2.1-1)', () => {
  expect(bySelector(chainOf({}))).toEqual(['matched', 'matched']);
  const binding: readonly Partial<CertificateFacts>[] = [
    { pathLength: 0 },
    { ca: 'no' },
    { ca: 'absent' },
    { certSign: 'no' },
    { serverAuth: 'no' },
    { criticalExtensions: 'unknown' },
    { nameConstraints: { kind: 'unsupported' } },
    constrained(['b.example']),
    constrained([], ['a.example']),
    constrained([], [HOST]),
    constrained(['.mx1.a.example']),
    // The subject of every certificate below is a directory name.
    constrained([], [], ['directory']),
  ];
  for (const root of binding)
    expect(bySelector(chainOf({ root })), JSON.stringify(root)).toEqual(['mismatch', 'matched']);
  for (const root of [
    { pathLength: 1 },
    constrained(['.a.example']),
    constrained(['a.example'], ['mx2.a.example'], ['ip']),
  ])
    expect(bySelector(chainOf({ root })), JSON.stringify(root)).toEqual(['matched', 'matched']);
  expect(bySelector(chainOf({ root: { notAfter: NOW - 1 } }))).toEqual(['expired', 'matched']);
});

it('constraints of an intermediate always bind, and those of the leaf itself nobody (DANE-3.1.2-2)', () => {
  for (const inter of [
    { ca: 'no' },
    { certSign: 'no' },
    { serverAuth: 'no' },
    { criticalExtensions: 'unknown' },
    constrained(['b.example']),
  ] as const satisfies readonly Partial<CertificateFacts>[])
    expect(bySelector(chainOf({ inter })), JSON.stringify(inter)).toEqual(['mismatch', 'mismatch']);
  // No certificate stands between it and the leaf.
  expect(bySelector(chainOf({ inter: { pathLength: 0 } }))).toEqual(['matched', 'matched']);
  expect(bySelector(chainOf({ leaf: { criticalExtensions: 'unknown' } }))).toEqual(['mismatch', 'mismatch']);
  expect(bySelector(chainOf({ leaf: { serverAuth: 'no' } }))).toEqual(['mismatch', 'mismatch']);
});

it('name constraints bind wildcards, common names, addresses and the names of intermediates (DANE-3.1.2-2)', () => {
  const under = (root: Partial<CertificateFacts>, leaf: Partial<CertificateFacts>, inter = {}) =>
    bySelector(chainOf({ root, leaf, inter }))[0];
  const wildcard = { dnsNames: ['*.a.example'] };
  expect(under(constrained(['a.example']), wildcard)).toBe('matched');
  expect(under(constrained(['.a.example']), wildcard)).toBe('matched');
  expect(under(constrained([HOST]), wildcard)).toBe('mismatch');
  expect(under(constrained([], ['mx9.a.example']), wildcard)).toBe('mismatch');
  expect(under(constrained([], ['x.mx9.a.example']), wildcard)).toBe('matched');
  const common = { dnsNames: [], commonNames: [HOST, 'Mail of A, Inc.'] };
  expect(under(constrained(['a.example']), common)).toBe('matched');
  expect(under(constrained(['b.example']), common)).toBe('mismatch');
  expect(under(constrained([], [], ['ip']), { ipAddresses: ['c0000201'] })).toBe('mismatch');
  expect(under(constrained([], [], ['email']), { otherNames: ['directory', 'email'] })).toBe('mismatch');
  expect(under(constrained([], [], ['email']), { otherNames: ['directory'] })).toBe('matched');
  expect(under(constrained(['a.example']), {}, { dnsNames: ['ca.b.example'] })).toBe('mismatch');
  expect(under(constrained(['a.example']), {}, { dnsNames: ['ca.b.example'], selfIssued: 'yes' })).toBe(
    'matched',
  );
  expect(under(constrained(['']), {})).toBe('matched');
  expect(under(constrained([], ['']), {})).toBe('mismatch');
  expect(under(constrained(['A.Example']), { dnsNames: [HOST, 'no host'] })).toBe('mismatch');
});

it('directory names are compared part by part, from the top (DANE-3.1.2-2)', () => {
  const under = (root: Partial<CertificateFacts>, ...directoryNames: Directories) =>
    bySelector(chainOf({ root, leaf: { directoryNames }, inter: { directoryNames: [['c=nl']] } }))[0];
  const name = ['c=nl', 'o=a', 'cn=mx'];
  expect(under(directories([['c=nl']]), name)).toBe('matched');
  expect(under(directories([['c=nl', 'o=a', 'cn=mx', 'cn=more']]), name)).toBe('mismatch');
  expect(under(directories([['o=a']]), name)).toBe('mismatch');
  expect(under(directories([['c=de'], []]), name)).toBe('matched');
  // Each of the names, and a name that is not there is bound by nothing.
  expect(under(directories([['c=nl']]), name, ['c=de'])).toBe('mismatch');
  expect(under(directories([['c=nl']]))).toBe('matched');
  expect(under(directories([], [['c=nl', 'o=a']]), name)).toBe('mismatch');
  expect(under(directories([], [['c=nl', 'o=b']]), name)).toBe('matched');
  expect(under(directories([], [[]]), name)).toBe('mismatch');
});

it('a record with a whole certificate whose facts are missing anchors nothing (DOPS-5.2.2-1)', () => {
  const record: TlsaRecord = {
    ...anchorRecord(0),
    matching: 0,
    data: '30',
    content: 'certificate',
    digest: 'd'.repeat(64),
  } as TlsaRecord;
  const peer = chainOf({}) as Extract<PeerFacts, { kind: 'presented' }>;
  const signed = { ...peer, signatures: [{ subject: 0, key: { from: 'tlsa', index: 0 } }] } as const;
  expect(matchDane([record], { ...signed, anchors: [null] }, [HOST], NOW).kind).toBe('mismatch');
  expect(matchDane([record], { ...signed, anchors: [peer.chain[1]!] }, [HOST], NOW).kind).toBe('matched');
});
