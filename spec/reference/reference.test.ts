import { describe, expect, it } from 'vitest';
import { concludeAttempt, discoverMx, discoverSts, judgeReply } from './attempt.js';
import {
  applyAgility,
  type Cert,
  daneMatches,
  isUsable,
  type Peer,
  referenceNames,
  type Tlsa,
} from './dane.js';
import { type HostEnd, type HostFacts, runHost } from './host.js';
import { certificateNameMatches, mxPatternMatches } from './names.js';
import { parsePolicy, parseStsRecords, parseTlsRequired } from './parsers.js';

/** An ordinary host: nothing signed, no policy, TLS works, nobody asks for anything. */
const plain: HostFacts = {
  source: 'mx',
  mx: 'insecure',
  addresses: 'insecure',
  tlsa: 'absent',
  sts: 'none',
  stsMx: 'listed',
  stsFreshness: 'fresh',
  requireTls: false,
  nullSender: false,
  tlsRequired: 'absent',
  dmarcReport: false,
  attempt: 'first',
  operator: 'none',
  whenDanePasses: 'require-sts',
  halfDane: 'use',
  cleartextRetry: 'at-once',
  tlsRequiredNo: 'honour',
  requireTlsTestingPolicy: 'refuse',
  requireTlsSecureMx: 'accept',
  starttls: 'works',
  dane: 'match',
  pkix: 'pass',
  pkixDomain: 'pass',
  keyword: 'offered',
};

const signed: Partial<HostFacts> = { mx: 'secure', addresses: 'secure' };

function run(...changes: Partial<HostFacts>[]): HostEnd {
  return runHost(Object.assign({}, plain, ...changes));
}

/** The end in one line: over, authentication, "retry" if in clear on a second connection; or how it was skipped. */
function say(end: HostEnd): string {
  if (end.outcome === 'skipped') return end.connected ? 'skip' : 'skip, no TCP';
  const words: string[] = [end.over, end.authentication];
  if (end.cleartextRetry) words.push('retry');
  return words.join(' ');
}

