/*
 * A day in a small internet, over real sockets: mail is delivered and counted, the day passes, the report is asked for, sent,
 * read by our own reader, and its signatures are verified.
 */
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryStores } from '../../../adapters/memory/index.js';
import type { OutboundMail } from '../../../engine/options.js';
import { readMessage } from '../../../engine/read-message.js';
import { createNodeEngine, type NodeEngine, nodeAdapters } from '../../../node.js';
import { settingsOf } from '../../../policy/settings.js';
import { scheduleOf } from '../../../policy/tls-report/send/schedule.js';
import { type Internet, startInternet } from '../../../testing/index.js';
import { ed25519Pem, keyOf, rsaPem, verifySignatures } from '../../dkim/keys.fixture.js';
import { readSource } from '../read/read-source.js';
import { type Endpoint, startEndpoint } from './endpoint.fixture.js';
import { nodePostReport } from './post-report.js';
import type { ReportPorts, ReportSettings } from './report-options.js';
import { sendDue } from './send-due.js';

const DAY = '2026-05-01';
const NOON = Date.UTC(2026, 4, 1, 12);
const keys = [keyOf(rsaPem(2048), 'r1'), keyOf(ed25519Pem(), 'e1')];
const never = new AbortController().signal;

let internet: Internet;
let endpoint: Endpoint;
let now: number;
let store: ReportPorts['store'];
let engine: NodeEngine;
let ports: ReportPorts;
const settings: ReportSettings = {
  organizationName: 'S\u00e9nder',
  contactInfo: 'tlsrpt@s.test',
  keys,
  privateAddresses: 'allow',
};

beforeEach(async () => {
  now = NOON;
  store = memoryStores().reports;
  endpoint = await startEndpoint();
  internet = await startInternet({
    signedZones: ['a.test', 'r.test'],
    dns: {
      'MX a.test': ['10 mx.a.test'],
      'A mx.a.test': ['@mx.a.test'],
      'TLSA mx.a.test': ['3 1 1 @mx.a.test'],
      'TXT _smtp._tls.a.test': [
        `v=TLSRPTv1; rua=mailto:tls@r.test,ftp://x.test/,https://reports.c.test:${endpoint.port}/in?box=1`,
      ],
      'A reports.c.test': ['127.0.0.1'],
      // Where reports go, TLS is as broken as can be: DANE and MTA-STS both promise what the server does not keep.
      'MX r.test': ['10 mx.r.test'],
      'A mx.r.test': ['@mx.r.test'],
      'TLSA mx.r.test': [`3 1 1 ${'00'.repeat(32)}`],
      'TXT _mta-sts.r.test': ['v=STSv1; id=1;'],
      'A mta-sts.r.test': ['@mta-sts.r.test'],
      // It wants reports of its own, too.
      'TXT _smtp._tls.r.test': ['v=TLSRPTv1; rua=mailto:tls@r.test'],
      'MX b.test': ['10 mx.b.test'],
      'A mx.b.test': ['@mx.b.test'],
      'MX gone.test': ['10 mx.gone.test'],
      'A mx.gone.test': ['@mx.gone.test'],
      'MX w.test': ['10 mx.a.test'],
      'TXT _mta-sts.w.test': ['v=STSv1; id=1;'],
      'A mta-sts.w.test': ['@mta-sts.w.test'],
    },
    mail: {
      'mx.a.test': {},
      'mx.r.test': { certificate: { issuer: 'self', names: ['wrong.test'], validity: 'expired' } },
      'mx.b.test': { starttls: 'not-offered' },
      'mx.gone.test': { connect: 'refuse' },
    },
    policy: {
      'mta-sts.w.test': { certificate: { validity: 'expired' } },
      'mta-sts.r.test': { body: 'version: STSv1\nmode: enforce\nmx: mx.r.test\nmax_age: 86400\n' },
    },
  });
  const ca = [internet.caPem, endpoint.caPem];
  const node = { resolver: internet.resolver, ca, dnsCache: 'off' } as const;
  const clock = () => now;
  engine = createNodeEngine({
    ...node,
    clock,
    settings: settingsOf('rfc', {
      port: internet.port,
      httpsPort: internet.httpsPort,
      privateAddresses: 'allow',
    }),
    tlsReports: { store },
  });
  ports = { store, clock, dns: nodeAdapters(node), engine, https: nodePostReport({ ca: node.ca }) };
});
afterEach(async () => {
  await engine?.close();
  await internet?.close();
  await endpoint?.close();
});

