import { describe, expect, it } from 'vitest';
import { PLAIN, SHOWN } from '../certificate/facts.fixture.js';
import type { CertificateFacts, PeerFacts } from '../certificate/facts.js';
import type { DaneMatch } from '../dane/match.js';
import type { TlsaRecord } from '../dane/tlsa.js';
import type { PeerJudgement, PkixResult } from '../host/authenticate.js';
import { type PlanFacts, planHost } from '../host/plan.js';
import type { Reply } from '../smtp/reply.js';
import {
  certificateText,
  daneText,
  keywordText,
  lossAt,
  ownerOfTlsa,
  pkixText,
  placeIn,
  replyAt,
  tlsaNameIn,
  tlsaText,
  tlsStartText,
} from './about-host.js';
import { host, known, MX, NOW } from './evidence.fixture.js';
import type { HostEvidence } from './evidence.js';

const NOBODY = known({});
const of = (own: Partial<HostEvidence>) => known({ host: host(own) });
const PLACE = 'mx.a.example [192.0.2.1]';
const say = (code: number, ...lines: readonly string[]): Reply => ({ code, lines });
const replied = (code: number, ...lines: readonly string[]) =>
  ({ kind: 'replied', reply: say(code, ...lines) }) as const;

function tlsa(usage: number, octet: string): TlsaRecord {
  const own = { selector: 1, matching: 1, content: 'opaque', digest: null } as const;
  return { kind: 'tlsa', usage, data: octet.repeat(32), ...own };
}
const present = (...records: readonly TlsaRecord[]) =>
  ({ kind: 'present', baseDomain: 'real.b.example', records }) as const;
const RECORD = (usage: number, octet: string) => `${usage} 1 1 ${octet.toUpperCase().repeat(32)}`;

const LEAF: CertificateFacts = {
  ...{ ...PLAIN, notBefore: NOW - 1000, notAfter: NOW + 1000, dnsNames: ['mx.a.example', '*.b.example'] },
  ...{ spkiSha256: 'ab', certificateSha256: 'cd', issuerNames: ['Intermediate', 'Public CA'] },
};
const shown = (own: Partial<CertificateFacts> = {}): PeerFacts => ({
  ...{ kind: 'presented', ...SHOWN, chain: [{ ...LEAF, ...own }], signatures: [] },
});
const DATES =
  'valid from 2026-05-01T11:59:59Z until 2026-05-01T12:00:01Z, with the key AB (SHA-256; of the whole CD)';
const SHOWN_TEXT = `${PLACE} presented a certificate for mx.a.example and *.b.example, issued by "Intermediate, Public CA", ${DATES}`;

describe('what is said of a host', () => {
  it('is its name, with the address that was tried', () => {
    expect(
      [NOBODY, of({}), of({ address: 1 }), of({ addresses: [] }), of({ address: 2 })].map(placeIn),
    ).toEqual([...['the host', PLACE, 'mx.a.example [2001:db8::1]', MX, MX]]);
  });

  it('is where its TLSA records stand, and on which port', () => {
    const relay = { host: 'relay.b.example', source: 'relay', preference: 0, port: 587 } as const;
    expect(tlsaNameIn(NOBODY)).toBe('the host');
    expect(tlsaNameIn(of({}))).toBe('_25._tcp.mx.a.example');
    expect(tlsaNameIn(of({ tlsa: present() }))).toBe('_25._tcp.real.b.example');
    expect(tlsaNameIn(known({ host: host({}, { candidate: relay }) }))).toBe('_587._tcp.relay.b.example');
  });
});