describe('DANE against MTA-STS', () => {
  const dane: Record<string, Partial<HostFacts>> = {
    N: { ...signed, tlsa: 'absent' },
    OK: { ...signed, tlsa: 'usable', dane: 'match' },
    BAD: { ...signed, tlsa: 'usable', dane: 'mismatch' },
    UNUS: { ...signed, tlsa: 'unusable' },
    ERR: { ...signed, tlsa: 'failed' },
  };
  const sts: Record<string, Partial<HostFacts>> = {
    '-': { sts: 'none' },
    T: { sts: 'testing', stsMx: 'not-listed', pkix: 'fail' },
    'E+': { sts: 'enforce' },
    Emx: { sts: 'enforce', stsMx: 'not-listed' },
    Epk: { sts: 'enforce', pkix: 'fail' },
    Etls: { sts: 'enforce', starttls: 'not-offered' },
  };

  it.each([
    ['N', '-', 'tls none'],
    ['N', 'T', 'tls none'],
    ['N', 'E+', 'tls pkix'],
    ['N', 'Emx', 'skip, no TCP'],
    ['N', 'Epk', 'skip'],
    ['N', 'Etls', 'skip'],
    ['OK', '-', 'tls dane'],
    ['OK', 'T', 'tls dane'],
    ['OK', 'E+', 'tls dane+pkix'],
    ['OK', 'Emx', 'skip, no TCP'],
    ['OK', 'Epk', 'skip'],
    ['OK', 'Etls', 'skip'],
    ['BAD', '-', 'skip'],
    ['BAD', 'T', 'skip'],
    ['BAD', 'E+', 'skip'],
    ['BAD', 'Emx', 'skip, no TCP'],
    ['BAD', 'Epk', 'skip'],
    ['BAD', 'Etls', 'skip'],
    ['UNUS', '-', 'tls none'],
    ['UNUS', 'T', 'tls none'],
    ['UNUS', 'E+', 'tls pkix'],
    ['UNUS', 'Emx', 'skip, no TCP'],
    ['UNUS', 'Epk', 'skip'],
    ['UNUS', 'Etls', 'skip'],
    ['ERR', '-', 'skip, no TCP'],
    ['ERR', 'T', 'skip, no TCP'],
    ['ERR', 'E+', 'skip, no TCP'],
    ['ERR', 'Emx', 'skip, no TCP'],
    ['ERR', 'Epk', 'skip, no TCP'],
    ['ERR', 'Etls', 'skip, no TCP'],
  ])('%s and %s: %s', (d, s, expected) => {
    expect(say(run(dane[d]!, sts[s]!))).toBe(expected);
  });

  it.each([
    ['N', '-', 'clear none'],
    ['N', 'T', 'clear none'],
    ['OK', '-', 'skip'],
    ['BAD', '-', 'skip'],
    ['UNUS', '-', 'skip'],
    ['UNUS', 'T', 'skip'],
  ])('%s and %s, no STARTTLS: %s', (d, s, expected) => {
    expect(say(run(dane[d]!, sts[s]!, { starttls: 'not-offered' }))).toBe(expected);
  });

  it.each([
    ['OK', 'E+', 'tls dane'],
    ['OK', 'Epk', 'tls dane'],
    ['OK', 'Emx', 'skip, no TCP'],
    ['BAD', 'E+', 'skip'],
    ['N', 'Epk', 'skip'],
  ])('%s and %s, skip-pkix: %s', (d, s, expected) => {
    expect(say(run(dane[d]!, sts[s]!, { whenDanePasses: 'skip-pkix' }))).toBe(expected);
  });

  it('TLS-Required: No opens every cell, in clear where TLS does not work', () => {
    for (const d of Object.values(dane)) {
      for (const s of Object.values(sts)) {
        const end = run(d, s, { tlsRequired: 'no' });
        expect(say(end)).toBe(s.starttls === 'not-offered' ? 'clear none' : 'tls none');
        expect(end.tlsaAsked).toBe(true);
        expect(say(run(d, s, { tlsRequired: 'no', starttls: 'handshake-failed' }))).toBe('clear none retry');
        expect(run(d, s, { tlsRequired: 'invalid' })).toEqual(run(d, s));
        expect(run(d, s, { tlsRequired: 'no', requireTls: true })).toEqual(run(d, s, { requireTls: true }));
      }
    }
  });
});

