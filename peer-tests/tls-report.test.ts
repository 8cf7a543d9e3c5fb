/*
 * A report, made of a day's tally and sent by mail over real sockets, in the hands of other people's software: Python's MIME
 * parser, a JSON schema by the letter of RFC 8460, and dkimpy.
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStores } from '../src/adapters/memory/index.js';
import { createNodeEngine, nodeAdapters } from '../src/node.js';
import { settingsOf } from '../src/policy/settings.js';
import type { TlsReportDetail, TlsReportPolicy } from '../src/policy/tls-report/tally.js';
import { loadDkimKey, nodePostReport, sendDue } from '../src/services/tls-report/send/index.js';
import { type Internet, startInternet } from '../src/testing/index.js';
import { type ReadMessage, readReports } from './tls-report-reader.js';

const DAY = '2026-05-01';
const DOMAIN = 'xn--bcher-kva.example';
const TWO_DAYS_MS = 2 * 86_400_000;

const failure = (own: Partial<TlsReportDetail>): TlsReportDetail => ({
  resultType: 'validation-failure',
  receivingMxHostname: 'mx.a.example',
  receivingIp: '192.0.2.25',
  sendingMtaIp: '2001:0DB8:0:0:0:0:0:1',
  failedSessionCount: 1,
  failureReasonCode: '',
  ...own,
});
const unknownPlace = { receivingMxHostname: '', receivingIp: '', sendingMtaIp: '' };

/** All sorts of policies and failures, with what strangers may have written. */
const TALLY: readonly TlsReportPolicy[] = [
  {
    policyType: 'sts',
    policyDomain: DOMAIN,
    policyString: [
      'version: STSv1',
      'mode: enforce',
      'mx: *.a.example',
      'max_age: 86400',
      'ext: ünïcode \u2028 "quoted" \\ <b>',
    ],
    mxHost: ['*.a.example', 'mx.xn--bcher-kva.example'],
    success: 5326,
    failure: 303,
    details: [
      failure({ resultType: 'certificate-expired', failedSessionCount: 100 }),
      failure({ resultType: 'certificate-host-mismatch', receivingIp: '::ffff:192.0.2.26' }),
      failure({ resultType: 'certificate-not-trusted', receivingIp: '2001:db8:0:1:0:0:0:1%eth0' }),
      failure({ resultType: 'starttls-not-supported', failedSessionCount: 200 }),
      failure({ failureReasonCode: 'ERR_SSL \u0000\r\nX-Injected: yes \ud800' }),
    ],
  },
  {
    policyType: 'sts',
    policyDomain: DOMAIN,
    policyString: [],
    mxHost: [],
    success: 0,
    failure: 3,
    details: (['sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid'] as const).map(
      (resultType) => failure({ resultType, ...unknownPlace, failureReasonCode: 'http-status-404' }),
    ),
  },
  {
    policyType: 'tlsa',
    policyDomain: 'mx.a.example',
    policyString: [`3 1 1 ${'ab'.repeat(32)}`, `2 0 2 ${'CD'.repeat(64)}`],
    mxHost: [],
    success: 1,
    failure: 3,
    details: (['tlsa-invalid', 'dnssec-invalid', 'dane-required'] as const).map((resultType) =>
      failure({ resultType }),
    ),
  },
  {
    policyType: 'no-policy-found',
    policyDomain: DOMAIN,
    policyString: [],
    mxHost: [],
    success: 7,
    failure: 0,
    details: [],
  },
];

