import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import type { AnswerOf, AskOf, CommandAnswer, HandshakeAnswer, StartTlsAnswer } from '../../effects/catalog.js';
import type { MessageSource } from '../../effects/ports.js';
import type { CertificateFacts, PeerFacts, SignatureFact, TrustPath } from '../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import type { LostCause, Reply } from '../../policy/smtp/reply.js';
import type { Certificate, MailHost, World } from '../scripted/index.js';
import { type Exceptions, holdTo } from './clauses.fixture.js';
import { journalled } from './journalled.fixture.js';
import type { Start, Subject } from './subject.fixture.js';

type SessionSubject = Pick<Subject, 'open' | 'dns' | 'port' | 'addressOf' | 'taken' | 'now'>;

const HOSTS = {
  mx: {},
  other: {},
  refusing: { connect: 'refuse' },
  silent: { connect: 'silent' },
  wordy: { greeting: '220-welcome\n220 to this place' },
  unwilling: { greeting: '554 5.3.2 no service' },
  busy: { greeting: '421 4.3.2 later' },
  hanging: { greeting: 'close' },
  foreign: { greeting: 'HTTP/1.1 400 Bad Request' },
  torn: { greeting: '220-one\n550 two' },
  old: { replies: { ehlo: '500 5.5.2 what?', helo: '250 hi' } },
  older: { replies: { ehlo: '502 no', helo: '504 neither' } },
  'closes-at-ehlo': { replies: { ehlo: 'close' } },
  'closes-at-helo': { replies: { helo: 'close' } },
  few: { keywords: ['SIZE'], keywordsAfterTls: ['PIPELINING', 'REQUIRETLS'] },
  none: { keywords: [], starttls: 'not-offered' },
  'later-tls': { starttls: '454 4.7.0 not now' },
  'no-tls': { starttls: '502 5.5.1 no' },
  'odd-tls': { starttls: '250 2.0.0 as you like' },
  'own-words': { starttls: '220 here we go' },
  injected: { starttls: 'injected' },
  broken: { starttls: 'broken' },
  closes: { starttls: 'closes' },
  'old-tls': { starttls: 'old' },
  'late-alert': { starttls: 'late-alert' },
  'refuses-after-tls': { replies: { ehloAfterTls: '550 5.7.1 not you' } },
  'closes-after-tls': { replies: { ehloAfterTls: 'close' } },
  'mail-550': { replies: { mail: '550 5.1.8 not you' } },
  'mail-close': { replies: { mail: 'close' } },
  'rcpt-550': { replies: { rcpt: { '*': '550 5.1.1 who?' } } },
  'rcpt-some': { replies: { rcpt: { 'b@x.example': '451 4.2.0 later', 'c@x.example': '550 5.1.1 who?' } } },
  'rcpt-close': { replies: { rcpt: { 'b@x.example': 'close' } } },
  'data-451': { replies: { data: '451 4.3.0 no' } },
  'data-250': { replies: { data: '250 2.0.0 thanks' } },
  'data-close': { replies: { data: 'close' } },
  'end-554': { replies: { end: '554 5.6.0 bad words' } },
  'end-452': { replies: { end: '452-4.3.1 full\n452 4.3.1 for now' } },
  'end-close': { replies: { end: 'close' } },
} satisfies Record<string, MailHost>;
type HostId = keyof typeof HOSTS;

interface Sight {
  readonly certificate: Certificate;
  /** What is sent, leaf first. */
  readonly chain: readonly ('leaf' | 'intermediate' | 'anchor')[];
  readonly path: TrustPath;
  /** As "SUBJECT < SOURCE INDEX", for the records of ANCHOR_RECORDS. */
  readonly signatures: readonly string[];
}