describe('what is said of TLSA records', () => {
  it('is that there are none, or that they could not be learned', () => {
    expect(tlsaText(NOBODY)).toBe('no TLSA records of the host were asked for');
    expect(tlsaText(of({}))).toBe('no TLSA records of mx.a.example were asked for');
    expect(tlsaText(of({ tlsa: { kind: 'absent' } }))).toBe(
      'there are no TLSA records at _25._tcp.mx.a.example that DNSSEC vouches for',
    );
  });

  it.each([
    ['alias-lookup', 'whether the name is an alias could not be learned', 'recipient'],
    ['bogus', 'DNSSEC validation failed (bogus)', 'recipient'],
    ['servfail-22', 'our resolver answers SERVFAIL (servfail-22)', 'recipient'],
    ['refused', 'our resolver refuses to answer (refused)', 'resolver'],
    ['timeout', 'our resolver gave no answer in time (timeout)', 'resolver'],
    ['unreachable-23', 'our resolver cannot be reached (unreachable-23)', 'resolver'],
    ['malformed', 'malformed', 'recipient'],
  ])('is why they could not be learned, and whose that is: %s', (cause, why, owner) => {
    const evidence = of({ tlsa: { kind: 'failed', cause } });
    expect(tlsaText(evidence)).toBe(`the TLSA records at _25._tcp.mx.a.example could not be learned: ${why}`);
    expect(ownerOfTlsa(evidence)).toBe(owner);
  });

  it('is those that can be used, or else all of them with what is wrong', () => {
    const text = (...records: readonly TlsaRecord[]) => tlsaText(of({ tlsa: present(...records) }));
    const at = 'at _25._tcp.real.b.example';
    expect(text(tlsa(3, 'a1'))).toBe(
      `${at} stands one usable TLSA record, validated by DNSSEC: ${RECORD(3, 'a1')}`,
    );
    expect(text(tlsa(3, 'a1'), tlsa(1, 'a2'), tlsa(2, 'a3'))).toBe(
      `${at} stand usable TLSA records, validated by DNSSEC: ${RECORD(3, 'a1')} and ${RECORD(2, 'a3')}`,
    );
    expect(text(tlsa(1, 'a2'))).toBe(
      `${at} stands one unusable TLSA record, validated by DNSSEC: ${RECORD(1, 'a2')} (usage)`,
    );
    expect(ownerOfTlsa(of({ tlsa: present(tlsa(3, 'a1')) }))).toBe('recipient');
    expect(ownerOfTlsa(NOBODY)).toBe('recipient');
  });
});

describe('what is said of a certificate', () => {
  const text = (own: Partial<CertificateFacts>) => certificateText(of({ peerFacts: shown(own) }));

  it('is whom it is for, who issued it, its dates and its digests', () => {
    expect(text({})).toBe(SHOWN_TEXT);
    expect(text({ dnsNames: [] })).toBe(
      `${PLACE} presented a certificate for no DNS name, issued by "Intermediate, Public CA", ${DATES}`,
    );
    expect(text({ dnsNames: [], commonNames: ['mx', 'x'], issuerNames: [] })).toBe(
      `${PLACE} presented a certificate for no DNS name (its common name is "mx and x"), ${DATES}`,
    );
    expect(text({ selfIssued: 'yes' })).toContain('*.b.example, issued by itself, valid from');
  });

  it('is that there was none to look at', () => {
    expect(certificateText(of({}))).toBe(`no certificate of ${PLACE} was looked at`);
    expect(certificateText(NOBODY)).toBe('no certificate of the host was looked at');
    expect(certificateText(of({ peerFacts: { kind: 'unreadable', code: 'EMPTY' } }))).toBe(
      `what ${PLACE} presented as a certificate cannot be read (EMPTY)`,
    );
  });
});

const FACTS: PlanFacts = {
  ...{ host: MX, source: 'mx', mxSecurity: 'secure', nextHop: 'a.example', expandedNextHop: null },
  ...{ tlsa: present(tlsa(3, 'a1')), sts: { kind: 'none' }, message: 'ordinary', report: 'none' },
  ...{ attempt: 1, operator: 'none', settings: host().input.settings },
};

function judged(own: Partial<PeerJudgement>): PeerJudgement {
  const [decision] = planHost(FACTS).decisions;
  return { decision: decision as never, dane: null, pkix: null, pkixByDnsId: null, pkixCode: '', ...own };
}

