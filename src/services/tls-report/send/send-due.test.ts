/*
 * The job over a world in memory: what it asks, what it does, what it keeps to itself.
 */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { memoryStores } from '../../../adapters/memory/index.js';
import type { TlsReportStore } from '../../../effects/stores.js';
import type { Engine } from '../../../engine/engine.js';
import type { OutboundMail } from '../../../engine/options.js';
import type { TxtAnswer } from '../../../policy/dns/answer.js';
import { scheduleOf } from '../../../policy/tls-report/send/schedule.js';
import type { TlsReportPolicy } from '../../../policy/tls-report/tally.js';
import { ed25519Pem, keyOf } from '../../dkim/keys.fixture.js';
import { readSource } from '../read/read-source.js';
import { checkKeys } from './check-keys.js';
import { HostBudget } from './host-budget.js';
import type { PostAnswer, PostAsk } from './post-report.js';
import { previewReports } from './preview.js';
import type { ReportPorts, ReportSettings } from './report-options.js';
import { runTlsReports } from './run.js';
import { sendDue } from './send-due.js';
import { sendReport } from './send-report.js';
import { completeSettings } from './settings.js';

const DAY = '2026-05-01';
const KEY = { day: DAY, domain: 'a.example' };
const { dueAt, overAt } = scheduleOf('a.example', DAY);
const MINUTE_MS = 60_000;
const line: TlsReportPolicy = {
  policyType: 'no-policy-found',
  policyDomain: 'a.example',
  policyString: [],
  mxHost: [],
  success: 3,
  failure: 0,
  details: [],
};
const dkim = keyOf(ed25519Pem(), 'e1');
const settings: ReportSettings = {
  organizationName: 'Sender',
  contactInfo: 'tlsrpt@s.example',
  keys: [dkim],
};
const never = new AbortController().signal;

interface World {
  /** TXT records by name, or a failure. */
  txt: Record<string, readonly string[] | 'fails'>;
  address: readonly string[];
  mail: 'delivered' | 'deferred' | 'bounced';
  post: (ask: PostAsk) => PostAnswer;
  now: number;
}

function play(own: Partial<World> = {}, store: TlsReportStore = memoryStores().reports) {
  const world: World = {
    txt: { '_smtp._tls.a.example': ['v=TLSRPTv1; rua=mailto:tls@a.example,https://c.example/r'] },
    address: ['198.7.6.5'],
    mail: 'delivered',
    post: () => ({ kind: 'response', status: 200 }),
    now: dueAt,
    ...own,
  };
  const mails: OutboundMail[] = [];
  const posts: PostAsk[] = [];
  const answer = (records: readonly string[]): TxtAnswer => ({
    kind: 'insecure',
    records,
    denial: records.length === 0 ? 'nxdomain' : null,
    aliases: [],
    ttlSeconds: 1,
  });
  const failed = { kind: 'failed', cause: 'servfail', extendedError: null } as const;
  const ports: ReportPorts = {
    store,
    clock: () => world.now,
    dns: {
      'dns.txt': async ({ name }) => {
        const records = world.txt[name] ?? [];
        return records === 'fails' ? failed : answer(records);
      },
      'dns.addresses': async () => ({ a: answer(world.address), aaaa: answer([]) }),
    },
    engine: {
      async deliver(mail) {
        mails.push(mail);
        const result = { outcome: world.mail, status: '2.0.0', reply: null };
        return { results: [result] } as unknown as Awaited<ReturnType<Engine['deliver']>>;
      },
    },
    https: async (ask) => {
      posts.push(ask);
      return world.post(ask);
    },
  };
  return { world, ports, mails, posts, store };
}

async function pass({ ports }: ReturnType<typeof play>, own: Partial<ReportSettings> = {}) {
  const outcomes = await sendDue(ports, { ...settings, ...own }, never);
  return outcomes.map(({ outcome, endpoints }) => [
    outcome,
    ...endpoints.map(({ decision }) => decision.row),
  ]);
}

const stateOf = async (store: TlsReportStore) =>
  (await store.list({ after: null, entriesMax: 9 })).map(({ state }) => state.kind);