const TRUSTED: TrustPath = { kind: 'trusted' };
const untrusted = (cause: Extract<TrustPath, { kind: 'untrusted' }>['cause'], code: string): TrustPath => ({
  kind: 'untrusted',
  cause,
  code,
});
const UNVERIFIABLE = untrusted('unknown-issuer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
const UNKNOWN_ROOT = untrusted('self-signed', 'SELF_SIGNED_CERT_IN_CHAIN');
const SELF_SIGNED = untrusted('self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT');

/** The host's trust anchor as a certificate and as a key, its digest, the leaf as a key, and what is no key at all. */
const ANCHOR_RECORDS = (id: string) => [
  `2 0 0 @${id}:ca`,
  `2 1 0 @${id}:ca`,
  `2 0 1 @${id}:ca`,
  `2 1 0 @${id}`,
  `3 0 0 @${id}`,
  '2 0 0 3003020101',
  '2 1 0 00',
  '# 02',
];
const LEAF_BY_ANCHOR = ['0 < tlsa 0', '0 < tlsa 1'];
const LEAF_AND_ANCHOR = [...LEAF_BY_ANCHOR, '0 < chain 1', '1 < tlsa 0', '1 < tlsa 1', '1 < chain 1'];
const LEAF_BY_INTERMEDIATE = ['0 < chain 1', '1 < tlsa 0', '1 < tlsa 1'];

const SIGHTS = {
  ca: { certificate: {}, chain: ['leaf'], path: TRUSTED, signatures: LEAF_BY_ANCHOR },
  'ca-leaf': { certificate: { sends: 'leaf-only' }, chain: ['leaf'], path: TRUSTED, signatures: LEAF_BY_ANCHOR },
  'ca-full': {
    certificate: { sends: 'full' },
    chain: ['leaf', 'anchor'],
    path: TRUSTED,
    signatures: LEAF_AND_ANCHOR,
  },
  intermediate: {
    certificate: { issuer: 'intermediate' },
    chain: ['leaf', 'intermediate'],
    path: TRUSTED,
    signatures: LEAF_BY_INTERMEDIATE,
  },
  'intermediate-leaf': {
    certificate: { issuer: 'intermediate', sends: 'leaf-only' },
    chain: ['leaf'],
    path: UNVERIFIABLE,
    signatures: [],
  },
  'intermediate-full': {
    certificate: { issuer: 'intermediate', sends: 'full' },
    chain: ['leaf', 'intermediate', 'anchor'],
    path: TRUSTED,
    signatures: [...LEAF_BY_INTERMEDIATE, '1 < chain 2', '2 < tlsa 0', '2 < tlsa 1', '2 < chain 2'],
  },
  private: {
    certificate: { issuer: 'private-ca' },
    chain: ['leaf', 'anchor'],
    path: UNKNOWN_ROOT,
    signatures: LEAF_AND_ANCHOR,
  },
  'private-leaf': {
    certificate: { issuer: 'private-ca', sends: 'leaf-only' },
    chain: ['leaf'],
    path: UNVERIFIABLE,
    signatures: LEAF_BY_ANCHOR,
  },
  'private-above': {
    certificate: { issuer: 'private-ca', sends: 'intermediates' },
    chain: ['leaf'],
    path: UNVERIFIABLE,
    signatures: LEAF_BY_ANCHOR,
  },
  self: {
    certificate: { issuer: 'self' },
    chain: ['leaf'],
    path: SELF_SIGNED,
    signatures: [...LEAF_BY_ANCHOR, '0 < tlsa 3', '0 < chain 0'],
  },
  'self-full': {
    certificate: { issuer: 'self', sends: 'full' },
    chain: ['leaf'],
    path: SELF_SIGNED,
    signatures: [...LEAF_BY_ANCHOR, '0 < tlsa 3', '0 < chain 0'],
  },
  named: {
    certificate: { names: ['a.example', '*.B.example', 'mail.a.example'], commonName: 'Not.A.Name' },
    chain: ['leaf'],
    path: TRUSTED,
    signatures: LEAF_BY_ANCHOR,
  },
  nameless: {
    certificate: { names: [], commonName: 'mx.example', issuer: 'private-ca' },
    chain: ['leaf', 'anchor'],
    path: UNKNOWN_ROOT,
    signatures: LEAF_AND_ANCHOR,
  },
} satisfies Record<string, Sight>;
type SightId = keyof typeof SIGHTS;

/** The error found last is the one told, and dates are looked at last. */
const DATED = {
  expired: untrusted('expired', 'CERT_HAS_EXPIRED'),
  'not-yet-valid': untrusted('not-yet-valid', 'CERT_NOT_YET_VALID'),
} as const;
const datedId = (id: string, validity: keyof typeof DATED) => `${id}.${validity}`;

const certified = Object.entries<Sight>(SIGHTS).flatMap(([id, { certificate }]) => [
  [id, certificate] as const,
  ...(Object.keys(DATED) as (keyof typeof DATED)[]).map(
    (validity) => [datedId(id, validity), { names: [id], ...certificate, validity }] as const,
  ),
]);

const DIGESTS = ['3 0 0', '3 0 1', '3 0 2', '3 1 0', '3 1 1', '3 1 2'];

const world: World = {
  dns: {
    ...Object.fromEntries(certified.map(([id]) => [`TLSA ${id}`, ANCHOR_RECORDS(id)])),
    'TLSA digests': DIGESTS.map((parameters) => `${parameters} @private`),
    'TLSA anchor-digests': DIGESTS.map((parameters) => `${parameters.replace('3', '2')} @private:ca`),
    'TLSA strangers': ['2 0 0 @self', '2 1 0 @self', '2 0 0 @private:ca'],
    'TLSA ends': ['3 0 0 @private:ca', '3 1 1 @private'],
  },
  mail: {
    ...HOSTS,
    ...Object.fromEntries(certified.map(([id, certificate]) => [id, { certificate }])),
  },
};

const DEADLINE_MS = 20_000;
const DEFAULT_KEYWORDS = ['PIPELINING', '8BITMIME', 'SIZE 10485760', 'ENHANCEDSTATUSCODES', 'SMTPUTF8'];
const never = new AbortController().signal;

const saying = (code: number, ...lines: readonly string[]): Reply => ({ code, lines });
/** A reply in words of the server's own. */
const coded = (code: number): Reply => ({ code, lines: expect.toSatisfy((lines) => lines.length === 1) });
const replied = (reply: Reply): CommandAnswer & StartTlsAnswer => ({ kind: 'replied', reply });
const lost = (cause: LostCause) => ({ kind: 'lost', cause }) as const;
/** For whatever reason it was lost before. */
const stillLost = { kind: 'lost', cause: expect.any(String) };
const failed = (cause: Extract<HandshakeAnswer, { kind: 'failed' }>['cause'], code: string): HandshakeAnswer => ({
  kind: 'failed',
  cause,
  code,
});
const established = { kind: 'established', protocol: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/) };
const OK = coded(250);
const GO_AHEAD = coded(354);
const NOTHING = { mail: null, recipients: [null], data: null, end: null };