describe('how a certificate fared', () => {
  const dane = (match: DaneMatch, ...records: readonly TlsaRecord[]) =>
    daneText(
      of({
        tlsa: present(...records),
        peer: judged({ dane: match }),
        peerFacts: shown(),
        plan: planHost(FACTS),
      }),
    );
  const at = 'at _25._tcp.real.b.example';

  it('against TLSA records: which one matches', () => {
    expect(dane({ kind: 'matched', record: 1 }, tlsa(3, 'a1'), tlsa(3, 'a2'))).toBe(
      `the record ${RECORD(3, 'a2')} ${at} matches: ${SHOWN_TEXT}`,
    );
    expect(dane({ kind: 'matched', record: 2 }, tlsa(3, 'a1'))).toBe(
      `a TLSA record ${at} matches: ${SHOWN_TEXT}`,
    );
    for (const own of [{}, { peer: judged({}) }])
      expect(daneText(of(own))).toBe('nobody asked that mx.a.example match a TLSA record');
    expect(daneText(NOBODY)).toBe('nobody asked that the host match a TLSA record');
    const gone = of({ peer: judged({ dane: { kind: 'mismatch' } }), peerFacts: shown() });
    expect(daneText(gone)).toContain('at _25._tcp.mx.a.example stands nothing that could be matched;');
  });

  it.each([
    ['mismatch', 'which does not match it'],
    ['name-mismatch', 'but has none of the names real.b.example and a.example'],
    ['expired', 'which leads to the anchor, but is out of its dates'],
    ['unfit', 'but by a weak key or signature'],
    ['unfinished', 'that not all of it was looked at'],
    ['unreadable', 'which matches nothing'],
  ] as const)('against TLSA records: %s', (kind, says) => {
    const told = dane({ kind }, tlsa(3, 'a1'), tlsa(1, 'a2'));
    expect(told.startsWith(`${at} stands ${RECORD(3, 'a1')}; ${SHOWN_TEXT}, `)).toBe(true);
    expect(told).toContain(says);
  });

  it('against several TLSA records', () => {
    expect(dane({ kind: 'mismatch' }, tlsa(3, 'a1'), tlsa(3, 'a2'))).toBe(
      `${at} stand ${RECORD(3, 'a1')} and ${RECORD(3, 'a2')}; ${SHOWN_TEXT}, which matches none of them`,
    );
    expect(dane({ kind: 'mismatch' }, tlsa(1, 'a1'))).toContain(
      `${at} stands nothing that could be matched; `,
    );
  });

  const NAMES = 'mx.a.example or a.example and also for b.example';
  const plan = {
    ...planHost(FACTS),
    certificateNames: [[MX, 'a.example'], ['b.example']],
  };
  it.each<[PkixResult, string]>([
    ['passed', `${SHOWN_TEXT}, which leads to a CA that is trusted here and is for ${NAMES}`],
    ['expired', `${SHOWN_TEXT}, which has a path on which something has expired (CODE)`],
    ['not-trusted', `${SHOWN_TEXT}, which leads to no CA that is trusted here (CODE)`],
    ['name-mismatch', `${SHOWN_TEXT}, which is not for ${NAMES}`],
    ['unreadable', SHOWN_TEXT],
  ])('against the trust store: %s', (pkix, says) => {
    const own = { peer: judged({ pkix, pkixCode: 'CODE' }), peerFacts: shown(), plan };
    expect(pkixText(of(own))).toBe(says);
    const ofDane = known({ host: host(own), input: { dane: 'failed' } });
    expect(pkixText(ofDane)).toBe(says.replace(`${SHOWN_TEXT}, which`, 'that certificate'));
    const notOfDane = known({ host: host(own), input: { dane: 'not-demanded' } });
    expect(pkixText(notOfDane)).toBe(says);
  });

  it.each([
    ['CERT_NOT_YET_VALID', 'has a path on which something is not valid yet'],
    ['CERT_REVOKED', 'has a path on which something has been revoked'],
    ['EE_KEY_TOO_SMALL', 'has a path on which a key or a signature is too weak'],
    ['CA_KEY_TOO_SMALL', 'has a path on which a key or a signature is too weak'],
    ['CA_MD_TOO_WEAK', 'has a path on which a key or a signature is too weak'],
    ['NEW', 'leads to no CA that is trusted here'],
  ])('against the trust store, by the code %s', (pkixCode, says) => {
    const own = { peer: judged({ pkix: 'not-trusted', pkixCode }), peerFacts: shown(), plan };
    expect(pkixText(of(own))).toBe(`${SHOWN_TEXT}, which ${says} (${pkixCode})`);
  });

  it.each([
    ['expired', '', { notAfter: NOW - 1 }, 'which has expired'],
    ['expired', '', { notAfter: NOW }, 'which has a path on which something has expired'],
    [
      'not-trusted',
      'CERT_NOT_YET_VALID',
      { notBefore: NOW + 1 },
      'which is not valid yet (CERT_NOT_YET_VALID)',
    ],
    [
      ...(['not-trusted', 'CERT_NOT_YET_VALID', { notBefore: NOW }] as const),
      'which has a path on which something is not valid yet (CERT_NOT_YET_VALID)',
    ],
  ] as const)(
    'against the trust store: whether it is the certificate itself that is out of its dates',
    (...each) => {
      const [pkix, pkixCode, dates, says] = each;
      const own = { peer: judged({ pkix, pkixCode }), peerFacts: shown(dates), plan };
      expect(pkixText(of(own)).endsWith(`, ${says}`)).toBe(true);
    },
  );

  it('against the trust store: under its own name where no plan names another, and without a code where there is none', () => {
    const own = { peerFacts: shown() };
    expect(pkixText(of({ ...own, peer: judged({ pkix: 'name-mismatch' }) }))).toMatch(/ for mx\.a\.example$/);
    expect(pkixText(of({ ...own, peer: judged({ pkix: 'expired' }) }))).toMatch(/has expired$/);
    expect(
      pkixText(of({ ...own, plan: { ...plan, certificateNames: [] }, peer: judged({ pkix: 'passed' }) })),
    ).toMatch(/is for mx\.a\.example$/);
    const asked = (name: string) => `nobody asked for a certificate of ${name} that a trusted CA vouches for`;
    expect(pkixText(of({ peer: judged({}) }))).toBe(asked(MX));
    expect(pkixText(of({}))).toBe(asked(MX));
    expect(pkixText(NOBODY)).toBe(asked('the host'));
    const unseen = known({
      host: host({ peer: judged({ pkix: 'expired' }) }),
      input: { dane: 'failed' },
    });
    expect(pkixText(unseen)).toMatch(
      /^no certificate of mx\.a\.example \[192\.0\.2\.1\] was looked at, which/,
    );
  });
});