describe('one host', () => {
  it.each<[string, Partial<HostFacts>, string]>([
    ['half-DANE', { addresses: 'secure', tlsa: 'usable' }, 'tls dane'],
    ['half-DANE ignored', { addresses: 'secure', tlsa: 'usable', halfDane: 'ignore' }, 'tls none'],
    ['insecure addresses', { mx: 'secure', tlsa: 'failed' }, 'tls none'],
    ['an address literal', { ...signed, source: 'literal', tlsa: 'failed', sts: 'enforce' }, 'tls none'],
    ['handshake failed', { starttls: 'handshake-failed' }, 'clear none retry'],
    ['STARTTLS 454', { starttls: 'refused-4xx' }, 'clear none retry'],
    ['retry later, first', { starttls: 'refused-5xx', cleartextRetry: 'after' }, 'skip'],
    [
      'retry later, later',
      { starttls: 'refused-5xx', cleartextRetry: 'after', attempt: 'later' },
      'clear none retry',
    ],
    ['never in clear', { starttls: 'handshake-failed', cleartextRetry: 'never' }, 'skip'],
    ['never in clear, none offered', { starttls: 'not-offered', cleartextRetry: 'never' }, 'clear none'],
    ['a DMARC report', { starttls: 'handshake-failed', dmarcReport: true }, 'skip'],
    ['injected bytes', { starttls: 'injected', tlsRequired: 'no' }, 'skip'],
    [
      'operator encrypt',
      { operator: 'encrypt', tlsRequired: 'no', starttls: 'handshake-failed', pkix: 'fail' },
      'skip',
    ],
    ['operator encrypt, anyone', { operator: 'encrypt', pkix: 'fail' }, 'tls none'],
    ['operator verify', { operator: 'verify' }, 'tls pkix'],
    ['operator verify, host alone', { operator: 'verify', pkixDomain: 'fail' }, 'skip'],
    ['operator verify, domain alone', { operator: 'verify', pkix: 'fail' }, 'tls pkix'],
    ['operator verify, signed MX', { ...signed, operator: 'verify', pkixDomain: 'fail' }, 'tls pkix'],
    [
      'operator verify, half-DANE',
      { addresses: 'secure', tlsa: 'usable', operator: 'verify', pkixDomain: 'fail' },
      'skip',
    ],
    [
      'operator verify fails',
      { operator: 'verify', pkix: 'fail', pkixDomain: 'fail', tlsRequired: 'no' },
      'skip',
    ],
    [
      'operator verify by DANE',
      { ...signed, tlsa: 'usable', operator: 'verify', pkix: 'fail', tlsRequired: 'no' },
      'tls dane',
    ],
    ['operator dane', { ...signed, tlsa: 'usable', operator: 'dane', tlsRequired: 'no' }, 'tls dane'],
    ['operator dane, none', { ...signed, operator: 'dane' }, 'skip, no TCP'],
    ['operator dane, unusable', { ...signed, tlsa: 'unusable', operator: 'dane' }, 'skip, no TCP'],
    ['operator dane, half', { addresses: 'secure', tlsa: 'usable', operator: 'dane' }, 'skip, no TCP'],
  ])('%s', (_, changes, expected) => {
    expect(say(run(changes))).toBe(expected);
  });
});

describe('REQUIRETLS', () => {
  function sayRequireTls(...changes: Partial<HostFacts>[]): string {
    const end = run({ requireTls: true }, ...changes);
    if (end.outcome === 'sent') return `${say(end)}${end.keywordSent ? ' keyword' : ''}`;
    return `${say(end)}: ${end.requireTlsFailure}`;
  }
  const listed: Partial<HostFacts> = { sts: 'testing', requireTlsTestingPolicy: 'accept' };

  it.each<[string, Partial<HostFacts>, string]>([
    ['nothing vouches for the name', {}, 'skip, no TCP: definitive'],
    ['something may', { sts: 'unknown' }, 'skip, no TCP: temporary'],
    ['a literal', { source: 'literal' }, 'skip, no TCP: definitive'],
    ['secure MX', signed, 'tls pkix keyword'],
    ['secure MX, not enough', { ...signed, requireTlsSecureMx: 'refuse' }, 'skip, no TCP: definitive'],
    [
      'secure MX and DANE',
      { ...signed, tlsa: 'usable', requireTlsSecureMx: 'refuse', pkix: 'fail' },
      'tls dane keyword',
    ],
    ['enforced', { sts: 'enforce' }, 'tls pkix keyword'],
    ['not listed', { sts: 'enforce', stsMx: 'not-listed' }, 'skip, no TCP: temporary'],
    ['not listed, secure MX', { ...signed, sts: 'enforce', stsMx: 'not-listed' }, 'skip, no TCP: definitive'],
    [
      'not listed, stale',
      { sts: 'enforce', stsMx: 'not-listed', stsFreshness: 'stale' },
      'skip, no TCP: temporary',
    ],
    ['testing', { sts: 'testing' }, 'skip, no TCP: definitive'],
    ['testing accepted', listed, 'tls pkix keyword'],
    ['testing accepted, certificate', { ...listed, pkix: 'fail' }, 'skip: definitive'],
    ['testing accepted, not listed', { ...listed, stsMx: 'not-listed' }, 'skip, no TCP: definitive'],
    [
      'testing accepted, half-DANE',
      { ...listed, addresses: 'secure', tlsa: 'usable' },
      'tls dane+pkix keyword',
    ],
    ['no STARTTLS', { ...signed, starttls: 'not-offered' }, 'skip: definitive'],
    ['STARTTLS 554', { ...signed, starttls: 'refused-5xx' }, 'skip: definitive'],
    ['STARTTLS 454', { ...signed, starttls: 'refused-4xx' }, 'skip: temporary'],
    ['injected', { ...signed, starttls: 'injected' }, 'skip: temporary'],
    ['handshake', { ...signed, starttls: 'handshake-failed' }, 'skip: temporary'],
    ['certificate', { ...signed, pkix: 'fail' }, 'skip: definitive'],
    ['certificate, stale', { sts: 'enforce', pkix: 'fail', stsFreshness: 'stale' }, 'skip: temporary'],
    ['mismatch', { ...signed, tlsa: 'usable', dane: 'mismatch' }, 'skip: definitive'],
    ['TLSA failed', { ...signed, tlsa: 'failed' }, 'skip, no TCP: temporary'],
    ['no keyword', { ...signed, keyword: 'missing' }, 'skip: keyword-missing'],
    ['operator dane', { ...signed, operator: 'dane' }, 'skip, no TCP: temporary'],
    ['a bounce', { nullSender: true }, 'tls none keyword'],
    ['a bounce, no keyword', { nullSender: true, keyword: 'missing' }, 'tls none'],
    ['a bounce, no TLS', { nullSender: true, starttls: 'not-offered' }, 'clear none'],
  ])('%s', (_, changes, expected) => {
    expect(sayRequireTls(changes)).toBe(expected);
  });
});