const octets = (text: string) => new TextEncoder().encode(text);
const TEXT = 'Subject: hello\r\n\r\nHello.\r\n';
const MESSAGE: MessageSource = () => [octets(TEXT)];

let sessions = 0;

/** One connection, and every answer of it held against the journal. */
function converse({ open, port, addressOf }: SessionSubject, id: string) {
  const connection = open();
  onTestFinished(() => connection.destroy());
  sessions += 1;
  const base = { session: sessions, deadlineMs: DEADLINE_MS };
  type Own<K extends 'smtp.connect' | 'smtp.hello' | 'smtp.send'> = Partial<AskOf<K>>;
  return {
    connect: (own: Own<'smtp.connect'> = {}, signal = never) =>
      journalled('smtp.connect', connection.connect({ ...base, address: addressOf(id), port, ...own }, signal)),
    hello: (own: Own<'smtp.hello'> = {}, signal = never) =>
      journalled('smtp.hello', connection.hello({ ...base, verb: 'EHLO', name: 'me.example', ...own }, signal)),
    startTls: (signal = never) => journalled('smtp.starttls', connection.startTls(base, signal)),
    handshake: (serverName: string | null = null, signal = never) =>
      journalled('tls.handshake', connection.handshake({ ...base, serverName }, signal)),
    inspect: (tlsa: readonly TlsaRecord[] = [], signal = never) =>
      journalled('peer.inspect', connection.inspect({ ...base, tlsa }, signal)),
    send: (own: Own<'smtp.send'> = {}, message = MESSAGE, signal = never) => {
      const envelope = { sender: 's@y.example', parameters: [], recipients: ['a@x.example'] };
      const ask = { ...base, ...envelope, pipelining: 'no', ...own } as const;
      return journalled('smtp.send', connection.send(ask, message, signal));
    },
    quit: (signal = never) => journalled('smtp.quit', connection.quit(base, signal)),
    destroy: () => connection.destroy(),
  };
}

type Conversation = ReturnType<typeof converse>;

/** What must be so once a connection is lost, and after QUIT. */
async function expectAllLost(with_: Conversation): Promise<void> {
  expect(await with_.hello()).toEqual(stillLost);
  expect(await with_.hello({ verb: 'HELO' })).toEqual(stillLost);
  expect(await with_.send()).toEqual({ ...NOTHING, lost: expect.any(String) });
  expect(await with_.startTls()).toEqual(stillLost);
  expect(await with_.handshake()).toMatchObject({ kind: 'failed' });
  expect(await with_.quit()).toEqual({ kind: 'closed' });
  expect(await with_.hello()).toEqual(stillLost);
}

