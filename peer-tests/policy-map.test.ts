/*
 * Real Postfix delivers by itself, under the policies that the map gives it, into a small internet. What came of each recipient is
 * held against what the engine alone makes of the same message: nothing may be delivered for less.
 */
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PolicyAnswer, type PolicyMap, policyMap } from '../src/hosts/postfix/index.js';
import {
  createNodeEngine,
  type NodeAdapters,
  nodeAdapters,
  readMessage,
  type Settings,
  settingsOf,
} from '../src/node.js';
import { type Internet, startInternet, type World } from '../src/testing/index.js';
import { run } from './daemon.js';
import { onPort53, type Port53 } from './port-53.js';
import { type PostfixClient, startPostfixClient } from './postfix-client.js';

type Records = NonNullable<World['dns']>[string];
type Host = NonNullable<World['mail']>[string];

interface Story {
  /** What Postfix is told. */
  readonly told: 'NOTFOUND' | 'TEMP' | 'encrypt' | 'dane' | 'dane-only' | 'secure';
  /** What becomes of its recipients. */
  readonly ends: 'sent' | 'deferred' | 'bounced';
  readonly mx?: Records;
  readonly mail?: Host;
  readonly tlsa?: Records;
  /** A second host. */
  readonly other?: { readonly mail?: Host; readonly tlsa?: Records };
  readonly policy?: string;
  readonly signed?: 'all' | 'hosts';
}

const NO_MATCH = `3 1 1 ${'00'.repeat(32)}`;
const enforce = (...mx: readonly string[]) =>
  `version: STSv1\nmode: enforce\n${mx.map((each) => `mx: ${each}\n`).join('')}max_age: 86400\n`;
const OWN_CA: Host = { certificate: { issuer: 'private-ca' } };

/** Each is a domain of its own. */
const STORIES: Readonly<Record<string, Story>> = {
  plain: { told: 'NOTFOUND', ends: 'sent' },
  'no-starttls': { told: 'NOTFOUND', ends: 'sent', mail: { starttls: 'not-offered' } },
  dane: { told: 'dane-only', ends: 'sent', signed: 'all', tlsa: ['3 1 1 @'] },
  'dane-ta': { told: 'dane-only', ends: 'sent', signed: 'all', tlsa: ['2 0 1 @:ca'], mail: OWN_CA },
  'dane-own-ca': { told: 'dane-only', ends: 'sent', signed: 'all', tlsa: ['3 1 1 @'], mail: OWN_CA },
  'dane-mismatch': { told: 'dane-only', ends: 'deferred', signed: 'all', tlsa: [NO_MATCH] },
  'dane-no-starttls': {
    ...{ told: 'dane-only', ends: 'deferred', signed: 'all', tlsa: ['3 1 1 @'] },
    mail: { starttls: 'not-offered' },
  },
  'dane-unusable': { told: 'encrypt', ends: 'sent', signed: 'all', tlsa: [`1 1 1 ${'00'.repeat(32)}`] },
  'unusable-no-starttls': {
    ...{ told: 'encrypt', ends: 'deferred', signed: 'all', tlsa: [`1 1 1 ${'00'.repeat(32)}`] },
    mail: { starttls: 'not-offered' },
  },
  'dane-lookup-fails': { told: 'TEMP', ends: 'deferred', signed: 'all', tlsa: { fails: 'servfail' } },
  'dane-bogus': { told: 'TEMP', ends: 'deferred', signed: 'all', tlsa: { fails: 'bogus' } },
  'dane-and-plain': { told: 'dane', ends: 'sent', signed: 'all', tlsa: [NO_MATCH], other: {} },
  'dane-and-no-starttls': {
    ...{ told: 'dane', ends: 'sent', signed: 'all', tlsa: [NO_MATCH] },
    other: { mail: { starttls: 'not-offered' } },
  },
  'dane-twice-mismatch': {
    ...{ told: 'dane-only', ends: 'deferred', signed: 'all', tlsa: [NO_MATCH] },
    other: { tlsa: [NO_MATCH] },
  },
  'one-lookup-fails': { told: 'dane', ends: 'sent', signed: 'all', tlsa: { fails: 'servfail' }, other: {} },
  'half-dane': { told: 'dane', ends: 'sent', signed: 'hosts', tlsa: ['3 1 1 @'] },
  'half-dane-mismatch': { told: 'dane', ends: 'deferred', signed: 'hosts', tlsa: [NO_MATCH] },
  sts: { told: 'secure', ends: 'sent', policy: enforce('mx.sts.test') },
  'sts-wildcard': { told: 'secure', ends: 'sent', policy: enforce('*.sts-wildcard.test') },
  'sts-other-mx': { told: 'TEMP', ends: 'deferred', policy: enforce('elsewhere.test') },
  'sts-own-ca': { told: 'secure', ends: 'deferred', policy: enforce('*.sts-own-ca.test'), mail: OWN_CA },
  'sts-other-name': {
    ...{ told: 'secure', ends: 'deferred', policy: enforce('*.sts-other-name.test') },
    mail: { certificate: { names: ['elsewhere.test'] } },
  },
  'sts-deep-name': {
    ...{ told: 'secure', ends: 'deferred', policy: enforce('*.sts-deep-name.test') },
    mail: { certificate: { names: ['a.b.sts-deep-name.test'] } },
  },
  'sts-no-starttls': {
    ...{ told: 'secure', ends: 'deferred', policy: enforce('*.sts-no-starttls.test') },
    mail: { starttls: 'not-offered' },
  },
  'sts-one-listed': { told: 'secure', ends: 'sent', policy: enforce('mx2.sts-one-listed.test'), other: {} },
  'sts-testing': {
    ...{ told: 'NOTFOUND', ends: 'sent', mail: OWN_CA },
    policy: enforce('elsewhere.test').replace('enforce', 'testing'),
  },
  both: {
    told: 'dane-only',
    ends: 'sent',
    signed: 'all',
    tlsa: ['3 1 1 @'],
    policy: enforce('mx.both.test'),
  },
  'both-mismatch': {
    ...{ told: 'dane-only', ends: 'deferred', signed: 'all', tlsa: [NO_MATCH] },
    policy: enforce('mx.both-mismatch.test'),
  },
  'both-own-ca': {
    ...{ told: 'dane-only', ends: 'sent', signed: 'all', tlsa: ['3 1 1 @'], mail: OWN_CA },
    policy: enforce('mx.both-own-ca.test'),
  },
  'both-other-mx': {
    ...{ told: 'TEMP', ends: 'deferred', signed: 'all', tlsa: ['3 1 1 @'] },
    policy: enforce('elsewhere.test'),
  },
  'half-dane-sts': {
    ...{ told: 'secure', ends: 'sent', signed: 'hosts', tlsa: ['3 1 1 @'] },
    policy: enforce('mx.half-dane-sts.test'),
  },
  'mx-fails': { told: 'TEMP', ends: 'deferred', mx: { fails: 'servfail' } },
  'null-mx': { told: 'NOTFOUND', ends: 'bounced', mx: ['0 .'] },
  refused: {
    told: 'NOTFOUND',
    ends: 'bounced',
    mail: { replies: { rcpt: { '*': '550 5.1.1 no such user' } } },
  },
  later: { told: 'NOTFOUND', ends: 'deferred', mail: { replies: { rcpt: { '*': '451 4.2.0 greylisted' } } } },
};
const names = Object.keys(STORIES);