const keyOf = (type: 'rsa' | 'ed25519', selector: string) => {
  const encoding = { type: 'pkcs8', format: 'pem' } as const;
  const { privateKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
  const loaded = loadDkimKey(privateKey.export(encoding).toString(), selector);
  if (loaded.kind === 'refused') throw new Error(loaded.complaint);
  return loaded.key;
};
const keys = [keyOf('rsa', 'r1'), keyOf('ed25519', 'e1')];
const ed25519Record = (service: string) => `v=DKIM1; k=ed25519; ${service}p=${keys[1]!.publicKey[0]}`;
/** One for reports only, as RFC 8460 has it, and one for everything. */
const keyRecords = {
  'r1._domainkey.sender.test': `v=DKIM1; k=rsa; s=tlsrpt; p=${keys[0]!.publicKey[0]}`,
  'e1._domainkey.sender.test': ed25519Record(''),
};

let internet: Internet;
let sent: string;
let read: ReadMessage;

beforeAll(async () => {
  internet = await startInternet({
    dns: {
      [`TXT _smtp._tls.${DOMAIN}`]: ['v=TLSRPTv1; rua=mailto:reports@collector.test'],
      'MX collector.test': ['10 mx.collector.test'],
      'A mx.collector.test': ['@mx'],
    },
    mail: { mx: {} },
  });
  const { resolver, port, caPem } = internet;
  const node = { resolver, ca: [caPem], dnsCache: 'off' } as const;
  const { reports: store } = memoryStores();
  await store.add({ day: DAY, domain: DOMAIN }, TALLY);
  const engine = createNodeEngine({
    ...node,
    settings: settingsOf('rfc', { privateAddresses: 'allow', port }),
  });
  const clock = () => Date.parse(DAY) + TWO_DAYS_MS - 3_600_000;
  const outcomes = await sendDue(
    { store, clock, engine, dns: nodeAdapters(node), https: nodePostReport({ ca: [caPem] }) },
    { organizationName: 'Sénder & Söhne', contactInfo: 'tlsrpt@sender.test', keys },
    new AbortController().signal,
  );
  expect(outcomes).toMatchObject([{ outcome: 'sent' }]);
  sent = internet.received('mx')[0]!.text;
  [read] = (await readReports({ messages: [sent], keys: keyRecords })).messages as [ReadMessage];
  await engine.close();
});
afterAll(() => internet?.close());

const report = () =>
  read.report as {
    readonly 'contact-info': string;
    readonly 'report-id': string;
    readonly policies: readonly { readonly 'failure-details'?: readonly object[] }[];
  };

describe("Python's MIME parser", () => {
  it('finds a note and a compressed report (RPT-5.3-1, RPT-5.3-2, RPT-5.2-1, RPT-6.2-1)', () => {
    expect(read).toMatchObject({
      defects: [],
      type: 'multipart/report',
      reportType: 'tlsrpt',
      parts: ['text/plain', 'application/tlsrpt+gzip'],
      isAscii: true,
    });
    expect(read.note).toContain(DOMAIN);
    expect(read.lineOctetsMax).toBeLessThanOrEqual(998);
  });

  it('finds the same names outside as inside (RPT-5.1-1, RPT-5.1-2, RPT-5.1-3, RPT-5.3-3, RPT-5.3-5, RPT-5.6-1, X-6)', () => {
    const { fields, fileName } = read;
    expect(fields).toMatchObject({
      'tls-report-domain': DOMAIN,
      'tls-report-submitter': 'sender.test',
      'tls-required': 'No',
    });
    expect(report()['contact-info']).toBe('tlsrpt@sender.test');
    expect(fields.subject).toMatch(
      /^Report Domain: xn--bcher-kva\.example Submitter: sender\.test Report-ID: <[^<>@\s]+@[^<>@\s]+>$/,
    );
    expect(fields.subject).toContain(`<${report()['report-id']}>`);
    const [from, until] = [Date.parse(`${DAY}T00:00:00Z`) / 1000, Date.parse(`${DAY}T23:59:59Z`) / 1000];
    expect(fileName).toMatch(
      new RegExp(String.raw`^sender\.test!xn--bcher-kva\.example!${from}!${until}![A-Za-z0-9]+\.json\.gz$`),
    );
  });
});

describe('a schema of RFC 8460, Section 4.4', () => {
  it('has nothing against the report (RPT-4-1, RPT-4-2, RPT-4.4-1, RPT-4.4-2, RPT-4.4-3, RPT-4.4-4, RPT-4.4-5, RPT-4.4-6, RPT-4.4-7, RPT-4.4-8)', async () => {
    expect((await readReports({ reports: [report()] })).faults).toEqual([[]]);
    expect(report().policies).toHaveLength(TALLY.length);
    const details = report().policies.flatMap((policy) => policy['failure-details'] ?? []);
    expect(details).toHaveLength(TALLY.flatMap((line) => line.details).length);
  });

  it('has something against every report that is not as it should be', async () => {
    const broken = mistakes.map(([, make]) => {
      const copy = structuredClone(report());
      make(copy as unknown as LooseReport);
      return copy;
    });
    const { faults } = await readReports({ reports: broken });
    expect(mistakes.filter((_, at) => faults[at]!.length === 0).map(([name]) => name)).toEqual([]);
  });
});

describe('dkimpy', () => {
  it('verifies both signatures as those of a report (RPT-3-12, RPT-3-13, RPT-5.3-4, DKIM-6376-5.4-1)', () => {
    const common = { d: 'sender.test', v: '1' };
    expect(read.signatures.map(({ tags, report: verdict }) => ({ ...tags, verdict }))).toMatchObject([
      { ...common, a: 'rsa-sha256', s: 'r1', verdict: 'valid' },
      // Its key is for everything, which is no key for reports to who is strict.
      { ...common, a: 'ed25519-sha256', s: 'e1', verdict: expect.stringContaining('Service Type') },
    ]);
    for (const { tags } of read.signatures) {
      expect(tags.h).toEqual(
        expect.arrayContaining([
          'from',
          'to',
          'subject',
          'date',
          'tls-report-domain',
          'tls-report-submitter',
        ]),
      );
      expect(tags).not.toHaveProperty('l');
    }
  });

  it('verifies as those of any mail what is not for reports only (DKIM-6376-3.6.1-1)', () => {
    const [rsa, ed25519] = read.signatures;
    expect(rsa!.mail).toContain('Service Type is tlsrpt');
    expect(ed25519!.mail).toBe('valid');
  });

  it('verifies each algorithm under a key for reports', async () => {
    const forReports = { ...keyRecords, 'e1._domainkey.sender.test': ed25519Record('s=tlsrpt; ') };
    const { messages } = await readReports({ messages: [sent], keys: forReports });
    expect(messages[0]!.signatures.map(({ report: verdict }) => verdict)).toEqual(['valid', 'valid']);
  });

  it('finds every change, of what is said and of what it is called (RPT-3-12, RPT-5.3-4)', async () => {
    const changes: readonly (readonly [string, string])[] = [
      ['From: <tlsrpt@', 'From: <somebody@'],
      ['To: <reports@', 'To: <others@'],
      ['Subject: Report', 'Subject: Rapport'],
      ['TLS-Report-Domain: xn--', 'TLS-Report-Domain: yn--'],
      ['TLS-Report-Submitter: s', 'TLS-Report-Submitter: x.s'],
      ['TLS-Required: No', 'TLS-Required: Yes'],
      ['\r\nDate: ', '\r\nDate: x'],
      ['This is an aggregate', 'This is no aggregate'],
    ];
    const changed = changes.map(([from, to]) => sent.replace(from, to));
    expect(changed.filter((each) => each === sent)).toEqual([]);
    const { messages } = await readReports({ messages: changed, keys: keyRecords });
    const unnoticed = messages.flatMap(({ signatures: [rsa, ed25519] }, at) =>
      [rsa!.report, ed25519!.mail]
        .filter((verdict) => !/^invalid$|^ValidationError: body hash/.test(verdict))
        .map((verdict) => `${changes[at]}: ${verdict}`),
    );
    expect(unnoticed).toEqual([]);
  });
});

interface LooseReport extends Record<string, unknown> {
  'date-range': Record<string, unknown>;
  policies: {
    policy: Record<string, unknown>;
    summary: Record<string, unknown>;
    'failure-details'?: Record<string, unknown>[];
  }[];
}

const ofType = (broken: LooseReport, type: string) =>
  broken.policies.find(({ policy }) => policy['policy-type'] === type)!;
const firstFailure = (broken: LooseReport) =>
  broken.policies.find((each) => each['failure-details'])!['failure-details']![0]!;

type Mistake = readonly [name: string, make: (report: LooseReport) => void];
const mistakes: readonly Mistake[] = [
  ['an object for policies', (it) => Object.assign(it, { policies: it.policies[0] })],
  ['no organization', (it) => delete it['organization-name']],
  ['no identifier', (it) => Object.assign(it, { 'report-id': '' })],
  ['a contact that is none', (it) => Object.assign(it, { 'contact-info': 'sender.test' })],
  ['a member of our own', (it) => Object.assign(it, { comment: 'x' })],
  ['a day for a time', (it) => Object.assign(it['date-range'], { 'start-datetime': DAY })],
  ['a time without zone', (it) => Object.assign(it['date-range'], { 'end-datetime': `${DAY}T23:59:59` })],
  ['a type unheard of', (it) => Object.assign(it.policies[0]!.policy, { 'policy-type': 'dane' })],
  ['a string for lines', (it) => Object.assign(ofType(it, 'tlsa').policy, { 'policy-string': '3 1 1 00' })],
  [
    'blanks in a record',
    (it) => Object.assign(ofType(it, 'tlsa').policy, { 'policy-string': ['3 1 1 00 11'] }),
  ],
  [
    'hosts with a TLSA policy',
    (it) => Object.assign(ofType(it, 'tlsa').policy, { 'mx-host': ['a.example'] }),
  ],
  ['a string for hosts', (it) => Object.assign(ofType(it, 'sts').policy, { 'mx-host': 'a.example' })],
  [
    'a policy where none was found',
    (it) => Object.assign(ofType(it, 'no-policy-found').policy, { 'policy-string': ['x'] }),
  ],
  ['U-labels', (it) => Object.assign(it.policies[0]!.policy, { 'policy-domain': 'bücher.example' })],
  [
    'a count in a string',
    (it) => Object.assign(it.policies[0]!.summary, { 'total-failure-session-count': '1' }),
  ],
  ['half a session', (it) => Object.assign(it.policies[0]!.summary, { 'total-failure-session-count': 0.5 })],
  [
    'too many sessions',
    (it) => Object.assign(it.policies[0]!.summary, { 'total-failure-session-count': 2 ** 60 }),
  ],
  ['an empty member', (it) => Object.assign(firstFailure(it), { 'failure-reason-code': '' })],
  ['an address that is none', (it) => Object.assign(firstFailure(it), { 'receiving-ip': '192.0.2.256' })],
  ['an address written in full', (it) => Object.assign(firstFailure(it), { 'receiving-ip': '2001:0db8::1' })],
  ['a result unheard of', (it) => Object.assign(firstFailure(it), { 'result-type': 'tls-invalid' })],
  ['failures without count', (it) => delete firstFailure(it)['failed-session-count']],
];
