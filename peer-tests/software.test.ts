import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type OptAnswer, RECURSION_DESIRED, TRUNCATED_RESPONSE } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkResolver } from '../src/adapters/node/index.js';
import { differences } from './judgement.js';
import { ownStories } from './own-stories.js';
import { type PeerStory, type Peers, type Played, startPeers } from './peers.js';
import { inDomainsOfItsOwn } from './playable.js';

const names = Object.keys(ownStories) as (keyof typeof ownStories)[];
const told = Object.fromEntries(
  names.map((name, at) => [name, inDomainsOfItsOwn<PeerStory>(ownStories[name], at)]),
) as Record<keyof typeof ownStories, PeerStory>;

let peers: Peers;
beforeAll(async () => {
  peers = await startPeers(Object.values(told));
});
afterAll(() => peers?.stop());

/** Plays a story, which must go as told. */
async function play(name: keyof typeof ownStories): Promise<Played> {
  const played = await peers.play(told[name]);
  expect(differences(told[name], played)).toEqual([]);
  return played;
}

/** What the resolver answered to questions of that kind. */
function answers({ journal }: Played, type: 'dns.mx.answered' | 'dns.tlsa.answered'): readonly unknown[] {
  return journal.attempts.flatMap(({ entries }) =>
    entries.flatMap((entry) =>
      entry.kind === 'answer' && entry.event.type === type ? [entry.event.answer] : [],
    ),
  );
}

describe('Unbound', () => {
  it('calls expired signatures bogus, and why: the message waits (SEC-SVC-1, EDE-2-1)', async () => {
    expect(answers(await play('expired'), 'dns.mx.answered')).toEqual([
      { kind: 'failed', cause: 'bogus', extendedError: 7 },
    ]);
  });

  it('calls a wrong signature over MX records bogus: the message waits (SEC-SVC-1)', async () => {
    expect(answers(await play('spoiltMx'), 'dns.mx.answered')).toMatchObject([
      { kind: 'failed', cause: 'bogus' },
    ]);
  });

  it('calls a wrong signature over TLSA records bogus: nobody connects (DANE-2.1.2-4, DANE-10-1, TLSA-4.1-1)', async () => {
    const played = await play('spoiltTlsa');
    expect(answers(played, 'dns.tlsa.answered')).toMatchObject([{ kind: 'failed', cause: 'bogus' }]);
    expect(played.sessions).toEqual([]);
  });

  it('sets AD on the SOA record of the root, by which the self-test of a resolver sees that it validates', async () => {
    const { servers } = await checkResolver({ servers: [peers.resolver] });
    expect(servers[0]!.signed).toMatchObject({ kind: 'answered', rcode: 0, ad: 'set' });
  });

  it('is not believed if it is not trusted: no TLSA record counts (SEC-4035-4.9.3-1, DANE-2.1.1-4)', async () => {
    const { results } = await peers.play(told.mismatch, { trustAd: false });
    expect(results).toMatchObject([{ outcome: 'delivered', mxSecure: false, authentication: 'none' }]);
  });

  it('cuts off what no datagram holds, and gives it whole by TCP (DNS-1035-3)', async () => {
    expect(await isTruncated(`_2525._tcp.mx.a-${names.indexOf('manyRecords')}.example`)).toBe(true);
    expect(answers(await play('manyRecords'), 'dns.tlsa.answered')).toMatchObject([
      { kind: 'secure', records: { length: 41 } },
    ]);
  });

  it('makes aliases of a DNAME record, which are followed as others are (DANE-2.1.3-4, DANE-2.2.2-6)', async () => {
    await play('dname');
  });
});

/** Whether Unbound's answer by UDP, in the size that we ask for, has to be asked for again. */
async function isTruncated(name: string): Promise<boolean> {
  const socket = createSocket('udp4');
  const edns: OptAnswer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
  const query = encode({
    type: 'query',
    id: 1,
    flags: RECURSION_DESIRED,
    questions: [{ type: 'TLSA', name }],
    additionals: [edns],
  });
  socket.send(query, peers.resolver.port, peers.resolver.address);
  const [message] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return ((decode(message).flags ?? 0) & TRUNCATED_RESPONSE) !== 0;
}

describe('Postfix', () => {
  const commandsOf = ({ sessions }: Played) => sessions.map(({ commands }) => commands);

  it('hears QUIT right after TLS from who does not like its certificate (STLS-4.1-2, DANE-2.2-1)', async () => {
    expect(commandsOf(await play('mismatch'))).toEqual(['ehlo=1 starttls=1 quit=1 commands=3']);
  });

  it('hears EHLO once more after TLS, and no more than is needed (STLS-4.2-2)', async () => {
    expect(commandsOf(await play('match'))).toEqual([
      'ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7',
    ]);
  });

  it('without a certificate is left, and asked again in clear over a new connection (STLS-4-3, DANE-2.2-4)', async () => {
    expect(commandsOf(await play('noCertificate'))).toEqual([
      'ehlo=1 starttls=0/1 commands=1/2',
      'ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5',
    ]);
  });
});

describe('smtp-server', () => {
  it('hears REQUIRETLS on MAIL, having offered it inside TLS (RTLS-2-1, RTLS-2-5, RTLS-4.2.1-11)', async () => {
    const { sessions } = await play('requireTls');
    expect(sessions).toMatchObject([
      { tls: 'yes', taken: [{ parameters: expect.arrayContaining(['REQUIRETLS']) }] },
    ]);
  });

  it('is asked for the base domain of its TLSA records (DANE-8.1-1, DOPS-10.2-1, DANE-2.2.3-2)', async () => {
    const { sessions } = await play('alias');
    expect(sessions).toMatchObject([{ serverName: `mx.provider-${names.indexOf('alias')}.test` }]);
  });
});