function worldOf(): World {
  const dns: Record<string, Records> = {};
  const mail: Record<string, Host> = {};
  const policy: Record<string, NonNullable<World['policy']>[string]> = {};
  const signedZones: string[] = [];
  const placeHost = (host: string, behaves: Host = {}, tlsa?: Records) => {
    dns[`A ${host}`] = [`@${host}`];
    mail[host] = { certificate: { names: [host] }, ...behaves };
    if (tlsa === undefined) return;
    const placed = (records: readonly string[]) => records.map((record) => record.replace('@', `@${host}`));
    dns[`TLSA ${host}`] = 'length' in tlsa ? placed(tlsa) : tlsa;
  };
  for (const [name, story] of Object.entries(STORIES)) {
    const domain = `${name}.test`;
    const hosts = story.other === undefined ? [`10 mx.${domain}`] : [`10 mx.${domain}`, `20 mx2.${domain}`];
    dns[`MX ${domain}`] =
      story.mx ?? (story.signed === 'hosts' ? { security: 'insecure', records: hosts } : hosts);
    placeHost(`mx.${domain}`, story.mail, story.tlsa);
    if (story.other !== undefined) placeHost(`mx2.${domain}`, story.other.mail, story.other.tlsa);
    if (story.signed !== undefined) signedZones.push(domain);
    if (story.policy === undefined) continue;
    dns[`TXT _mta-sts.${domain}`] = ['v=STSv1; id=1;'];
    dns[`A mta-sts.${domain}`] = [`@mta-sts.${domain}`];
    policy[`mta-sts.${domain}`] = { body: story.policy };
  }
  return { signedZones, dns, mail, policy };
}