describe('an attempt', () => {
  const temporary = 'temporary' as const;
  const definitive = 'definitive' as const;

  it('concludes', () => {
    expect(concludeAttempt([], false)).toEqual({ outcome: 'bounced', status: '5.4.4' });
    const gone = { category: 'no-target' as const, requireTlsFailure: definitive };
    const policy = { category: 'policy' as const, requireTlsFailure: definitive };
    const noKeyword = { category: 'policy' as const, requireTlsFailure: 'keyword-missing' as const };
    const network = { category: 'network' as const, requireTlsFailure: temporary };
    const dns = { category: 'dns' as const, requireTlsFailure: temporary };
    expect(concludeAttempt([gone, gone], true)).toEqual({ outcome: 'bounced', status: '5.4.4' });
    expect(concludeAttempt([gone, dns], false)).toEqual({ outcome: 'deferred', status: 'dns' });
    expect(concludeAttempt([dns, network], false)).toEqual({ outcome: 'deferred', status: 'network' });
    expect(concludeAttempt([network, policy], false)).toEqual({ outcome: 'deferred', status: 'policy' });
    expect(concludeAttempt([policy, gone], true)).toEqual({ outcome: 'bounced', status: '5.7.10' });
    expect(concludeAttempt([policy, noKeyword], true)).toEqual({ outcome: 'bounced', status: '5.7.30' });
    expect(concludeAttempt([noKeyword, network], true)).toEqual({ outcome: 'deferred', status: 'policy' });
    expect(concludeAttempt([noKeyword], false)).toEqual({ outcome: 'deferred', status: 'policy' });
  });

  it('finds its hosts', () => {
    expect(discoverMx('hosts')).toBe('walk');
    expect(discoverMx('no-records')).toBe('implicit');
    expect(discoverMx('null-mx')).toBe('bounce 5.1.10');
    expect(discoverMx('no-such-name')).toBe('bounce 5.4.4');
    expect(discoverMx('failed')).toBe('defer 4.4.3');
  });

  it('finds its policy', () => {
    const facts = {
      cached: 'none',
      record: 'absent',
      fetched: 'not-asked',
      recentFailure: false,
      stsLookupFailure: 'defer',
      tlsRequiredNo: false,
      background: false,
    } as const;
    expect(discoverSts(facts)).toBe('no-policy');
    expect(discoverSts({ ...facts, record: 'found-other-id' })).toBe('fetch');
    expect(discoverSts({ ...facts, record: 'found-other-id', recentFailure: true })).toBe('proceed-unknown');
    expect(discoverSts({ ...facts, record: 'failed' })).toBe('defer');
    expect(discoverSts({ ...facts, record: 'failed', tlsRequiredNo: true })).toBe('proceed-unknown');
    expect(discoverSts({ ...facts, cached: 'valid' })).toBe('use-cached-stale');
    expect(discoverSts({ ...facts, cached: 'valid', record: 'found-same-id' })).toBe('use-cached-fresh');
    expect(discoverSts({ ...facts, cached: 'unreadable' })).toBe('defer-for-cache');
    expect(discoverSts({ ...facts, cached: 'valid', fetched: 'failed' })).toBe('use-cached-stale');
    const renewing = { ...facts, cached: 'valid', background: true } as const;
    expect(discoverSts(renewing)).toBe('fetch');
    expect(discoverSts({ ...renewing, record: 'found-same-id' })).toBe('fetch');
    expect(discoverSts({ ...renewing, recentFailure: true })).toBe('use-cached-stale');
    expect(discoverSts({ ...renewing, cached: 'expired' })).toBe('no-policy');
    const ahead = { ...facts, cached: 'from-the-future', record: 'found-same-id' } as const;
    expect(discoverSts(ahead)).toBe('fetch');
    expect(discoverSts({ ...ahead, fetched: 'failed' })).toBe('use-cached-stale');
  });

  it('judges replies', () => {
    expect(judgeReply({ stage: 'greeting', reply: '5yz', leniency: 'no' })).toBe('next-host');
    expect(judgeReply({ stage: 'rcpt', reply: '5yz', leniency: 'no' })).toBe('bounce');
    expect(judgeReply({ stage: 'rcpt', reply: '5yz', leniency: 'other-family' })).toBe('next-host');
    expect(judgeReply({ stage: 'end', reply: 'lost', leniency: 'no' })).toBe('next-host');
    expect(judgeReply({ stage: 'data', reply: '2yz', leniency: 'no' })).toBe('go-on');
  });
});