describe('what a server said', () => {
  const spoken: Partial<HostEvidence> = {
    connection: { kind: 'greeted', reply: say(220) },
    hello: replied(250),
    transaction: {
      mail: say(251),
      recipients: [say(252), say(253)],
      data: say(354),
      end: say(254),
      lost: null,
    },
  };
  const STAGES = ['greeting', 'ehlo', 'hello', 'mail', 'rcpt', 'data', 'end'] as const;

  it('is told by what it answers', () => {
    const code = (own: Partial<HostEvidence>, recipient = 0) =>
      STAGES.map((stage) => replyAt(stage, known({ host: host(own), recipient }))?.code ?? null);
    expect(code(spoken)).toEqual([220, 250, 250, 251, 252, 354, 254]);
    expect(code(spoken, 1)[4]).toBe(253);
    expect(code(spoken, 2)[4]).toBeNull();
    expect(code({})).toEqual(STAGES.map(() => null));
    const lost = { kind: 'lost', cause: 'closed' } as const;
    expect(code({ connection: lost, hello: lost })).toEqual(STAGES.map(() => null));
    expect(code({ connection: { kind: 'connected' } })[0]).toBeNull();
    expect(STAGES.map((stage) => replyAt(stage, NOBODY))).toEqual(STAGES.map(() => null));
  });

  it('or why it said nothing', () => {
    const lost = (own: Partial<HostEvidence>) => STAGES.map((stage) => lossAt(stage, of(own)));
    const none = 'the connection gave no reply';
    expect(lost({})).toEqual(STAGES.map(() => none));
    expect(lost(spoken)).toEqual(STAGES.map(() => none));
    expect(lost({ connection: { kind: 'lost', cause: 'closed' } })).toEqual([
      ...['it closed the connection', none, none, none, none, none, none],
    ]);
    expect(lost({ hello: { kind: 'lost', cause: 'reset', said: '250-' } })).toEqual([
      none,
      ...Array.from({ length: 2 }, () => 'it broke the connection off; heard was "250-"'),
      ...Array.from({ length: 4 }, () => none),
    ]);
    const { transaction } = spoken;
    const ended = lost({ transaction: { ...transaction!, lost: 'malformed', said: 'HTTP/1.1' } });
    expect(ended).toEqual([
      ...Array.from({ length: 3 }, () => none),
      ...Array.from({ length: 4 }, () => 'what it sent is no SMTP reply; heard was "HTTP/1.1"'),
    ]);
    expect(lost({ transaction: { ...transaction!, lost: 'aborted' } })[6]).toBe(none);
    expect(lossAt('end', NOBODY)).toBe(none);
  });

  it.each<[string, Partial<HostEvidence>]>([
    [
      `behind the reply "220 go" to STARTTLS, ${PLACE} sent octets in clear that nobody asked for`,
      { startTls: { kind: 'injected', reply: say(220, 'go') } },
    ],
    [`${PLACE} answered STARTTLS with "454 not now"`, { startTls: replied(454, 'not now') }],
    [
      `${PLACE} gave no reply to STARTTLS: it closed the connection`,
      { startTls: { kind: 'lost', cause: 'closed' } },
    ],
    [
      `the TLS handshake with ${PLACE} failed (alert, ERR_X)`,
      { startTls: replied(220), handshake: { kind: 'failed', cause: 'alert', code: 'ERR_X' } },
    ],
    [
      `the TLS handshake with ${PLACE} failed (timeout)`,
      { handshake: { kind: 'failed', cause: 'timeout', code: '' } },
    ],
    [
      `${PLACE} ended TLS with an alert right behind the handshake`,
      { handshake: { kind: 'established' }, hello: { kind: 'lost', cause: 'tls-alert' } },
    ],
    [
      `${PLACE} speaks TLS (TLSv1.3, X)`,
      {
        ...{ startTls: replied(220), handshake: { kind: 'established' } },
        ...{ hello: { kind: 'lost', cause: 'closed' }, tls: { protocol: 'TLSv1.3', cipher: 'X' } },
      },
    ],
    [`${PLACE} speaks TLS`, { handshake: { kind: 'established' }, hello: replied(250) }],
  ])('to STARTTLS: %s', (says, own) => {
    expect(tlsStartText(of(own))).toBe(says);
  });

  it('to EHLO: what it offers, and under what', () => {
    const keywords = new Map([
      ['SIZE', '1000'],
      ['STARTTLS', ''],
    ]);
    const hello = replied(250);
    const tls = { protocol: 'TLSv1.3', cipher: 'X' };
    expect(keywordText('SIZE', of({ keywords, hello }))).toBe(
      `the reply of ${PLACE} to the hello in clear offers SIZE 1000`,
    );
    expect(keywordText('STARTTLS', of({ keywords, hello, tls }))).toBe(
      `the reply of ${PLACE} to EHLO under TLS offers STARTTLS`,
    );
    expect(keywordText('DSN', of({ keywords, hello }))).toBe(
      `the reply of ${PLACE} to the hello in clear does not offer DSN; it offers SIZE and STARTTLS`,
    );
    expect(keywordText('DSN', of({}))).toBe(`the reply of ${PLACE} does not offer DSN; it offers nothing`);
    expect(keywordText('DSN', NOBODY)).toBe('the reply of the host does not offer DSN; it offers nothing');
  });
});