const TEXT = 'From: <s@s.test>\r\nSubject: Secret plans\r\n\r\nMeet me.\r\n';
function mailTo(to: string, header = '', facts: Partial<OutboundMail['facts']> = {}): OutboundMail {
  const message = readMessage(Buffer.from(header + TEXT), [to]);
  return {
    from: 'whisper@s.test',
    to: [to],
    content: message.content,
    facts: { ...message.facts, requireTls: 'no', report: 'none', ...facts },
  };
}
const counted = async () =>
  (await store.list({ after: null, entriesMax: 9 })).map(({ day, domain }) => `${day} ${domain}`);
const pass = async () => {
  const outcomes = await sendDue(ports, settings, never);
  return outcomes.map(({ day, domain, outcome }) => `${day} ${domain} ${outcome}`);
};

async function deliverTwo() {
  for (const to of ['u@a.test', 'hidden.person@a.test']) {
    const { results } = await engine.deliver(mailTo(to));
    expect(results).toMatchObject([{ outcome: 'delivered', authentication: 'dane' }]);
  }
}

describe('a day', () => {
  it('is counted as it happens, but not what asks for no TLS, nor reports (X-17, RPT-3-11)', async () => {
    await deliverTwo();
    await engine.deliver(mailTo('u@a.test', 'TLS-Required: No\r\n'));
    await engine.deliver(mailTo('u@a.test', '', { report: 'tls' }));
    await engine.deliver(mailTo('u@b.test', 'TLS-Required: No\r\n'));
    await engine.explain('b.test');
    expect(internet.received('mx.a.test')).toHaveLength(4);
    expect(await counted()).toEqual([`${DAY} a.test`]);
    const [line] = await store.read({ day: DAY, domain: 'a.test' });
    expect(line).toMatchObject({ policyType: 'tlsa', policyDomain: 'mx.a.test', success: 2, failure: 0 });
  });

  it('fails no delivery where it cannot be counted', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const broken = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
      tlsReports: { store: { add: () => Promise.reject(new Error('no disk')) } },
    });
    const { results } = await broken.deliver(mailTo('u@b.test'));
    await broken.close();
    expect(results).toMatchObject([{ outcome: 'delivered' }]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('no disk'), 'WaxsealReports']]);
    warn.mockRestore();
  });
});

describe('what is counted', () => {
  const linesAfter = async (...to: readonly string[]) => {
    const { reports: own } = memoryStores();
    const ca = [internet.caPem];
    const counting = createNodeEngine({
      resolver: internet.resolver,
      ca,
      localAddress: '127.0.0.77',
      clock: () => now,
      settings: settingsOf('rfc', {
        port: internet.port,
        httpsPort: internet.httpsPort,
        privateAddresses: 'allow',
      }),
      tlsReports: { store: own },
    });
    for (const each of to) await counting.deliver(mailTo(each));
    await counting.close();
    return own.read({ day: DAY, domain: to[0]!.slice(to[0]!.indexOf('@') + 1) });
  };

  it('names both ends of the session (RPT-4.4-10, RPT-4.4-11)', async () => {
    expect(await linesAfter('u@b.test')).toMatchObject([
      {
        details: [
          {
            resultType: 'starttls-not-supported',
            receivingMxHostname: 'mx.b.test',
            receivingIp: internet.addressOf('mx.b.test'),
            sendingMtaIp: '127.0.0.77',
          },
        ],
      },
    ]);
  });

  it('has no network that was down (RPT-4.3.4-1)', async () => {
    expect(await linesAfter('u@gone.test')).toEqual([]);
  });

  it('has a policy fetch that failed once, whatever is sent until the next one, and no host for it (X-21, RPT-4.3.2.2-3)', async () => {
    const lines = await linesAfter('u@w.test', 'v@w.test', 'w@w.test');
    expect(lines.filter(({ policyType }) => policyType === 'sts')).toMatchObject([
      {
        policyDomain: 'w.test',
        success: 0,
        failure: 1,
        details: [
          {
            resultType: 'sts-webpki-invalid',
            receivingMxHostname: '',
            receivingIp: '',
            sendingMtaIp: '',
            failedSessionCount: 1,
          },
        ],
      },
    ]);
  });
});