describe('DANE', () => {
  const hex = (character: string, length = 64): string => character.repeat(length);

  function cert(letter: string, changes: Partial<Cert> = {}): Cert {
    return {
      certificateSha256: hex(letter),
      certificateSha512: hex(letter, 128),
      spkiSha256: `${letter}${hex('0', 63)}`,
      spkiSha512: `${letter}${hex('0', 127)}`,
      dnsNames: [],
      ipAddresses: [],
      otherNames: ['directory'],
      directoryNames: [],
      commonNames: [],
      notBefore: 100,
      notAfter: 200,
      ca: 'yes',
      pathLength: null,
      certSign: 'absent',
      digitalSignature: 'absent',
      keyEncipherment: 'absent',
      serverAuth: 'absent',
      selfIssued: 'no',
      nameConstraints: { kind: 'absent' },
      criticalExtensions: 'known',
      key: { kind: 'fixed' },
      signatureDigest: 'built-in',
      ...changes,
    };
  }
  function record(usage: number, selector: number, matching: number, data: string): Tlsa {
    return { usage, selector, matching, data, content: 'opaque', digest: null };
  }
  const leaf = cert('a', { ca: 'no', dnsNames: ['mx.example.com'] });
  const middle = cert('b');
  const root = cert('c', { selfIssued: 'yes' });
  const inChain = (subject: number, index: number): Peer['signatures'][number] => ({
    subject,
    key: { from: 'chain', index },
  });
  const peer: Peer = {
    chain: [leaf, middle, root],
    anchors: [null],
    recordKeys: [null],
    leafKeyUse: 'signature',
    signatures: [inChain(0, 1), inChain(1, 2), inChain(2, 2)],
  };
  const names = ['mx.example.com'];

  it('knows usable records and the stronger digest', () => {
    const one = record(3, 1, 1, hex('a'));
    const two = record(3, 1, 2, hex('a', 128));
    expect(isUsable(one)).toBe(true);
    expect(isUsable(record(3, 1, 2, hex('a')))).toBe(false);
    expect(isUsable(record(1, 1, 1, hex('a')))).toBe(false);
    expect(isUsable(record(3, 1, 0, hex('a')))).toBe(false);
    expect(applyAgility([one, two])).toEqual([two]);
    const other = record(2, 1, 1, hex('a'));
    expect(applyAgility([one, other])).toEqual([one, other]);
  });

  it('matches the leaf alone for DANE-EE', () => {
    const ee = [record(3, 0, 1, hex('a'))];
    expect(daneMatches(ee, peer, [], 999)).toBe(true);
    expect(daneMatches([record(3, 0, 1, hex('b'))], peer, names, 150)).toBe(false);
    expect(daneMatches([...ee, record(3, 0, 2, hex('d', 128))], peer, names, 150)).toBe(false);
    expect(daneMatches(ee, { ...peer, chain: [] }, names, 150)).toBe(false);
  });

  it('wants a path, dates and a name for DANE-TA', () => {
    const ta = [record(2, 0, 1, hex('c'))];
    expect(daneMatches(ta, peer, names, 150)).toBe(true);
    expect(daneMatches(ta, peer, names, 201)).toBe(false);
    expect(daneMatches(ta, peer, ['example.com'], 150)).toBe(false);
    expect(daneMatches(ta, { ...peer, signatures: [inChain(0, 1)] }, names, 150)).toBe(false);
    const strict = cert('c', { pathLength: 0 });
    expect(daneMatches(ta, { ...peer, chain: [leaf, middle, strict] }, names, 150)).toBe(false);
    const within = (changes: Partial<Cert>, own: Cert = leaf) =>
      daneMatches(ta, { ...peer, chain: [own, middle, cert('c', changes)] }, names, 150);
    const only = (permitted: string[], excluded: string[] = [], otherForms: ('ip' | 'email')[] = []) =>
      ({
        nameConstraints: {
          kind: 'dns' as const,
          permitted,
          excluded,
          permittedDirectories: [],
          excludedDirectories: [],
          otherForms,
        },
      }) satisfies Partial<Cert>;
    expect(within(only(['example.com']))).toBe(true);
    expect(within(only(['.example.com']))).toBe(true);
    expect(within(only(['example.org']))).toBe(false);
    expect(within(only([], ['mx.example.com']))).toBe(false);
    expect(within(only([], ['mx.example.com']), cert('a', { ca: 'no', dnsNames: ['*.example.com'] }))).toBe(
      false,
    );
    expect(within(only([], [], ['ip']))).toBe(true);
    expect(within(only([], [], ['ip']), { ...leaf, ipAddresses: ['01020304'] })).toBe(false);
    expect(within(only([], [], ['email']), { ...leaf, otherNames: ['email'] })).toBe(false);
    expect(within({ nameConstraints: { kind: 'unsupported' } })).toBe(false);
    expect(within({ criticalExtensions: 'unknown' })).toBe(false);
    expect(within({ serverAuth: 'no' })).toBe(false);
    expect(within({ certSign: 'no' })).toBe(false);
    // RFC 9325, Section 4.5, and RFC 5280, Section 4.2.1.3: not the anchor's own signature.
    expect(within({ signatureDigest: 'md5' })).toBe(true);
    expect(within({}, { ...leaf, signatureDigest: 'md5' })).toBe(false);
    expect(within({ key: { kind: 'ec', fieldBits: 192 } })).toBe(false);
    expect(within({}, { ...leaf, digitalSignature: 'no' })).toBe(false);
    expect(within({}, { ...leaf, keyEncipherment: 'no' })).toBe(true);
    const keyOnly = [record(2, 1, 1, `c${hex('0', 63)}`)];
    expect(daneMatches(keyOnly, { ...peer, chain: [leaf, middle, strict] }, names, 150)).toBe(true);
    const common = cert('a', { ca: 'no', commonNames: ['mx.example.com'] });
    expect(daneMatches(ta, { ...peer, chain: [common, middle, root] }, names, 150)).toBe(true);
  });

  it('takes an anchor from the DNS', () => {
    const full: Tlsa = { ...record(2, 0, 0, 'ff'), content: 'certificate', digest: hex('c') };
    const key: Tlsa = { ...record(2, 1, 0, 'ff'), content: 'public-key', digest: hex('e') };
    const byDns: Peer = {
      chain: [leaf, middle],
      anchors: [null, root],
      recordKeys: [null, null],
      leafKeyUse: 'signature',
      signatures: [inChain(0, 1), { subject: 1, key: { from: 'tlsa', index: 1 } }],
    };
    const unusable = record(0, 0, 1, hex('a'));
    expect(daneMatches([unusable, full], byDns, names, 150)).toBe(true);
    expect(daneMatches([unusable, full], { ...byDns, anchors: [null, null] }, names, 150)).toBe(false);
    expect(daneMatches([unusable, key], byDns, names, 150)).toBe(true);
    expect(daneMatches([unusable, key], { ...byDns, signatures: [inChain(0, 1)] }, names, 150)).toBe(false);
  });

  it('names the reference identifiers', () => {
    const f = { mx: 'secure', source: 'mx', base: 'mx.b', nextHop: 'a', expandedNextHop: 'b' } as const;
    expect(referenceNames(f)).toEqual(['mx.b', 'a', 'b']);
    expect(referenceNames({ ...f, expandedNextHop: null })).toEqual(['mx.b', 'a']);
    expect(referenceNames({ ...f, mx: 'insecure' })).toEqual(['mx.b']);
    expect(referenceNames({ ...f, source: 'implicit', base: 'b' })).toEqual(['b', 'a']);
    expect(referenceNames({ ...f, source: 'implicit', base: 'a' })).toEqual(['a']);
    expect(referenceNames({ ...f, source: 'relay', mx: 'insecure', base: 'b' })).toEqual(['b', 'a']);
  });
});