describe('Postfix, under the policies of the map', () => {
  let internet: Internet;
  let port53: Port53;
  let adapters: NodeAdapters;
  let map: PolicyMap;
  let mapPort: number;
  let postfix: PostfixClient;
  const settings = (own: Partial<Settings> = {}) =>
    settingsOf('rfc', {
      ...{ port: internet.port, httpsPort: internet.httpsPort, privateAddresses: 'allow' },
      ...own,
    });

  beforeAll(async () => {
    internet = await startInternet(worldOf());
    port53 = await onPort53(internet.resolver);
    adapters = nodeAdapters({ resolver: internet.resolver, ca: [internet.caPem] });
    map = policyMap({ adapters, settings: settings() });
    const address = await map.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 });
    mapPort = address.kind === 'tcp' ? address.port : 0;
    postfix = await startPostfixClient({
      resolverAddress: internet.resolver.address,
      files: {
        'ca.pem': internet.caPem,
        // Other ports than 25 are all that a world without privileges has.
        transport: names.map((name) => `${name}.test smtp:${name}.test:${internet.port}\n`).join(''),
      },
      settings: [
        'transport_maps = texthash:$config_directory/transport',
        'smtp_tls_CAfile = $config_directory/ca.pem',
        'smtp_host_lookup = dns',
        // The three lines of the guide.
        'smtp_tls_security_level = dane',
        'smtp_dns_support_level = dnssec',
        `smtp_tls_policy_maps = socketmap:inet:127.0.0.1:${mapPort}:waxseal`,
      ],
    });
  });
  afterAll(async () => {
    await postfix?.stop();
    await map?.close(0);
    await adapters?.close();
    await port53?.stop();
    await internet?.close();
  });

  const wordOf = ({ reply }: PolicyAnswer) => reply.replace(/^OK /, '').split(' ')[0];

  it('is told what each story says, by its own client of socketmaps', async () => {
    for (const [name, { told }] of Object.entries(STORIES)) {
      const key = `${name}.test:${internet.port}`;
      const answer = await map.query(key);
      expect(wordOf(answer), name).toBe(told);
      const table = `socketmap:inet:127.0.0.1:${mapPort}:any-name`;
      const asked = run('postmap', 'postfix', [...postfix.config, '-q', key, table]);
      if (told === 'TEMP' || told === 'NOTFOUND') await expect(asked, name).rejects.toThrow();
      else expect(`OK ${(await asked).trim()}`, name).toBe(answer.reply);
    }
  }, 60_000);

  it(`delivers ${names.length} stories, two recipients each, for no less than the engine alone`, async () => {
    const to = names.flatMap((name) => [`u@${name}.test`, `v@${name}.test`]);
    const transport = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true });
    await transport.sendMail({
      envelope: { from: 's@sender.example', to },
      raw: 'From: <s@sender.example>\r\nSubject: all\r\nMessage-ID: <all@sender.example>\r\n\r\nHello.\r\n',
    });
    transport.close();
    const log = await postfix.handedOver(to.length);
    const ends = Object.fromEntries(log.map(({ recipient, status }) => [recipient, status]));
    const expected = Object.entries(STORIES).flatMap(([name, story]) => [
      [`u@${name}.test`, story.ends],
      [`v@${name}.test`, story.ends],
    ]);
    expect(ends, log.map(({ recipient, says }) => `${recipient} ${says}`).join('\n')).toEqual(
      Object.fromEntries(expected),
    );
    const received = new Map(
      names.flatMap((name) =>
        [`mx.${name}.test`, `mx2.${name}.test`].flatMap((host) =>
          STORIES[name]!.other === undefined && host.startsWith('mx2.')
            ? []
            : [[host, [...internet.received(host)]] as const],
        ),
      ),
    );
    await holdAgainst(
      settings(),
      to,
      received,
      async (domain) => (await map.query(`${domain}:${internet.port}`)).loses,
    );
  }, 120_000);

  /** Every message that a host took is one that the engine alone would have given it, except for what was said to be lost. */
  async function holdAgainst(
    own: Settings,
    to: readonly string[],
    received: ReadonlyMap<
      string,
      readonly { readonly tls: boolean; readonly recipients: readonly string[] }[]
    >,
    losesOf: (domain: string) => Promise<readonly string[]>,
  ): Promise<void> {
    const engine = createNodeEngine({ resolver: internet.resolver, ca: [internet.caPem], settings: own });
    const lenient = createNodeEngine({
      ...{ resolver: internet.resolver, ca: [internet.caPem] },
      settings: { ...own, whenDanePasses: 'skip-pkix' },
    });
    const message = readMessage(Buffer.from('Subject: x\r\n\r\n'), to);
    const mail = {
      ...{ from: 's@sender.example', to, content: message.content },
      facts: { ...message.facts, requireTls: 'no', report: 'none' } as const,
    };
    const [alone, without] = [await engine.deliver(mail), await lenient.deliver(mail)];
    let taken = 0;
    for (const [host, messages] of received)
      for (const { tls, recipients } of messages)
        for (const recipient of recipients) {
          taken++;
          const at = to.indexOf(recipient);
          const loses = await losesOf(recipient.slice(2));
          const result = loses.some((loss) => loss.startsWith('The certificate '))
            ? without.results[at]!
            : alone.results[at]!;
          expect(result, recipient).toMatchObject({ outcome: 'delivered', mx: host });
          if (result.tls !== null) expect(tls, recipient).toBe(true);
        }
    expect(taken).toBeGreaterThan(20);
    await engine.close();
    await lenient.close();
  }
});
