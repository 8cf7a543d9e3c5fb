/*
 * The engine over kept connections: what is kept is evidence, and each message is judged by it anew.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { AttemptOptions } from '../../../index.js';
import { createNodeEngine } from '../../../node.js';
import { DEFAULT_SETTINGS } from '../../../policy/settings.js';
import { type Internet, type MailHost, startInternet, type World } from '../../../testing/index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const STS = 'v=STSv1; id=1;';
const POLICY = 'version: STSv1\r\nmode: enforce\r\nmx: mx.host.example\r\nmax_age: 86400\r\n';

/** Two domains at one server: `plain.example` demands nothing, `strict.example` enforces MTA-STS. */
function worldWith(issuer: 'ca' | 'private-ca'): World {
  return {
    dns: {
      'MX plain.example': ['10 mx.host.example'],
      'MX strict.example': ['10 mx.host.example'],
      'A mx.host.example': ['@mx.host.example'],
      'TXT _mta-sts.strict.example': [STS],
      'A mta-sts.strict.example': ['@mta-sts.strict.example'],
    },
    mail: { 'mx.host.example': { certificate: { issuer } } },
    policy: { 'mta-sts.strict.example': { body: POLICY } },
  };
}

async function start(world: World) {
  const internet = await startInternet(world);
  closers.push(() => internet.close());
  const engine = createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    reuseConnections: {},
    settings: {
      ...DEFAULT_SETTINGS,
      helo: 'me.example',
      port: internet.port,
      httpsPort: internet.httpsPort,
      privateAddresses: 'allow',
    },
  });
  closers.push(() => engine.close());
  return { internet, engine };
}

type Engine = Awaited<ReturnType<typeof start>>['engine'];

/** Each of these domains at the same server. */
function domainsAt(host: MailHost, ...domains: readonly string[]): World {
  return {
    dns: {
      ...Object.fromEntries(domains.map((domain) => [`MX ${domain}`, ['10 mx.host.example']])),
      'A mx.host.example': ['@mx.host.example'],
    },
    mail: { 'mx.host.example': host },
  };
}

async function send(engine: Engine, to: string, options?: AttemptOptions) {
  const facts = {
    requireTls: 'no',
    tlsRequired: 'absent',
    report: 'none',
    sizeBytes: 20,
    body: '7bit',
    utf8: 'not-needed',
  } as const;
  const mail = { from: 's@me.example', to: [to], content: () => [Buffer.from('Hello.\r\n')], facts };
  const { results, journal } = await engine.deliver(mail, options);
  return { status: results[0]!.status, outcome: results[0]!.outcome, journal };
}

const taken = (internet: Internet) =>
  internet.received('mx.host.example').map(({ recipients }) => recipients[0]);

