import type { ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { replay } from '../../effects/replay.js';
import { programs } from '../../machine/programs.js';
import { createNodeEngine, type NodeEngine, settingsOf } from '../../node.js';
import type { AttemptResult } from '../../policy/attempt/types.js';
import { type Internet, startInternet, type World } from '../../testing/index.js';
import type { PlannedHost } from './planned-host.js';
import { SmtpClient } from './smtp-client.fixture.js';

const ENFORCED = 'version: STSv1\nmode: enforce\nmx: *.sts.test\nmax_age: 86400\n';
const WORLD: World = {
  signedZones: ['dane.test', 'mismatch.test', 'required.test'],
  dns: {
    'MX dane.test': ['10 mx.dane.test'],
    'A mx.dane.test': ['@mx.dane.test'],
    'TLSA mx.dane.test': ['3 1 1 @mx.dane.test'],
    'MX mismatch.test': ['10 mx.mismatch.test'],
    'A mx.mismatch.test': ['@mx.mismatch.test'],
    'TLSA mx.mismatch.test': [`3 1 1 ${'00'.repeat(32)}`],
    'MX required.test': ['10 mx.required.test'],
    'A mx.required.test': ['@mx.required.test'],
    'TLSA mx.required.test': ['3 1 1 @mx.required.test'],
    'MX clear.test': ['10 mx.clear.test'],
    'A mx.clear.test': ['@mx.clear.test'],
    'MX broken.test': ['10 mx.broken.test'],
    'A mx.broken.test': ['@mx.broken.test'],
    'MX sts.test': ['10 mx.elsewhere.test', '20 mx.sts.test'],
    'A mx.elsewhere.test': ['@mx.elsewhere.test'],
    'A mx.sts.test': ['@mx.sts.test'],
    'TXT _mta-sts.sts.test': ['v=STSv1; id=1;'],
    'A mta-sts.sts.test': ['@mta-sts.sts.test'],
    'MX two.test': ['10 mx1.two.test', '20 mx2.two.test'],
    'A mx1.two.test': ['@mx1.two.test'],
    'A mx2.two.test': ['@mx2.two.test'],
    'MX none.test': ['0 .'],
  },
  mail: {
    'mx.dane.test': { replies: { rcpt: { 'gone@dane.test': '550 5.1.1 no such user' } } },
    'mx.mismatch.test': {},
    'mx.required.test': {},
    'mx.clear.test': { starttls: 'not-offered' },
    'mx.broken.test': { starttls: 'broken' },
    'mx.elsewhere.test': {},
    'mx.sts.test': {},
    'mx1.two.test': {},
    'mx2.two.test': {},
  },
  policy: { 'mta-sts.sts.test': { body: ENFORCED } },
};

describe('a plan', () => {
  let internet: Internet;
  let engine: NodeEngine;
  let told: AttemptResult[] = [];
  const clients: SmtpClient[] = [];

  beforeAll(async () => {
    internet = await startInternet(WORLD);
    engine = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', {
        port: internet.port,
        httpsPort: internet.httpsPort,
        privateAddresses: 'allow',
      }),
      onAttempt: async (result) => {
        told.push(result);
      },
    });
  });
  afterAll(async () => {
    await engine.close();
    await internet.close();
  });
  beforeEach(() => {
    told = [];
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  async function open(host: PlannedHost): Promise<SmtpClient> {
    const { client } = await SmtpClient.open(host.addresses[0]!, host.port);
    clients.push(client);
    return client;
  }

  async function openUnderTls(host: PlannedHost<ConnectionOptions>) {
    const client = await open(host);
    await client.say('EHLO host.test');
    await client.say('STARTTLS');
    return { client, socket: await client.startTls(host.tls) };
  }

  it('has the sender written in A-labels, as a delivery would (U8-3.2-2)', async () => {
    const plan = await engine.plan('dane.test', { from: 's@b\u00fccher.test', to: ['a@dane.test'] });
    const { client, socket } = await openUnderTls(plan.hosts[0]!);
    const verdict = await plan.hosts[0]!.judge(socket, { ehlo: await client.say('EHLO host.test') });
    expect(verdict).toMatchObject({ do: 'send', sender: 's@xn--bcher-kva.test' });
    await plan.finish();
  });

  it('leads a mail system to a server that passes, and makes of its replies what a delivery would', async () => {
    const plan = await engine.plan('dane.test', { from: 's@s.test', to: ['a@dane.test', 'gone@dane.test'] });
    const [host] = plan.hosts;
    expect(host).toMatchObject({
      host: 'mx.dane.test',
      connect: true,
      strictness: 'authenticated',
      cleartextRetry: false,
      cleartextWithoutOffer: false,
      tls: { servername: 'mx.dane.test', rejectUnauthorized: false },
    });
    const { client, socket } = await openUnderTls(host!);
    const verdict = await host!.judge(socket, { ehlo: await client.say('EHLO host.test') });
    if (verdict.do !== 'send') throw new Error(verdict.do);
    const { results, journal } = await plan.finish(
      await client.send(verdict.sender, verdict.parameters, verdict.recipients),
    );
    expect(results).toMatchObject([
      { recipient: 'a@dane.test', outcome: 'delivered', authentication: 'dane', because: { row: 'PEER-3' } },
      { recipient: 'gone@dane.test', outcome: 'bounced', status: '5.1.1' },
    ]);
    expect(results[0]!.reports).toMatchObject([{ policyType: 'tlsa', success: 1, failure: 0 }]);
    expect(replay(programs, journal.attempts[0]!).kind).toBe('same');
    expect(told).toHaveLength(1);
  });

  it('lets nothing be sent to whoever cannot prove who he is, and blames him as a delivery does', async () => {
    const plan = await engine.plan('mismatch.test');
    const { socket } = await openUnderTls(plan.hosts[0]!);
    expect(await plan.hosts[0]!.judge(socket)).toMatchObject({ do: 'end', because: { row: 'PEER-6' } });
    const { results } = await plan.finish();
    expect(results).toMatchObject([{ outcome: 'deferred', status: '4.7.5', because: { row: 'PEER-6' } }]);
    expect(results[0]!.reports).toMatchObject([{ policyType: 'tlsa', success: 0, failure: 1 }]);
  });

  it('leaves out hosts that an enforced policy does not list, and says why', async () => {
    const plan = await engine.plan('sts.test');
    expect(plan.hosts.map(({ host, connect }) => [host, connect])).toEqual([
      ['mx.elsewhere.test', false],
      ['mx.sts.test', true],
    ]);
    expect(plan.hosts[0]!.addresses).toEqual([]);
    expect(plan.hosts[0]!.decisions.at(-1)?.verdict).not.toBe('connect');
    const { client, socket } = await openUnderTls(plan.hosts[1]!);
    const hello = await plan.hosts[1]!.judge(socket);
    expect(hello.do).toBe('hello');
    const verdict = await plan.hosts[1]!.judgeHello(await client.say('EHLO host.test'));
    expect(verdict.do).toBe('send');
    const { results } = await plan.finish('250 2.0.0 taken');
    expect(results).toMatchObject([{ outcome: 'delivered', authentication: 'pkix', mx: 'mx.sts.test' }]);
  });

  it('says whether mail may go in clear where STARTTLS is missing, and where it does not work', async () => {
    const clear = await engine.plan('clear.test');
    const client = await open(clear.hosts[0]!);
    expect(await clear.hosts[0]!.judgeStartTls({ ehlo: await client.say('EHLO host.test') })).toMatchObject({
      do: 'send',
      because: { table: 'message-fit' },
    });
    expect((await clear.finish('250 ok')).results).toMatchObject([{ outcome: 'delivered', tls: null }]);

    const broken = await engine.plan('broken.test');
    const error = await openUnderTls(broken.hosts[0]!).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    const again = await broken.hosts[0]!.judgeStartTls({ handshake: error });
    expect(again).toMatchObject({ do: 'connect', cleartext: true, address: broken.hosts[0]!.addresses[0] });
    expect((await broken.hosts[0]!.judgeStartTls({ offered: true })).do).toBe('send');
    expect((await broken.finish('250 ok')).results).toMatchObject([
      { outcome: 'delivered', cleartextRetry: true },
    ]);

    const dane = await engine.plan('dane.test');
    expect(await dane.hosts[0]!.judgeStartTls({ offered: false })).toMatchObject({
      do: 'end',
      because: { table: 'start-tls', verdict: 'give-up' },
    });
    expect((await dane.finish()).results).toMatchObject([{ outcome: 'deferred', status: '4.7.5' }]);
  });

  it('lets a message that requires TLS go only where REQUIRETLS is offered under TLS', async () => {
    const plan = await engine.plan('required.test', { requireTls: 'yes' });
    const { client, socket } = await openUnderTls(plan.hosts[0]!);
    const ehlo = await client.say('EHLO host.test');
    expect(ehlo).not.toContain('REQUIRETLS');
    expect(await plan.hosts[0]!.judge(socket, { ehlo })).toMatchObject({
      do: 'end',
      because: { table: 'requiretls-keyword' },
    });
    expect((await plan.finish()).results).toMatchObject([{ outcome: 'bounced', status: '5.7.30' }]);
  });

  it('goes on to the next host for those who are left, and counts hosts that were passed over as not reached', async () => {
    const plan = await engine.plan('two.test', { to: ['a@two.test', 'b@two.test'] });
    const [first, second] = plan.hosts;
    const one = await openUnderTls(first!);
    expect((await first!.judge(one.socket, { ehlo: await one.client.say('EHLO host.test') })).do).toBe(
      'send',
    );
    expect((await first!.sent({ recipients: { 'b@two.test': '450 4.2.1 later' }, end: '250 ok' })).do).toBe(
      'leave',
    );
    const two = await openUnderTls(second!);
    expect(await second!.judge(two.socket, { ehlo: await two.client.say('EHLO host.test') })).toMatchObject({
      do: 'send',
      recipients: ['b@two.test'],
    });
    expect((await plan.finish('250 ok')).results.map(({ outcome, mx }) => [outcome, mx])).toEqual([
      ['delivered', 'mx1.two.test'],
      ['delivered', 'mx2.two.test'],
    ]);

    const passed = await engine.plan('two.test');
    const { client, socket } = await openUnderTls(passed.hosts[1]!);
    const ehlo = await client.say('EHLO host.test');
    expect((await passed.hosts[1]!.judge(socket, { ehlo })).do).toBe('send');
    await expect(passed.hosts[0]!.judgeStartTls({ offered: true })).rejects.toMatchObject({
      code: 'WAXSEAL_OUT_OF_TURN',
    });
    expect((await passed.finish('250 ok')).results).toMatchObject([
      { outcome: 'delivered', mx: 'mx2.two.test' },
    ]);
  });

  it('makes wait whom nobody served, and counts no session that there was not', async () => {
    const untouched = await engine.plan('dane.test');
    expect((await untouched.finish()).results).toMatchObject([
      { outcome: 'deferred', status: '4.3.0', reports: [] },
    ]);
    const refused = await engine.plan('two.test');
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    expect((await refused.hosts[0]!.judgeStartTls({ connect: error })).do).toBe('leave');
    expect((await refused.hosts[1]!.judgeStartTls({ connect: error })).do).toBe('end');
    expect((await refused.finish()).results).toMatchObject([{ outcome: 'deferred', status: '4.4.1' }]);
    const none = await engine.plan('none.test');
    expect(none.hosts).toEqual([]);
    expect((await none.finish()).results).toMatchObject([{ outcome: 'bounced', status: '5.1.10' }]);
  });

  it('is finished once, and stopped by the signal of the caller', async () => {
    const plan = await engine.plan('two.test');
    expect(await plan.finish()).toBe(await plan.finish());
    expect(told).toHaveLength(1);
    const stop = new AbortController();
    const stopped = await engine.plan('two.test', {}, { signal: stop.signal });
    expect(await stopped.turn()).toMatchObject({ type: 'smtp.connect', host: 'mx1.two.test' });
    stop.abort();
    expect((await stopped.hosts[0]!.judgeStartTls({ offered: true })).do).toBe('end');
    expect((await stopped.finish()).results).toMatchObject([{ outcome: 'deferred', status: '4.3.0' }]);
  });

  it('refuses what cannot be meant, and says what to do', async () => {
    await expect(engine.plan('no domain')).rejects.toMatchObject({ code: 'WAXSEAL_BAD_DOMAIN' });
    await expect(engine.plan('two.test', { to: ['a@dane.test'] })).rejects.toMatchObject({
      code: 'WAXSEAL_BAD_ADDRESS',
    });
    const plan = await engine.plan('dane.test');
    await expect(plan.hosts[0]!.judge(await open(plan.hosts[0]!))).rejects.toMatchObject({
      code: 'WAXSEAL_OUT_OF_TURN',
    });
    await expect(plan.hosts[0]!.sent('250 ok')).rejects.toMatchObject({ code: 'WAXSEAL_OUT_OF_TURN' });
    await expect(plan.answer({ kind: 'nonsense' })).rejects.toMatchObject({ code: 'WAXSEAL_OUT_OF_TURN' });
    const { socket } = await openUnderTls(plan.hosts[0]!);
    await expect(plan.hosts[0]!.judge(socket, { address: '192.0.2.1' })).rejects.toThrow('is no address of');
    expect((await plan.hosts[0]!.judge(socket)).do).toBe('hello');
    await plan.finish();
  });

  it('takes no resumed session for a proof', async () => {
    const plan = await engine.plan('dane.test');
    const { socket } = await openUnderTls(plan.hosts[0]!);
    socket.isSessionReused = () => true;
    expect(await plan.hosts[0]!.judge(socket)).toMatchObject({
      do: 'end',
      because: { verdict: expect.stringMatching(/^refuse/) },
    });
    await plan.finish();
  });
});