describe('a report that is due', () => {
  it('goes to each endpoint, once (RPT-3-15)', async () => {
    const told = play();
    await told.store.add(KEY, [line]);
    expect(await pass(told)).toEqual([['sent', 'ENDP-1', 'ENDP-1']]);
    expect([told.mails.length, told.posts.length, await stateOf(told.store)]).toEqual([1, 1, ['sent']]);
    expect(await pass(told)).toEqual([]);
    expect([told.mails.length, told.posts.length]).toEqual([1, 1]);
  });

  it('is the same file for all, and is sent also if nothing failed (RPT-4.2.1-1, RPT-5.2-1, RPT-5.6-1)', async () => {
    const told = play();
    await told.store.add(KEY, [line]);
    await pass(told);
    const [chunk] = [...(told.mails[0]!.content() as Iterable<Uint8Array>)];
    const [mail, file] = [Buffer.from(chunk!), Buffer.from(told.posts[0]!.body)];
    expect([...file.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    for (const octets of [mail, file]) {
      const { reports, failures } = await readSource(octets, '');
      expect(failures).toEqual([]);
      expect(reports).toMatchObject([
        {
          submitter: 's.example',
          contact: 'tlsrpt@s.example',
          organization: 'Sender',
          policies: [{ policyType: 'no-policy-found', success: 3, failure: 0 }],
          deviations: [],
        },
      ]);
    }
    const { 'report-id': id } = JSON.parse(gunzipSync(file).toString()) as { 'report-id': string };
    expect(mail.toString()).toContain(`\r\n Report-ID: <${id}>\r\n`);
    expect(mail.toString()).toContain(`${id.slice(9, id.indexOf('@'))}.json.gz"`);
  });

  it('is mailed with no demand for TLS, and marked as a report (RPT-3-10, RPT-5.3-6, RPT-3-11)', async () => {
    const told = play();
    await told.store.add(KEY, [line]);
    await pass(told);
    expect(told.mails).toMatchObject([
      {
        from: 'tlsrpt@s.example',
        to: ['tls@a.example'],
        facts: { tlsRequired: 'no', requireTls: 'no', report: 'tls', body: '7bit', utf8: 'not-needed' },
      },
    ]);
  });

  it('waits for the hour after its day (RPT-4.1-2)', async () => {
    const told = play({ now: dueAt - 1 });
    await told.store.add(KEY, [line]);
    await told.store.add({ day: '2026-05-02', domain: 'a.example' }, [line]);
    expect(await pass(told)).toEqual([['not-due'], ['not-due']]);
    expect(told.mails).toEqual([]);
    told.world.now = dueAt;
    expect(await pass(told)).toEqual([['sent', 'ENDP-1', 'ENDP-1'], ['not-due']]);
  });

  it('is dropped if nobody wants it, and waits if DNS does not say (RPT-3-16, RPT-3-7, RPT-3-1)', async () => {
    for (const [records, outcome] of [
      [[], 'not-wanted'],
      [['v=TLSRPTv1; rua=ftp://a.example/'], 'not-wanted'],
      ['fails', 'waiting'],
    ] as const) {
      const told = play({ txt: { '_smtp._tls.a.example': records } });
      await told.store.add(KEY, [line]);
      expect(await pass(told)).toEqual([[outcome]]);
      expect(await stateOf(told.store)).toEqual([outcome === 'waiting' ? 'claimed' : 'dropped']);
    }
    const told = play({ txt: { '_smtp._tls.a.example': 'fails' } });
    await told.store.add(KEY, [line]);
    await pass(told);
    told.world.txt = { '_smtp._tls.a.example': ['v=TLSRPTv1; rua=mailto:tls@a.example'] };
    told.world.now += 20 * MINUTE_MS;
    expect(await pass(told)).toEqual([['sent', 'ENDP-1']]);
  });
});

describe('a report that fails', () => {
  it('is tried again at growing distances, for a day, and then given up (RPT-5.5-1, RPT-5.5-2)', async () => {
    const told = play({ mail: 'deferred', post: () => ({ kind: 'response', status: 500 }) });
    await told.store.add(KEY, [line]);
    const attempts: number[] = [];
    for (; told.world.now < overAt + 2 * 3_600_000; told.world.now += MINUTE_MS) {
      const before = told.mails.length;
      await pass(told);
      if (told.mails.length > before) attempts.push(told.world.now);
    }
    const distances = attempts.slice(1).map((at, i) => at - attempts[i]!);
    expect(attempts.length).toBeGreaterThan(5);
    for (const [i, ms] of distances.entries()) expect(ms).toBeGreaterThan(distances[i - 1] ?? 0);
    expect(attempts.at(-1)! - attempts[0]!).toBeLessThan(24 * 3_600_000);
    expect(await stateOf(told.store)).toEqual(['dropped']);
  });

  it('is sent as soon as one endpoint takes it; the others are let be (RPT-3-15)', async () => {
    const told = play({ mail: 'bounced' });
    await told.store.add(KEY, [line]);
    expect(await pass(told)).toEqual([['sent', 'ENDP-4', 'ENDP-1']]);
    told.world.now += 3_600_000;
    expect(await pass(told)).toEqual([]);
  });

  it('is given up at once where it is refused for good', async () => {
    const told = play({ mail: 'bounced', post: () => ({ kind: 'response', status: 404 }) });
    await told.store.add(KEY, [line]);
    expect(await pass(told)).toEqual([['dropped', 'ENDP-4', 'ENDP-4']]);
  });

  it('keeps its identifier, so that it can be known again (RPT-4.4-3)', async () => {
    const told = play({ post: () => ({ kind: 'response', status: 503 }), mail: 'deferred' });
    await told.store.add(KEY, [line]);
    await told.store.add({ ...KEY, domain: 'b.example' }, [line]);
    told.world.txt['_smtp._tls.b.example'] = told.world.txt['_smtp._tls.a.example']!;
    for (let at = 0; at < 600; at++, told.world.now += MINUTE_MS) await pass(told);
    const ids = told.posts.map(({ body }) => {
      const report = JSON.parse(gunzipSync(body).toString()) as Record<string, unknown>;
      return `${JSON.stringify(report['report-id'])}`;
    });
    expect(ids.length).toBeGreaterThan(5);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('more reports than fit into a pass', () => {
  const others = Array.from({ length: 6 }, (_, at) => `a${at}.example`);
  const inLine = async (...domains: readonly string[]) => {
    const told = play({ now: overAt - 20 * 3_600_000 });
    for (const domain of domains) await told.store.add({ day: DAY, domain }, [line]);
    return told;
  };

  it('take turns, whatever their names: who was tried before comes after who was not (RPT-5.5-1)', async () => {
    const told = await inLine(...others, 'zz.example');
    const { now } = told.world;
    for (const domain of others)
      await told.store.claim({ day: DAY, domain }, { now: now - 9, until: now - 1 });
    told.world.txt['_smtp._tls.zz.example'] = ['v=TLSRPTv1; rua=https://c.example/r'];
    const outcomes = await sendDue(told.ports, { ...settings, reportsMax: 1 }, never);
    expect(outcomes).toMatchObject([{ domain: 'zz.example', outcome: 'sent' }]);
  });

  it('wait without taking the place of those that are due', async () => {
    const told = await inLine(...others, 'zz.example');
    const { now } = told.world;
    for (const domain of others) await told.store.claim({ day: DAY, domain }, { now, until: now + 1 });
    told.world.txt['_smtp._tls.zz.example'] = ['v=TLSRPTv1; rua=https://c.example/r'];
    const outcomes = await sendDue(told.ports, { ...settings, reportsMax: 1 }, never);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['waiting', 'sent']);
  });
});

describe('many nodes', () => {
  it('send a report once (X-11)', async () => {
    const { reports } = memoryStores();
    await reports.add(KEY, [line]);
    const nodes = Array.from({ length: 5 }, () => play({}, reports));
    await Promise.all(nodes.map((node) => pass(node)));
    expect(nodes.flatMap(({ mails }) => mails)).toHaveLength(1);
  });

  it('take over from one that ended without a word', async () => {
    const told = play();
    await told.store.add(KEY, [line]);
    await told.store.claim(KEY, { now: dueAt, until: dueAt + 15 * MINUTE_MS });
    expect(await pass(told)).toEqual([['waiting']]);
    told.world.now = dueAt + 15 * MINUTE_MS;
    expect(await pass(told)).toEqual([['sent', 'ENDP-1', 'ENDP-1']]);
  });
});

describe('what is not done', () => {
  it('no mail without a signature (RPT-3-12)', async () => {
    const mailOnly = { '_smtp._tls.a.example': ['v=TLSRPTv1; rua=mailto:tls@a.example'] };
    const keyless = play({ txt: mailOnly });
    await keyless.store.add(KEY, [line]);
    expect(await pass(keyless, { keys: [] })).toEqual([['waiting', 'ENDP-5']]);
    expect(await stateOf(keyless.store)).toEqual(['claimed']);
    const broken = play({ txt: mailOnly });
    await broken.store.add(KEY, [line]);
    expect(await pass(broken, { keys: [{ ...dkim, privateKeyPem: '' }] })).toEqual([['waiting', 'ENDP-6']]);
    expect([...keyless.mails, ...broken.mails]).toEqual([]);
  });

  it('no request to our own network, by name or by address (RPT-7-1)', async () => {
    for (const [uri, address] of [
      ['https://127.0.0.1/', []],
      ['https://[::1]:8443/', []],
      ['https://[::ffff:10.0.0.1]/', []],
      ['https://c.example/', ['192.168.0.1', '127.0.0.1']],
    ] as const) {
      const txt = { '_smtp._tls.a.example': [`v=TLSRPTv1; rua=${uri}`] };
      const told = play({ txt, address });
      await told.store.add(KEY, [line]);
      expect(await pass(told), uri).toEqual([['dropped', 'ENDP-8']]);
      expect(told.posts).toEqual([]);
      const allowed = play({ txt, address });
      await allowed.store.add(KEY, [line]);
      expect(await pass(allowed, { privateAddresses: 'allow' }), uri).toEqual([['sent', 'ENDP-1']]);
    }
    const mixed = play({ address: ['10.0.0.1', '198.7.6.5'] });
    await mixed.store.add(KEY, [line]);
    await pass(mixed);
    expect(mixed.posts.map(({ addresses }) => addresses)).toEqual([['198.7.6.5']]);
  });

  it('no flood to one host, whoever asks for it (RPT-7-1)', async () => {
    const told = play();
    const names = Array.from({ length: 5 }, (_, at) => `d${at}.example`);
    for (const domain of names) {
      await told.store.add({ day: DAY, domain }, [line]);
      told.world.txt[`_smtp._tls.${domain}`] = ['v=TLSRPTv1; rua=https://victim.example/'];
    }
    told.world.now = Math.max(...names.map((domain) => scheduleOf(domain, DAY).dueAt));
    const outcomes = await pass(told, { perHostMax: 2 });
    expect(outcomes.map(([outcome]) => outcome).toSorted()).toEqual([
      'sent',
      'sent',
      'waiting',
      'waiting',
      'waiting',
    ]);
    expect(told.posts).toHaveLength(2);
  });

  it('no flood to one host under many names, in either spelling of its address (RPT-7-1)', async () => {
    const told = play({ address: ['2a00::1'] });
    const uris = ['https://x.example/', 'https://y.example/', 'https://[2A00:0::1]/'];
    told.world.txt['_smtp._tls.a.example'] = [`v=TLSRPTv1; rua=${uris.join(',')}`];
    await told.store.add(KEY, [line]);
    const [outcome] = await pass(told, { perHostMax: 1 });
    expect(outcome!.toSorted()).toEqual(['ENDP-1', 'ENDP-9', 'ENDP-9', 'sent']);
    expect(told.posts).toHaveLength(1);
  });

  it('as much to another host as to the first', async () => {
    const told = play({
      txt: { '_smtp._tls.a.example': ['v=TLSRPTv1; rua=https://[2a00::1]/,https://[2a00::2]/'] },
    });
    await told.store.add(KEY, [line]);
    expect(await pass(told, { perHostMax: 1 })).toEqual([['sent', 'ENDP-1', 'ENDP-1']]);
    expect(told.posts).toHaveLength(2);
  });

  it('no insisting on a certificate, unless the operator insists (RPT-3-9)', async () => {
    const post = ({ certificate }: PostAsk): PostAnswer =>
      certificate === 'verify'
        ? { kind: 'failed', cause: 'certificate', code: 'CERT_HAS_EXPIRED' }
        : { kind: 'response', status: 201 };
    const txt = { '_smtp._tls.a.example': ['v=TLSRPTv1; rua=https://c.example/r'] };
    const [lax, strict] = [play({ txt, post }), play({ txt, post })];
    for (const { store } of [lax, strict]) await store.add(KEY, [line]);
    expect(await pass(lax)).toEqual([['sent', 'ENDP-1']]);
    expect(await pass(strict, { untrustedEndpoints: 'refuse' })).toEqual([['waiting', 'ENDP-2']]);
    expect(lax.posts.map(({ certificate }) => certificate)).toEqual(['verify', 'ignore']);
    expect(strict.posts.map(({ certificate }) => certificate)).toEqual(['verify']);
  });

  it('no report in a name that cannot sign', async () => {
    const { ports } = play();
    for (const contactInfo of ['', 'nobody', 'a@[192.0.2.1]', '\u00e9@s.example'])
      await expect(sendDue(ports, { ...settings, contactInfo }, never)).rejects.toMatchObject({
        code: 'WAXSEAL_BAD_REPORT_SETTINGS',
      });
    await expect(sendDue(ports, { ...settings, organizationName: ' ' }, never)).rejects.toMatchObject({
      code: 'WAXSEAL_BAD_REPORT_SETTINGS',
      message: 'the name of the organization is missing',
    });
  });

  it('no waiting for an endpoint for longer than an attempt may take', async () => {
    const told = play({ txt: { '_smtp._tls.a.example': ['v=TLSRPTv1; rua=https://c.example/r'] } });
    await told.store.add(KEY, [line]);
    const https: ReportPorts['https'] = (_, signal) =>
      new Promise((resolve) => {
        const cut = () => resolve({ kind: 'failed', cause: 'timeout', code: 'aborted' });
        signal.addEventListener('abort', cut, { once: true });
      });
    const outcomes = await sendDue({ ...told.ports, https }, { ...settings, attemptMsMax: 20 }, never);
    expect(outcomes).toMatchObject([{ outcome: 'waiting' }]);
  });

  it('no end of everything where a store fails', async () => {
    const told = play();
    await told.store.add(KEY, [line]);
    const broken = { ...told.store, read: () => Promise.reject(new Error('the disk is full')) };
    const outcomes = await sendDue({ ...told.ports, store: broken }, settings, never);
    expect(outcomes).toMatchObject([{ outcome: 'failed', note: 'the disk is full' }]);
  });
});

describe('what is said of an endpoint', () => {
  const at = (uri: string) => ({ '_smtp._tls.a.example': [`v=TLSRPTv1; rua=${uri}`] });
  const [mailbox, host] = ['mailto:tls@a.example', 'https://c.example/r'];
  const answers = (answer: PostAnswer) => () => answer;

  it.each<[string, Partial<World>, Partial<ReportSettings>, string, string]>([
    [mailbox, {}, {}, 'sent', '2.0.0'],
    [mailbox, { mail: 'bounced' }, {}, 'dropped', '2.0.0'],
    [mailbox, {}, { keys: [] }, 'waiting', 'no DKIM key is given, and nothing is mailed unsigned'],
    [host, { post: answers({ kind: 'response', status: 201 }) }, {}, 'sent', 'HTTP status 201'],
    [host, { post: answers({ kind: 'response', status: 503 }) }, {}, 'waiting', 'HTTP status 503'],
    [host, { post: answers({ kind: 'response', status: 404 }) }, {}, 'dropped', 'HTTP status 404'],
    [
      ...([host, { post: answers({ kind: 'failed', cause: 'timeout', code: 'ETIMEDOUT' }) }, {}] as const),
      ...(['waiting', 'timeout: ETIMEDOUT'] as const),
    ],
    [host, { address: [] }, {}, 'dropped', 'c.example has no address'],
    ['https://c.example:0/', {}, {}, 'dropped', 'the URI names no host'],
    [host, { address: ['10.0.0.1', '10.0.0.2'] }, {}, 'dropped', '10.0.0.1 may not be connected to'],
  ])('%s: %j %j: %s', async (uri, world, own, outcome, detail) => {
    const told = play({ txt: at(uri), ...world });
    await told.store.add(KEY, [line]);
    const outcomes = await sendDue(told.ports, { ...settings, ...own }, never);
    const endpoint = uri === mailbox ? 'tls@a.example' : uri;
    expect(outcomes).toMatchObject([{ ...KEY, outcome, endpoints: [{ endpoint, detail }], note: '' }]);
  });

  it('is why its address is not known', async () => {
    const told = play({ txt: at(host) });
    await told.store.add(KEY, [line]);
    const failed = { kind: 'failed', cause: 'servfail', extendedError: null } as const;
    const dns = { ...told.ports.dns, 'dns.addresses': async () => ({ a: failed, aaaa: failed }) };
    const outcomes = await sendDue({ ...told.ports, dns }, settings, never);
    const detail = 'the address of c.example could not be looked up';
    expect(outcomes).toMatchObject([{ outcome: 'waiting', endpoints: [{ detail }] }]);
    expect(told.posts).toEqual([]);
  });

  it('is that it has had enough for an hour, by mail as well', async () => {
    const told = play({ txt: at('mailto:one@a.example,mailto:two@a.example') });
    await told.store.add(KEY, [line]);
    const [outcome] = await sendDue(told.ports, { ...settings, perHostMax: 1 }, never);
    expect(outcome!.endpoints.map(({ detail }) => detail).toSorted()).toEqual([
      ...['2.0.0', 'this host got as many reports as it may in an hour'],
    ]);
    expect(told.mails).toHaveLength(1);
  });

  it('is that of up to ten addresses, those of IPv6 first', async () => {
    const told = play({ txt: at(host) });
    await told.store.add(KEY, [line]);
    const { 'dns.addresses': ask } = told.ports.dns;
    const dns: ReportPorts['dns'] = {
      ...told.ports.dns,
      'dns.addresses': async (...asked) => {
        const { a } = await ask(...asked);
        const records = (of: (at: number) => string) =>
          ({ ...a, records: Array.from({ length: 9 }, (_, at) => of(at)) }) as typeof a;
        return { a: records((n) => `198.7.6.${n}`), aaaa: records((n) => `2a00::${n}`) };
      },
    };
    await sendDue({ ...told.ports, dns }, settings, never);
    const [{ addresses }] = told.posts as [PostAsk];
    expect([addresses.length, addresses[0]]).toEqual([10, '2a00::0']);
  });
});

describe('a key of reports', () => {
  it.each([
    [['v=DKIM1; k=ed25519; p=KEY'], 'fit'],
    [['v=DKIM1; k=ed25519; p=OTHER'], 'warn-other-key'],
    [['v=DKIM1; k=ed25519; p=KEY; pX; x'], 'fit'],
    [['v=DKIM1'], 'warn-no-key'],
    [[], 'warn-no-key'],
    ['fails', 'unknown'],
  ] as const)('is looked for where it is published: %j', async (records, word) => {
    const publicKey = dkim.publicKey[0]!;
    const txt = records === 'fails' ? records : records.map((text) => text.replace('KEY', publicKey));
    const told = play({ txt: { 'e1._domainkey.s.example': txt } });
    const checks = await checkKeys(told.ports, settings, never);
    expect(checks).toMatchObject([{ key: dkim, name: 'e1._domainkey.s.example' }]);
    expect(checks[0]!.decision.verdict).toBe(word);
  });
});

describe('a report by itself', () => {
  it('goes nowhere where nothing was counted', async () => {
    const told = play();
    await told.store.add(KEY, [line]);
    const store = { ...told.store, read: async () => [] };
    const [outcome] = await sendDue({ ...told.ports, store }, settings, never);
    expect([outcome!.endpoints, told.mails, told.posts]).toEqual([[], [], []]);
  });

  it('is a message of its own to each address, and at each attempt', async () => {
    const rua = 'mailto:one@a.example,mailto:two@a.example';
    const told = play({ txt: { '_smtp._tls.a.example': [`v=TLSRPTv1; rua=${rua}`] }, mail: 'deferred' });
    await told.store.add(KEY, [line]);
    await pass(told);
    told.world.now += 20 * MINUTE_MS;
    await pass(told);
    const ids = told.mails.map(({ content }) => {
      const [chunk] = [...(content() as Iterable<Uint8Array>)];
      return /^Message-ID: <(\w{32})@s\.example>\r$/m.exec(String(Buffer.from(chunk!)))?.[1];
    });
    expect([ids.length, new Set(ids).size, ids.includes(undefined)]).toEqual([4, 4, false]);
  });

  it('is told apart from that of another source', async () => {
    const ids = await Promise.all(
      ['', 'west'].map(async (source) => {
        const told = play();
        await told.store.add(KEY, [line]);
        await pass(told, { source });
        const report = JSON.parse(gunzipSync(told.posts[0]!.body).toString()) as Record<string, unknown>;
        return report['report-id'];
      }),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('is broken off before another node may take it, whatever it may take', async () => {
    const limits: number[] = [];
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      limits.push(ms);
      return never;
    });
    for (const attemptMsMax of [1_000, 3_600_000]) {
      const told = play();
      await told.store.add(KEY, [line]);
      await pass(told, { attemptMsMax });
    }
    timeout.mockRestore();
    expect(limits).toEqual([1_000, 9 * MINUTE_MS]);
  });

  it('is one of eight at once', async () => {
    let claims = 0;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const told = play();
    const names = Array.from({ length: 20 }, (_, at) => `d${at}.example`);
    for (const domain of names) {
      await told.store.add({ day: DAY, domain }, [line]);
      told.world.txt[`_smtp._tls.${domain}`] = ['v=TLSRPTv1; rua=https://c.example/r'];
    }
    told.world.now = Math.max(...names.map((domain) => scheduleOf(domain, DAY).dueAt));
    const store: TlsReportStore = {
      ...told.store,
      claim: (...given) => {
        claims += 1;
        return told.store.claim(...given);
      },
    };
    const https: ReportPorts['https'] = async () => {
      await released;
      return { kind: 'response', status: 200 };
    };
    const sending = sendDue({ ...told.ports, store, https }, settings, never);
    await new Promise(setImmediate);
    expect(claims).toBe(8);
    release();
    expect(await sending).toHaveLength(20);
  });

  const senderOf = (told: ReturnType<typeof play>, signal = never) => ({
    ...{ ports: told.ports, settings: completeSettings(settings), signal },
    budget: new HostBudget(9, told.ports.clock),
  });

  it.each(['sent', 'dropped'] as const)('that was %s in between stays as it is', async (kind) => {
    const told = play();
    expect(await sendReport({ ...KEY, state: { kind } }, senderOf(told))).toMatchObject({
      ...KEY,
      ...{ outcome: kind, nextAt: null, endpoints: [], note: '' },
    });
    expect([told.mails, told.posts]).toEqual([[], []]);
  });

  it('that another node takes at the same moment is left to it', async () => {
    const told = play();
    await told.store.add(KEY, [line]);
    await told.store.claim(KEY, { now: dueAt, until: dueAt + MINUTE_MS });
    const outcome = await sendReport({ ...KEY, state: { kind: 'open' } }, senderOf(told));
    expect(outcome).toMatchObject({ outcome: 'waiting', note: 'another node has it', decision: null });
    expect(outcome.nextAt).toBeGreaterThan(dueAt);
    expect([told.mails, told.posts]).toEqual([[], []]);
  });

  it('is given up when its time is over, and not tried', async () => {
    const told = play({ now: overAt });
    await told.store.add(KEY, [line]);
    expect(await sendReport({ ...KEY, state: { kind: 'open' } }, senderOf(told))).toMatchObject({
      ...{ outcome: 'dropped', endpoints: [] },
    });
    expect([told.mails, await stateOf(told.store)]).toEqual([[], ['dropped']]);
  });

  it('is not given up by whoever is told to end', async () => {
    const told = play({ mail: 'bounced', post: () => ({ kind: 'response', status: 404 }) });
    await told.store.add(KEY, [line]);
    const outcome = await sendReport(
      { ...KEY, state: { kind: 'open' } },
      senderOf(told, AbortSignal.abort()),
    );
    expect(outcome.outcome).toBe('waiting');
    expect(outcome.nextAt).toBeGreaterThan(dueAt);
    expect(await stateOf(told.store)).toEqual(['claimed']);
  });
});

it('a report goes where its day and its domain are chosen, and where others are it stays', async () => {
  const told = play();
  await told.store.add(KEY, [line]);
  const of = async (choice: Partial<typeof KEY>) =>
    (await sendDue(told.ports, settings, never, choice)).map(({ day, domain }) => ({ day, domain }));
  expect(await of({ day: '2026-05-02' })).toEqual([]);
  expect(await of({ domain: 'b.example' })).toEqual([]);
  expect(await of({ ...KEY })).toEqual([KEY]);
});

describe('what is no ports, no signal and no choice', () => {
  it.each([
    ['ports', {}, never, {}],
    ['signal', play().ports, {}, {}],
    ['choice', play().ports, never, { day: 'today' }],
  ])('is refused by its name: %s', async (name, ports, signal, choice) => {
    const args = [ports as never, settings, signal as never, choice as never] as const;
    const refused = {
      ...{ name: 'MisuseError', code: 'WAXSEAL_BAD_OPTIONS' },
      message: expect.stringMatching(new RegExp(`^${name}\\b`)),
    };
    await expect(sendDue(...args)).rejects.toMatchObject(refused);
    await expect(previewReports(...args)).rejects.toMatchObject(refused);
  });
});

describe('settings of reports', () => {
  it.each(['organizationName', 'contactInfo', 'keys'])('name what is missing: %s', async (name) => {
    const { ports } = play();
    const refused = {
      name: 'MisuseError',
      code: 'WAXSEAL_BAD_OPTIONS',
      message: expect.stringContaining(name),
    };
    const less = { ...settings, [name]: undefined } as never;
    await expect(sendDue(ports, less, never)).rejects.toMatchObject(refused);
    await expect(checkKeys(ports, less, never)).rejects.toMatchObject(refused);
    await expect(checkKeys({} as never, settings, never)).rejects.toMatchObject({ code: refused.code });
    await expect(checkKeys(ports, settings, 7 as never)).rejects.toMatchObject({
      ...{ code: refused.code, message: expect.stringMatching(/^signal\b/) },
    });
  });
});

describe('a preview', () => {
  it('shows the mail and sends nothing, and claims nothing', async () => {
    const told = play({ now: dueAt - 1 });
    await told.store.add(KEY, [line]);
    const previews = await previewReports(told.ports, settings, never);
    expect(previews).toMatchObject([
      {
        ...KEY,
        step: 'wait',
        waitsUntil: dueAt,
        wanted: { verdict: 'send' },
        endpoints: [
          { endpoint: 'tls@a.example', message: expect.stringContaining('DKIM-Signature: '), problem: '' },
          { endpoint: 'https://c.example/r', message: null, problem: '' },
        ],
        report: { 'contact-info': 'tlsrpt@s.example' },
      },
    ]);
    expect([told.mails, told.posts, await stateOf(told.store)]).toEqual([[], [], ['open']]);
  });
});

describe('a preview of one', () => {
  it('says why nothing can be mailed, and what is passed over', async () => {
    const rua = 'mailto:tls@a.example,ftp://c.example/';
    const told = play({ txt: { '_smtp._tls.a.example': [`v=TLSRPTv1; rua=${rua}`] } });
    for (const domain of ['a.example', 'b.example']) await told.store.add({ day: DAY, domain }, [line]);
    const keyless = { ...settings, keys: [{ ...dkim, privateKeyPem: 'none' }] };
    const previews = await previewReports(told.ports, keyless, never, { domain: 'a.example' });
    expect(previews).toMatchObject([
      {
        ...{ ...KEY, step: 'send-now', waitsUntil: null },
        endpoints: [{ message: null, problem: expect.stringMatching(/^not mailed unsigned: ./) }],
        skipped: [{ uri: 'ftp://c.example/' }],
        fileName: expect.stringMatching(/^s\.example!a\.example!\d+!\d+!\w+\.json\.gz$/),
      },
    ]);
    const both = await previewReports(told.ports, settings, never);
    expect(both.map(({ domain, wanted }) => [domain, wanted.verdict])).toEqual([
      ...[
        ['a.example', 'send'],
        ['b.example', 'drop'],
      ],
    ]);
    expect(await previewReports(told.ports, { ...settings, reportsMax: 1 }, never)).toHaveLength(1);
    expect(await previewReports(told.ports, settings, AbortSignal.abort())).toEqual([]);
  });
});

describe('the job', () => {
  it('tells of what was done or could not be done, and of nothing that only waits', async () => {
    const told = play({ mail: 'deferred', post: () => ({ kind: 'response', status: 500 }) });
    await told.store.add(KEY, [line]);
    await told.store.add({ ...KEY, day: '2026-05-02' }, [line]);
    const end = new AbortController();
    const news: string[] = [];
    let passes = 0;
    await runTlsReports(told.ports, settings, end.signal, {
      onOutcome: ({ outcome, day }) => news.push(`${passes} ${outcome} ${day}`),
      wait: async () => {
        if (++passes === 2) end.abort();
      },
    });
    expect(news).toEqual([`0 waiting ${DAY}`]);
  });

  it('goes on day after day until it is told to end', async () => {
    const told = play({ now: dueAt - 3 * 3_600_000 });
    const days = ['2026-05-01', '2026-05-02', '2026-05-03'];
    for (const day of days) await told.store.add({ ...KEY, day }, [line]);
    const end = new AbortController();
    const sent: string[] = [];
    const waits: number[] = [];
    await runTlsReports(told.ports, settings, end.signal, {
      onOutcome: ({ outcome, day }) => sent.push(`${outcome} ${day}`),
      onFailure: (message) => sent.push(message),
      wait: async (ms) => {
        waits.push(ms);
        told.world.now += ms;
        if (sent.length >= 3 || waits.length > 1000) end.abort();
      },
    });
    expect(sent).toEqual(days.map((day) => `sent ${day}`));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(MINUTE_MS);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15 * MINUTE_MS);
  });

  it.each([
    [5 * MINUTE_MS, [5 * MINUTE_MS, 15 * MINUTE_MS]],
    [1000, [MINUTE_MS, 15 * MINUTE_MS]],
    [3 * 3_600_000, [15 * MINUTE_MS, 15 * MINUTE_MS]],
  ])(
    'looks again when the next report is due, in a minute at the soonest and a quarter of an hour at the latest: %d',
    async (early, expected) => {
      const told = play({ now: dueAt - early });
      await told.store.add(KEY, [line]);
      const end = new AbortController();
      const waits: number[] = [];
      await runTlsReports(told.ports, settings, end.signal, {
        wait: async (ms) => {
          told.world.now += ms;
          if (waits.push(ms) === 2) end.abort();
        },
      });
      expect(waits).toEqual(expected);
    },
  );

  it('outlives a store that fails, and ends at once when it is told to', async () => {
    const told = play();
    const broken = { ...told.store, list: () => Promise.reject(new Error('nobody is there')) };
    const end = new AbortController();
    const failures: string[] = [];
    const running = runTlsReports({ ...told.ports, store: broken }, settings, end.signal, {
      onFailure: (message) => {
        failures.push(message);
        setTimeout(() => end.abort(), 10);
      },
    });
    await running;
    expect(failures).toEqual(['nobody is there']);
  });

  it('keeps a day for three others, and no longer', async () => {
    const told = play({ now: Date.UTC(2026, 4, 4, 23, 59, 59, 999) });
    await told.store.add(KEY, [line]);
    await pass(told);
    expect(await stateOf(told.store)).toEqual(['dropped']);
    told.world.now += 1;
    await pass(told);
    expect(await stateOf(told.store)).toEqual([]);
  });

  it('forgets days long gone', async () => {
    const told = play({ now: dueAt + 5 * 24 * 3_600_000 });
    await told.store.add(KEY, [line]);
    expect(await pass(told)).toEqual([]);
    expect(await stateOf(told.store)).toEqual([]);
  });
});