describe('a server that has enough of a connection', () => {
  it.each([
    ['says 421 to MAIL', { takes: { mails: 1 } }],
    ['says 421 to MAIL, without PIPELINING', { keywords: ['SIZE'], takes: { mails: 1 } }],
  ])('%s: the message goes over a fresh one in the same attempt (SMTP-3.8-2)', async (_, host) => {
    const { internet, engine } = await start(domainsAt(host, 'a.example'));
    for (const to of ['a@a.example', 'b@a.example', 'c@a.example']) {
      const { outcome, journal } = await send(engine, to);
      expect(outcome).toBe('delivered');
      const { decisions, reports } = journal.attempts[0]!.result!;
      expect(decisions.some(({ row }) => row === 'USED-3')).toBe(to !== 'a@a.example');
      // It is one session to whoever counts, and no failure of the host.
      expect(reports).toMatchObject([{ success: 1, failure: 0 }]);
    }
    expect(taken(internet)).toEqual(['a@a.example', 'b@a.example', 'c@a.example']);
    expect(internet.connections('mx.host.example')).toBe(3);
  });

  it('says so before: it is not kept (LIMITS-4.1-1)', async () => {
    const keywords = ['PIPELINING', 'LIMITS MAILMAX=2'];
    const { internet, engine } = await start(domainsAt({ keywords, takes: { mails: 2 } }, 'a.example'));
    for (const to of ['a@a.example', 'b@a.example', 'c@a.example']) {
      const { outcome, journal } = await send(engine, to);
      expect(outcome).toBe('delivered');
      const rows = journal.attempts[0]!.result!.decisions.map(({ row }) => row);
      expect(rows).not.toContain('USED-3');
    }
    expect(internet.connections('mx.host.example')).toBe(2);
  });

  it('takes one domain in a session: no other is named there (LIMITS-4.3-1)', async () => {
    const keywords = ['PIPELINING', 'LIMITS RCPTDOMAINMAX=1'];
    const { internet, engine } = await start(domainsAt({ keywords }, 'a.example', 'b.example'));
    expect((await send(engine, 'a@a.example')).outcome).toBe('delivered');
    expect((await send(engine, 'b@b.example')).outcome).toBe('delivered');
    expect(internet.connections('mx.host.example')).toBe(2);
  });

  it('refuses the sender for now on a fresh one as well: that is about the message', async () => {
    const { internet, engine } = await start(domainsAt({ replies: { mail: '452 4.3.1 full' } }, 'a.example'));
    expect(await send(engine, 'a@a.example')).toMatchObject({ outcome: 'deferred', status: '4.3.1' });
    expect(internet.connections('mx.host.example')).toBe(1);
  });
});

describe('a connection that was made under a deadline', () => {
  it('is one for the next message, whose deadline is another', async () => {
    const { internet, engine } = await start(domainsAt({}, 'a.example'));
    for (const [to, deadlineMs] of [
      ['a@a.example', 60_000],
      ['b@a.example', 61_000],
      ['c@a.example', undefined],
    ] as const)
      expect((await send(engine, to, deadlineMs === undefined ? {} : { deadlineMs })).outcome).toBe(
        'delivered',
      );
    expect(taken(internet)).toEqual(['a@a.example', 'b@a.example', 'c@a.example']);
    expect(internet.connections('mx.host.example')).toBe(1);
  });
});

describe('a connection that was made under no demand', () => {
  it('takes mail under MTA-STS if its evidence satisfies that, and is one connection (X-8, X-9, X-15)', async () => {
    const { internet, engine } = await start(worldWith('ca'));
    expect((await send(engine, 'a@plain.example')).outcome).toBe('delivered');
    expect((await send(engine, 'b@strict.example')).outcome).toBe('delivered');
    expect((await send(engine, 'c@plain.example')).outcome).toBe('delivered');
    expect(taken(internet)).toEqual(['a@plain.example', 'b@strict.example', 'c@plain.example']);
    expect(internet.connections('mx.host.example')).toBe(1);
  });

  it('takes none if it does not (X-8, X-9, X-15)', async () => {
    const { internet, engine } = await start(worldWith('private-ca'));
    expect((await send(engine, 'a@plain.example')).outcome).toBe('delivered');
    expect((await send(engine, 'b@strict.example')).outcome).toBe('deferred');
    expect(taken(internet)).toEqual(['a@plain.example']);
    expect(internet.connections('mx.host.example')).toBe(1);
    // It failed a judgement, and was left.
    expect((await send(engine, 'c@plain.example')).outcome).toBe('delivered');
    expect(internet.connections('mx.host.example')).toBe(2);
  });

  it('is judged at once, before anything is said to it (STLS-4.1-1)', async () => {
    const { engine } = await start(worldWith('ca'));
    for (const to of ['a@plain.example', 'b@strict.example']) {
      const { journal } = await send(engine, to);
      const asked = journal.attempts[0]!.entries.flatMap((entry) =>
        entry.kind === 'ask' ? [entry.ask.type] : [],
      );
      const handshake = asked.indexOf('tls.handshake');
      expect(asked.slice(handshake, handshake + 3)).toEqual(['tls.handshake', 'peer.inspect', 'smtp.hello']);
    }
  });
});