function clausesOf(subject: () => SessionSubject) {
  const meet = (id: HostId | SightId | string) => converse(subject(), id);
  const greeted = async (id: HostId) => {
    const met = meet(id);
    expect(await met.connect()).toMatchObject({ kind: 'greeted' });
    return met;
  };
  /** Up to the reply to EHLO. */
  const introduced = async (id: HostId) => {
    const met = await greeted(id);
    expect(await met.hello()).toMatchObject({ reply: { code: 250 } });
    return met;
  };
  /** Up to the end of the handshake. */
  const secured = async (id: string, serverName: string | null = null) => {
    const met = meet(id);
    await met.connect();
    await met.hello();
    expect(await met.startTls()).toEqual(replied(coded(220)));
    expect(await met.handshake(serverName)).toEqual(established);
    return met;
  };
  const recordsAt = async (name: string): Promise<readonly TlsaRecord[]> => {
    const { dns, port } = subject();
    const answer = await dns['dns.tlsa']({ name: `_${port}._tcp.${name}`, deadlineMs: DEADLINE_MS }, never);
    if (answer.kind === 'failed') throw new Error(`the records of ${name} ${answer.cause}`);
    return answer.records;
  };
  const inspected = async (id: string, tlsa: readonly TlsaRecord[]) => {
    const facts = await (await secured(id)).inspect(tlsa);
    if (facts.kind !== 'presented') throw new Error(`${id} is ${facts.code}`);
    return facts;
  };
  const refusesTls =
    (id: HostId, reply: Reply) =>
    async (): Promise<void> => {
      const met = await introduced(id);
      expect(await met.startTls()).toEqual(replied(reply));
      expect(await met.send()).toMatchObject({ end: { code: 250 }, lost: null });
      expect(subject().taken(id).at(-1)).toMatchObject({ tls: 'no' });
    };
  const failsInTls =
    (id: HostId, reply: Reply, failure: HandshakeAnswer) =>
    async (): Promise<void> => {
      const met = await introduced(id);
      expect(await met.startTls()).toEqual(replied(reply));
      expect(await met.handshake()).toEqual(failure);
      expect(await met.inspect()).toMatchObject({ kind: 'unreadable' });
      await expectAllLost(met);
    };
  const isLostOnGreeting =
    (id: HostId, cause: LostCause, deadlineMs = DEADLINE_MS) =>
    async (): Promise<void> => {
      const met = meet(id);
      expect(await met.connect({ deadlineMs })).toEqual(lost(cause));
      await expectAllLost(met);
    };
  /** One transaction, command by command and as a group: what it is answered, and what the server took. */
  const transacts =
    (id: HostId, own: Partial<AskOf<'smtp.send'>>, answer: object, recipients: readonly string[] | null) =>
    async (): Promise<void> => {
      for (const pipelining of ['no', 'yes'] as const) {
        const before = subject().taken(id).length;
        const met = await introduced(id);
        const sent = await met.send({ ...own, pipelining });
        expect(pipelining === 'no' ? sent : beforeTheRefusal(sent), `pipelining: ${pipelining}`).toEqual(answer);
        const taken = subject().taken(id).slice(before);
        expect(taken.map((message) => message.recipients)).toEqual(recipients === null ? [] : [recipients]);
        if (sent.lost !== null) await expectAllLost(met);
        else expect(await met.quit()).toEqual({ kind: 'closed' });
      }
    };

  return {
    ...connecting(),
    ...startingTls(),
    ...sending(),
    ...inspecting(),
    ...ending(),
  };

  function connecting() {
    return {
      'a greeting comes with the address that the connection is from': async () => {
        expect(await meet('wordy').connect()).toEqual({
          kind: 'greeted',
          reply: saying(220, 'welcome', 'to this place'),
          localAddress: expect.stringMatching(/^127\.\d+\.\d+\.\d+$/),
        });
      },
      'a greeting that refuses is a greeting': async () => {
        expect(await meet('busy').connect()).toMatchObject({ reply: saying(421, '4.3.2 later') });
        const met = meet('unwilling');
        expect(await met.connect()).toMatchObject({ reply: saying(554, '5.3.2 no service') });
        expect(await met.hello()).toEqual(replied(coded(503)));
        expect(await met.startTls()).toEqual(replied(coded(503)));
        expect(await met.quit()).toEqual({ kind: 'closed' });
      },
      'where nothing listens the connection is refused': async () => {
        const refused = { kind: 'failed', cause: 'refused' };
        const met = meet('refusing');
        expect(await met.connect()).toEqual(refused);
        await expectAllLost(met);
        expect(await meet('mx').connect({ port: 1 })).toEqual(refused);
      },
      'silence is lost to the deadline': isLostOnGreeting('silent', 'timeout', 200),
      'a server that closes instead of greeting': isLostOnGreeting('hanging', 'closed'),
      'a server of another protocol': isLostOnGreeting('foreign', 'malformed'),
      'a greeting of two codes': isLostOnGreeting('torn', 'malformed'),

      'EHLO: keywords are lines': async () => {
        const met = await greeted('mx');
        const reply = saying(250, 'mx', ...DEFAULT_KEYWORDS, 'STARTTLS');
        expect(await met.hello()).toEqual(replied(reply));
        expect(await met.hello()).toEqual(replied(reply));
        expect(await (await greeted('few')).hello()).toEqual(replied(saying(250, 'few', 'SIZE', 'STARTTLS')));
        expect(await (await greeted('none')).hello()).toEqual(replied(saying(250, 'none')));
      },
      'HELO is one line': async () => {
        expect(await (await greeted('mx')).hello({ verb: 'HELO' })).toEqual(replied(saying(250, 'mx')));
      },
      'EHLO is refused and HELO is not': async () => {
        const met = await greeted('old');
        expect(await met.hello()).toEqual(replied(saying(500, '5.5.2 what?')));
        expect(await met.hello({ verb: 'HELO' })).toEqual(replied(saying(250, 'hi')));
        expect(await met.send()).toMatchObject({ end: { code: 250 } });
      },
      'both are refused': async () => {
        const met = await greeted('older');
        expect(await met.hello()).toEqual(replied(saying(502, 'no')));
        expect(await met.hello({ verb: 'HELO' })).toEqual(replied(saying(504, 'neither')));
        expect(await met.send()).toEqual({ ...NOTHING, mail: coded(503), lost: null });
      },
      'a server that closes at EHLO, or at HELO': async () => {
        const first = await greeted('closes-at-ehlo');
        expect(await first.hello()).toEqual(lost('closed'));
        await expectAllLost(first);
        const second = await greeted('closes-at-helo');
        expect(await second.hello({ verb: 'HELO' })).toEqual(lost('closed'));
        await expectAllLost(second);
      },
    };
  }

  function startingTls() {
    return {
      'STARTTLS and a handshake lead to TLS, and to keywords of its own': async () => {
        const met = await secured('few');
        expect(await met.hello()).toEqual(replied(saying(250, 'few', 'PIPELINING', 'REQUIRETLS')));
        expect(await met.startTls()).toEqual(replied(coded(503)));
        expect(await met.send({ parameters: ['REQUIRETLS'] })).toMatchObject({ end: { code: 250 }, lost: null });
        expect(subject().taken('few').at(-1)).toMatchObject({ tls: 'yes', parameters: ['REQUIRETLS'] });
      },
      'STARTTLS is not offered': refusesTls('none', coded(502)),
      'STARTTLS is refused for now': refusesTls('later-tls', saying(454, '4.7.0 not now')),
      'STARTTLS is refused for good': refusesTls('no-tls', saying(502, '5.5.1 no')),
      'STARTTLS is answered by another success, which starts no TLS': refusesTls(
        'odd-tls',
        saying(250, '2.0.0 as you like'),
      ),
      'STARTTLS before EHLO': async () => {
        expect(await (await greeted('mx')).startTls()).toEqual(replied(coded(503)));
      },
      'octets behind the reply are an injection, and no handshake follows': async () => {
        const met = await introduced('injected');
        expect(await met.startTls()).toEqual({ kind: 'injected', reply: coded(220) });
        expect(await met.handshake()).toMatchObject({ kind: 'failed' });
        expect(await met.inspect()).toMatchObject({ kind: 'unreadable' });
        await expectAllLost(met);
      },
      'what follows is no TLS': failsInTls(
        'broken',
        coded(220),
        failed('protocol', 'ERR_SSL_WRONG_VERSION_NUMBER'),
      ),
      'what follows is no TLS, after a reply in other words': failsInTls(
        'own-words',
        saying(220, 'here we go'),
        failed('protocol', 'ERR_SSL_WRONG_VERSION_NUMBER'),
      ),
      'nothing follows': failsInTls('closes', coded(220), failed('closed', 'ECONNRESET')),
      'only versions of TLS follow that are too old': failsInTls(
        'old-tls',
        coded(220),
        failed('alert', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'),
      ),
      'an alert after the handshake loses what comes next': async () => {
        const met = await secured('late-alert');
        expect(await met.inspect()).toMatchObject({ kind: 'presented', path: TRUSTED });
        expect(await met.hello()).toEqual(lost('tls-alert'));
        await expectAllLost(met);
      },
      'EHLO after TLS is refused, or ends the connection': async () => {
        const refused = await secured('refuses-after-tls');
        expect(await refused.hello()).toEqual(replied(saying(550, '5.7.1 not you')));
        expect(await refused.send()).toEqual({ ...NOTHING, mail: coded(503), lost: null });
        const closed = await secured('closes-after-tls');
        expect(await closed.hello()).toEqual(lost('closed'));
        await expectAllLost(closed);
      },
      'no handshake without STARTTLS': async () => {
        const met = await introduced('mx');
        expect(await met.handshake()).toMatchObject({ kind: 'failed', cause: 'closed' });
        const refused = await introduced('no-tls');
        await refused.startTls();
        expect(await refused.handshake()).toMatchObject({ kind: 'failed', cause: 'closed' });
        expect(await refused.inspect()).toMatchObject({ kind: 'unreadable' });
      },
      'the server name goes along where it is one': async () => {
        const names = [null, 'mx.example', 'mta.other.example', '192.0.2.1', '2001:db8::1'];
        for (const name of names) {
          const met = await secured('mx', name);
          await met.hello();
          await met.send();
        }
        const seen = subject().taken('mx').slice(-names.length);
        expect(seen.map(({ serverName }) => serverName)).toEqual([
          null,
          'mx.example',
          'mta.other.example',
          null,
          null,
        ]);
      },
    };
  }

  function sending() {
    const [a, b, c] = ['a@x.example', 'b@x.example', 'c@x.example'] as const;
    const two = { recipients: [a, b] };
    const three = { recipients: [a, b, c] };
    return {
      'a transaction is answered stage by stage': transacts(
        'mx',
        two,
        { mail: OK, recipients: [OK, OK], data: GO_AHEAD, end: OK, lost: null },
        [a, b],
      ),
      'the null sender and parameters go along': async () => {
        const met = await introduced('mx');
        const ask = { sender: '', parameters: ['SIZE=26', 'BODY=8BITMIME', 'SMTPUTF8'] };
        expect(await met.send(ask)).toMatchObject({ end: { code: 250 } });
        expect(subject().taken('mx').at(-1)).toMatchObject({ ...ask, recipients: [a] });
      },
      'several messages on one connection': async () => {
        const met = await introduced('other');
        for (const recipient of [a, b, c]) {
          expect(await met.send({ recipients: [recipient] })).toMatchObject({ end: { code: 250 }, lost: null });
        }
        expect(subject().taken('other').map(({ recipients }) => recipients)).toEqual([[a], [b], [c]]);
      },
      'a parameter that was not announced is refused': async () => {
        const refused = { ...NOTHING, mail: coded(555), lost: null };
        expect(await (await introduced('few')).send({ parameters: ['SMTPUTF8'] })).toEqual(refused);
        // Before TLS it could not be kept (RFC 8689, Section 4.1).
        expect(await (await introduced('few')).send({ parameters: ['REQUIRETLS'] })).toEqual(refused);
      },
      'MAIL is refused': transacts(
        'mail-550',
        two,
        { mail: saying(550, '5.1.8 not you'), recipients: [null, null], data: null, end: null, lost: null },
        null,
      ),
      'the connection ends at MAIL': transacts(
        'mail-close',
        two,
        { mail: null, recipients: [null, null], data: null, end: null, lost: 'closed' },
        null,
      ),
      'every recipient is refused': transacts(
        'rcpt-550',
        two,
        {
          mail: OK,
          recipients: [saying(550, '5.1.1 who?'), saying(550, '5.1.1 who?')],
          data: null,
          end: null,
          lost: null,
        },
        null,
      ),
      'some recipients are refused': transacts(
        'rcpt-some',
        three,
        {
          mail: OK,
          recipients: [OK, saying(451, '4.2.0 later'), saying(550, '5.1.1 who?')],
          data: GO_AHEAD,
          end: OK,
          lost: null,
        },
        [a],
      ),
      'the connection ends at a recipient': transacts(
        'rcpt-close',
        three,
        { mail: OK, recipients: [OK, null, null], data: null, end: null, lost: 'closed' },
        null,
      ),
      'DATA is refused': transacts(
        'data-451',
        two,
        { mail: OK, recipients: [OK, OK], data: saying(451, '4.3.0 no'), end: null, lost: null },
        null,
      ),
      'DATA is answered by another success, and no message is sent': transacts(
        'data-250',
        two,
        { mail: OK, recipients: [OK, OK], data: saying(250, '2.0.0 thanks'), end: null, lost: null },
        null,
      ),
      'the connection ends at DATA': transacts(
        'data-close',
        two,
        { mail: OK, recipients: [OK, OK], data: null, end: null, lost: 'closed' },
        null,
      ),
      'the message is refused': transacts(
        'end-554',
        two,
        { mail: OK, recipients: [OK, OK], data: GO_AHEAD, end: saying(554, '5.6.0 bad words'), lost: null },
        null,
      ),
      'the message is refused for now': transacts(
        'end-452',
        two,
        {
          mail: OK,
          recipients: [OK, OK],
          data: GO_AHEAD,
          end: saying(452, '4.3.1 full', '4.3.1 for now'),
          lost: null,
        },
        null,
      ),
      'the connection ends after the message': transacts(
        'end-close',
        two,
        { mail: OK, recipients: [OK, OK], data: GO_AHEAD, end: null, lost: 'closed' },
        null,
      ),
      'in a group every command is answered': async () => {
        const refused = await (await introduced('mail-550')).send({ ...two, pipelining: 'yes' });
        expect(refused).toMatchObject({ recipients: [coded(503), coded(503)], data: coded(503) });
        const nobody = await (await introduced('rcpt-550')).send({ ...two, pipelining: 'yes' });
        expect(nobody).toMatchObject({ data: coded(554) });
      },
      'the octets of the message arrive as they are': async () => {
        const text = `${TEXT}.\r\n..\r\n.hidden\r\n\r\nQUIT\r\n.\r\ncaf\u00e9 ${'x'.repeat(200_000)}\r\n`;
        const whole = octets(text);
        const pieces = [whole.subarray(0, 27), whole.subarray(27, 28), whole.subarray(28, 34), whole.subarray(34)];
        for (const pipelining of ['no', 'yes'] as const) {
          const met = await introduced('mx');
          expect(await met.send({ pipelining }, () => pieces)).toMatchObject({ end: { code: 250 } });
          expect(subject().taken('mx').at(-1)?.text === text).toBe(true);
        }
      },
      'half a message is never delivered': async () => {
        const before = subject().taken('mx').length;
        const met = await introduced('mx');
        const torn = function* () {
          yield octets(TEXT);
          throw new Error('the file is gone');
        };
        expect(await met.send({}, torn)).toMatchObject({ data: { code: 354 }, end: null, lost: 'closed' });
        await expectAllLost(met);
        expect(subject().taken('mx')).toHaveLength(before);
      },
      'no address breaks out of its line': async () => {
        const before = subject().taken('mx').length;
        const met = await introduced('mx');
        const evil = 'a@x.example>\r\nRCPT TO:<b@x.example';
        for (const own of [{ recipients: [evil] }, { sender: evil }, { parameters: ['SIZE=1\r\nRSET'] }]) {
          expect(await met.send(own)).toEqual({ ...NOTHING, lost: 'malformed' });
        }
        expect(await met.hello({ name: 'me\r\nRSET' })).toEqual(lost('malformed'));
        expect(subject().taken('mx')).toHaveLength(before);
      },
    };
  }

  function inspecting() {
    return {
      'before TLS there is nothing to inspect': async () => {
        expect(await (await introduced('mx')).inspect()).toEqual({ kind: 'unreadable', code: 'NO_TLS' });
      },
      'the chain is shown as it was sent, with its facts': async () => {
        for (const [id, { certificate, chain }] of Object.entries<Sight>(SIGHTS)) {
          const facts = await inspected(id, []);
          expect(facts.chain.map(withoutNamesAndDigests), id).toEqual(
            chain.map((role) => (role === 'leaf' ? leafOf(certificate) : role === 'anchor' ? ANCHOR : INTERMEDIATE)),
          );
          const [leaf, ...above] = facts.chain;
          expect(leaf.dnsNames, id).toEqual(certificate.names ?? [id]);
          expect(leaf.commonNames, id).toEqual(certificate.commonName === undefined ? [] : [certificate.commonName]);
          for (const authority of above) expect(authority.dnsNames, id).toEqual([]);
        }
      },
      'the path is judged without names, and its cause is the last that was found': async () => {
        for (const [id, { path }] of Object.entries<Sight>(SIGHTS)) {
          expect((await inspected(id, [])).path, id).toEqual(path);
          for (const [validity, hidden] of Object.entries(DATED)) {
            const dated = datedId(id, validity as keyof typeof DATED);
            expect((await inspected(dated, [])).path, dated).toEqual(hidden);
          }
        }
      },
      'dates are those of the certificate': async () => {
        const [{ now }, day] = [subject(), 86_400_000];
        const datesOf = async (id: string) => {
          const [{ notBefore, notAfter }] = (await inspected(id, [])).chain;
          return [notBefore, notAfter].map((at) => Math.sign(Math.round((at - now()) / day)));
        };
        expect(await datesOf('ca')).toEqual([-1, 1]);
        expect(await datesOf(datedId('ca', 'expired'))).toEqual([-1, -1]);
        expect(await datesOf(datedId('ca', 'not-yet-valid'))).toEqual([1, 1]);
      },
      'signatures verify under the keys of the chain and of the records': async () => {
        for (const [id, { signatures }] of Object.entries<Sight>(SIGHTS)) {
          const facts = await inspected(id, await recordsAt(id));
          expect(facts.signatures.map(signatureText).toSorted(), id).toEqual(signatures.toSorted());
        }
      },
      'dates do not matter to signatures': async () => {
        for (const validity of ['expired', 'not-yet-valid'] as const) {
          const id = datedId('intermediate', validity);
          const facts = await inspected(id, await recordsAt(id));
          expect(facts.signatures.map(signatureText).toSorted()).toEqual(SIGHTS.intermediate.signatures.toSorted());
        }
      },
      'whole certificates in records of usage 2 are shown': async () => {
        for (const [id, { chain, certificate }] of Object.entries<Sight>(SIGHTS)) {
          const { anchors, chain: sent } = await inspected(id, await recordsAt(id));
          const isSelf = certificate.issuer === 'self';
          expect(anchors.map((anchor) => anchor && withoutNamesAndDigests(anchor)), id).toEqual([
            isSelf ? leafOf(certificate) : ANCHOR,
            ...ANCHOR_RECORDS(id).slice(1).map(() => null),
          ]);
          if (isSelf || chain.includes('anchor')) expect(anchors[0], id).toEqual(sent.at(-1));
        }
      },
      'records of others verify nothing': async () => {
        const facts = await inspected('ca', await recordsAt('strangers'));
        expect(facts.signatures).toEqual([]);
        expect(facts.anchors.map((anchor) => anchor?.ca ?? null)).toEqual(['no', null, 'yes']);
      },
      'signatures are tried for records of usage 2 only': async () => {
        const facts = await inspected('private', await recordsAt('ends'));
        expect(facts).toMatchObject({ signatures: [], anchors: [null, null] });
        expect(await inspected('private', [])).toMatchObject({ signatures: [], anchors: [] });
      },
      'digests are those that TLSA records hold': async () => {
        const { chain } = await inspected('private', []);
        const held = async (name: string) =>
          (await recordsAt(name)).map((record) => record.kind === 'tlsa' && (record.digest ?? record.data));
        expect(await held('digests')).toEqual(digestsOf(chain[0]));
        expect(await held('anchor-digests')).toEqual(digestsOf(chain[1]!));
      },
      'the same peer is seen twice the same': async () => {
        const records = await recordsAt('private');
        const met = await secured('private');
        const first = await met.inspect(records);
        expect(await met.inspect(records)).toEqual(first);
        expect(await (await secured('private')).inspect(records)).toEqual(first);
        expect(await met.hello()).toMatchObject({ reply: { code: 250 } });
      },
    };
  }

  function ending() {
    const fresh = () => meet('mx');
    const stages: Readonly<Record<string, () => Promise<Conversation>>> = {
      new: async () => fresh(),
      greeted: () => greeted('mx'),
      introduced: () => introduced('mx'),
      'about to shake hands': async () => {
        const met = await introduced('mx');
        await met.startTls();
        return met;
      },
      secured: () => secured('mx'),
    };
    return {
      'after QUIT everything is lost, and QUIT again is harmless': async () => {
        for (const [stage, reach] of Object.entries(stages)) {
          const met = await reach();
          expect(await met.quit(), stage).toEqual({ kind: 'closed' });
          await expectAllLost(met);
        }
      },
      'destroying ends everything, is harmless twice, and never throws': async () => {
        for (const reach of Object.values(stages)) {
          const met = await reach();
          met.destroy();
          met.destroy();
          await expectAllLost(met);
          met.destroy();
        }
      },
      'before it is connected nothing is there': async () => {
        await expectAllLost(fresh());
        expect(await fresh().inspect()).toEqual({ kind: 'unreadable', code: 'NO_TLS' });
      },
      'connections do not disturb each other': async () => {
        const many = await Promise.all(Array.from({ length: 8 }, () => secured('mx')));
        many[3]!.destroy();
        const answers = await Promise.all(many.map((met) => met.hello()));
        expect(answers.map(({ kind }) => kind)).toEqual(
          many.map((_, index) => (index === 3 ? 'lost' : 'replied')),
        );
      },
      'gives up when the signal aborts': async () => {
        const gone = AbortSignal.abort();
        const connecting_ = fresh();
        expect(await connecting_.connect({}, gone)).toEqual({ kind: 'failed', cause: 'timeout' });
        await expectAllLost(connecting_);
        const met = await introduced('mx');
        expect(await met.send({}, MESSAGE, gone)).toEqual({ ...NOTHING, lost: 'timeout' });
        await expectAllLost(met);
        const began = performance.now();
        const waiting = meet('silent').connect({ deadlineMs: 100_000 }, AbortSignal.timeout(20));
        expect((await waiting).kind).not.toBe('greeted');
        expect(performance.now() - began).toBeLessThan(50_000);
      },
      'answers every question also where the signal has aborted': async () => {
        const gone = AbortSignal.abort();
        for (const reach of Object.values(stages)) {
          await (await reach()).connect({}, gone);
          await (await reach()).hello({}, gone);
          await (await reach()).startTls(gone);
          await (await reach()).handshake('mx', gone);
          await (await reach()).inspect([], gone);
          await (await reach()).send({}, MESSAGE, gone);
          await (await reach()).send({ pipelining: 'yes' }, MESSAGE, gone);
          expect(await (await reach()).quit(gone)).toEqual({ kind: 'closed' });
        }
      },
      'answers questions in any order': async () => {
        const orders: readonly (readonly (keyof Conversation)[])[] = [
          ['send', 'inspect', 'handshake', 'startTls', 'hello', 'connect'],
          ['connect', 'send', 'handshake', 'hello', 'send'],
          ['connect', 'startTls', 'hello', 'startTls', 'startTls', 'hello', 'handshake'],
          ['connect', 'hello', 'startTls', 'send', 'handshake', 'handshake', 'inspect'],
          ['connect', 'hello', 'startTls', 'inspect', 'quit', 'inspect', 'handshake'],
          ['quit', 'connect', 'hello'],
        ];
        for (const order of orders) {
          const met = fresh();
          for (const step of order) await met[step]();
        }
      },
    };
  }
}

/**
 * The commands of a group are on their way before the first is refused, so that there are replies where one by one
 * nothing would have been asked.
 */
function beforeTheRefusal(answer: AnswerOf<'smtp.send'>): AnswerOf<'smtp.send'> {
  const isRefused = (reply: Reply | null) => reply !== null && reply.code >= 400;
  if (isRefused(answer.mail)) return { ...answer, recipients: answer.recipients.map(() => null), data: null };
  return answer.recipients.every(isRefused) ? { ...answer, data: null } : answer;
}

const AUTHORITY = {
  ca: 'yes',
  certSign: 'yes',
  serverAuth: 'absent',
  pathLength: null,
  nameConstraints: { kind: 'absent' },
} as const;
const ANCHOR = { ...AUTHORITY, selfIssued: 'yes' } as const;
const INTERMEDIATE = { ...AUTHORITY, selfIssued: 'no' } as const;

function leafOf({ issuer }: Certificate) {
  const selfIssued = issuer === 'self' ? 'yes' : 'no';
  return { ...AUTHORITY, ca: 'no', certSign: 'no', serverAuth: 'yes', selfIssued };
}

/** Of authorities neither names nor dates are told by the world. */
function withoutNamesAndDigests(facts: CertificateFacts) {
  const { ca, certSign, serverAuth, pathLength, nameConstraints, selfIssued } = facts;
  return { ca, certSign, serverAuth, pathLength, nameConstraints, selfIssued };
}

function digestsOf(facts: CertificateFacts): readonly string[] {
  const { certificateSha256, certificateSha512, spkiSha256, spkiSha512 } = facts;
  return [certificateSha256, certificateSha256, certificateSha512, spkiSha256, spkiSha256, spkiSha512];
}

function signatureText({ subject, key }: SignatureFact): string {
  return `${subject} < ${key.from} ${key.index}`;
}

/** Holds SMTP connections to the contract of `smtp.*`, `tls.handshake` and `peer.inspect`. */
export function smtpSessionContract(
  adapter: string,
  start: Start<keyof SessionSubject>,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describe(`smtp.session: ${adapter}`, () => {
    let subject: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      subject = await start(world);
    });
    afterAll(() => subject.close());
    holdTo(
      clausesOf(() => subject),
      exceptions,
    );
  });
}