describe('the day after', () => {
  const { dueAt } = scheduleOf('a.test', DAY);
  beforeEach(deliverTwo);
  const report = async () => {
    now = dueAt;
    expect(await pass()).toEqual([`${DAY} a.test sent`]);
  };

  it('is waited for, and its hour too (RPT-4.1-2)', async () => {
    for (now of [NOON, dueAt - 1]) expect(await pass()).toEqual([`${DAY} a.test not-due`]);
    expect(endpoint.posted).toEqual([]);
    expect(internet.received('mx.r.test')).toEqual([]);
  });

  it('brings the report to every endpoint, whatever TLS is like there (RPT-3-7, RPT-3-8, RPT-3-10, RPT-5.3-6, SMTP-4.5.5-1)', async () => {
    await report();
    expect(endpoint.posted).toMatchObject([
      {
        method: 'POST',
        url: '/in?box=1',
        headers: { 'content-type': 'application/tlsrpt+gzip', host: `reports.c.test:${endpoint.port}` },
      },
    ]);
    expect(internet.received('mx.r.test')).toMatchObject([
      { sender: 'tlsrpt@s.test', recipients: ['tls@r.test'], tls: true },
    ]);
    expect(await pass()).toEqual([]);
  });

  it('brings one that can be read, and verified (RPT-3-12, RPT-3-13, RPT-5.3-1, RPT-5.3-3, RPT-5.3-4, RPT-5.6-1)', async () => {
    await report();
    const { text } = internet.received('mx.r.test')[0]!;
    const signatures = verifySignatures(text, keys);
    expect(signatures.map((tags) => [tags.get('d'), tags.has('l')])).toEqual([
      ['s.test', false],
      ['s.test', false],
    ]);
    const { reports, failures } = await readSource(Buffer.from(text), '');
    expect(failures).toEqual([]);
    expect(reports).toMatchObject([
      {
        organization: 'S\u00e9nder',
        contact: 'tlsrpt@s.test',
        submitter: 's.test',
        startSeconds: Date.UTC(2026, 4, 1) / 1000,
        endSeconds: Date.UTC(2026, 4, 2) / 1000 - 1,
        policies: [
          {
            policyType: 'tlsa',
            policyDomain: 'mx.a.test',
            policyString: [expect.stringMatching(/^3 1 1 [0-9A-F]{64}$/)],
            success: 2,
            failure: 0,
          },
        ],
      },
    ]);
    expect(reports[0]?.deviations).toEqual([]);
  });

  it('says nothing of messages or people (RPT-8-1)', async () => {
    await report();
    const json = gunzipSync(endpoint.posted[0]!.body).toString();
    for (const word of ['Secret', 'whisper', 'hidden', 'person', 'u@', 'Meet'])
      expect(json).not.toContain(word);
  });

  it('counts nothing of the report itself (RPT-3-11, X-17)', async () => {
    await report();
    expect(await counted()).toEqual([`${DAY} a.test`]);
    const lines = await store.read({ day: DAY, domain: 'a.test' });
    expect(lines.map(({ success }) => success)).toEqual([2]);
  });
});

describe('an endpoint that fails', () => {
  it('is tried again until one has it (RPT-5.5-1, RPT-5.5-2, RPT-3-15)', async () => {
    const day = '2026-05-02';
    const { dueAt } = scheduleOf('a.test', day);
    now = Date.UTC(2026, 4, 2, 12);
    await internet.change({
      dns: { 'TXT _smtp._tls.a.test': [`v=TLSRPTv1; rua=https://reports.c.test:${endpoint.port}/`] },
    });
    await engine.deliver(mailTo('u@a.test'));
    endpoint.status = 503;
    const before = endpoint.posted.length;
    now = dueAt;
    expect(await pass()).toEqual([`${day} a.test waiting`]);
    now += 60_000;
    expect(await pass()).toEqual([`${day} a.test waiting`]);
    expect(endpoint.posted.length - before).toBe(1);
    endpoint.status = 204;
    now = dueAt + 15 * 60_000;
    expect(await pass()).toEqual([`${day} a.test sent`]);
    expect(endpoint.posted.length - before).toBe(2);
  });
});