describe('names', () => {
  it.each([
    ['mx.example.com', 'MX.example.com', true],
    ['*.example.com', 'mx.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.b.example.com', false],
    ['m*.example.com', 'mx.example.com', false],
    ['mx.*.com', 'mx.example.com', false],
    ['*', 'localhost', false],
    ['', '', false],
    ['\u212A.example.com', 'k.example.com', false],
  ])('%s against %s: %s', (presented, reference, expected) => {
    expect(certificateNameMatches(presented, reference)).toBe(expected);
    expect(mxPatternMatches(presented, reference)).toBe(expected);
  });
});

describe('texts', () => {
  it.each<[string[], object]>([
    [[], { kind: 'absent' }],
    [['v=spf1 -all', 'v=STSv10; id=1;', ' v=STSv1; id=1;', 'v=STSv1 ; id=1'], { kind: 'absent' }],
    [['v=STSv1; id=20160831085700Z;'], { kind: 'found', id: '20160831085700Z' }],
    [['v=STSv1;x=y ;\tid=1; '], { kind: 'found', id: '1' }],
    [['v=STSv1; id=1; id=2'], { kind: 'found', id: '1' }],
    [['v=STSv1; id=1', 'v=STSv1; broken'], { kind: 'invalid' }],
    [['v=STSv1 \t; id=1'], { kind: 'found', id: '1' }],
    [['v=STSv10; id=1'], { kind: 'absent' }],
    [['v=STSv1; id=1 '], { kind: 'invalid' }],
    [['v=STSv1;'], { kind: 'invalid' }],
    [['v=STSv1;; id=1'], { kind: 'invalid' }],
    [['v=STSv1; id=a-b'], { kind: 'invalid' }],
    [['v=STSv1; id=1; x='], { kind: 'invalid' }],
    [['v=STSv1; id = 1'], { kind: 'invalid' }],
    [['v=STSv1; ID=1'], { kind: 'invalid' }],
  ])('TXT %j', (txts, expected) => {
    expect(parseStsRecords(txts)).toEqual(expected);
  });

  const good = 'version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmax_age: 604800\n';
  it('policy', () => {
    const policy = { mode: 'enforce', mx: ['mail.example.com', '*.example.net'], maxAgeSeconds: 604800 };
    expect(parsePolicy(good)).toEqual(policy);
    expect(parsePolicy(good.replaceAll('\n', '\r\n'))).toEqual(policy);
    expect(parsePolicy(`\uFEFF${good}\n \t\r\n`)).toEqual(policy);
    expect(parsePolicy(`${good}mode: none\nx-y: a: \u00FC b`)).toEqual(policy);
    expect(parsePolicy(good.replace('604800', '9999999999'))?.maxAgeSeconds).toBe(31557600);
    expect(parsePolicy('version:STSv1\nmode:none\nmax_age:0')).toEqual({
      mode: 'none',
      mx: [],
      maxAgeSeconds: 0,
    });
  });

  it.each<[string, string, string[]]>([
    ['bare CR', good.replaceAll('\n', '\r'), []],
    ['CR at the end', `${good}x: y\r`, []],
    ['not a pair', `${good}hello\n`, []],
    ['empty value', `${good}x:\n`, []],
    ['a control character', `${good}x: a\u0007b\n`, []],
    ['a star within', `${good}mx: a*.example.org\n`, []],
    ['a dot at the end', `${good}mx: a.example.org.\n`, []],
    ['a U-label', `${good}mx: m\u00E4il.example.org\n`, []],
    ['an address', `${good}mx: 192.0.2.56\n`, ['192.0.2.56']],
    ['digits', `${good}mx: mx.123\n`, ['mx.123']],
    ['a long label', `${good}mx: ${'a'.repeat(64)}\n`, ['a'.repeat(64)]],
    ['many mx', good + 'mx: a.example\n'.repeat(99), Array.from({ length: 99 }, () => 'a.example')],
    ['many lines', good + '\n'.repeat(2000), []],
  ])('a policy all the same: %s', (_, text, more) => {
    expect(parsePolicy(text)).toMatchObject({ mx: ['mail.example.com', '*.example.net', ...more] });
  });

  it.each([
    ['empty', ''],
    ['no mx', 'version: STSv1\nmode: testing\nmax_age: 1\n'],
    ['space before the colon', good.replace('mode:', 'mode :')],
    ['indented', good.replace('mode', ' mode')],
    ['mode in capitals', good.replace('enforce', 'Enforce')],
    ['version', good.replace('STSv1', 'STSv2')],
    ['max_age', good.replace('604800', '12345678901')],
    [
      'no mx that can be read',
      'version: STSv1\nmode: enforce\nmx: a*.example.net\nmx: a.example.\nmax_age: 1\n',
    ],
    ['too long', `${good}x: ${'y'.repeat(65536)}`],
  ])('no policy: %s', (_, text) => {
    expect(parsePolicy(text)).toBeNull();
  });

  it.each([
    ['From: a\r\nTLS-Required: No\r\n\r\nbody', 'no'],
    ['tls-required:\n nO \n', 'no'],
    ['TLS-Required:No', 'no'],
    ['From: a\r\n\r\nTLS-Required: No\r\n', 'absent'],
    ['Subject: x\r\n TLS-Required: No\r\n', 'absent'],
    ['TLS-Required: Yes\r\n', 'invalid'],
    ['TLS-Required: N\r\n o\r\n', 'invalid'],
    ['TLS-Required: No\r\nTLS-Required: No\r\n', 'invalid'],
    ['TLS-Required : No\r\n', 'invalid'],
    ['', 'absent'],
  ])('header %j: %s', (block, expected) => {
    expect(parseTlsRequired(block)).toBe(expected);
  });
});
