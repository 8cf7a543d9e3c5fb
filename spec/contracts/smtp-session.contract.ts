import { expect } from 'vitest';
import type { MailHost, World } from '../../src/adapters/scripted/index.js';
import type { HandshakeAnswer } from '../../src/effects/catalog.js';
import type { LostCause, Reply } from '../../src/policy/smtp/reply.js';
import { describeContract, type Exceptions } from './clauses.fixture.js';
import {
  type Conversation,
  coded,
  conversations,
  DEADLINE_MS,
  expectAllLost,
  lost,
  MESSAGE,
  NOTHING,
  replied,
  saying,
} from './conversation.fixture.js';
import type { Start, Subject } from './subject.fixture.js';

type SessionSubject = Pick<Subject, 'open' | 'port' | 'addressOf' | 'taken'>;

const HOSTS = {
  mx: {},
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
} satisfies Record<string, MailHost>;
type HostId = keyof typeof HOSTS;
const world: World = { dns: {}, mail: HOSTS };

const DEFAULT_KEYWORDS = ['PIPELINING', '8BITMIME', 'SIZE 10485760', 'ENHANCEDSTATUSCODES', 'SMTPUTF8'];

type Failed = Extract<HandshakeAnswer, { kind: 'failed' }>;
const failed = (cause: Failed['cause'], code: string): Failed => ({ kind: 'failed', cause, code });

function clausesOf(subject: () => SessionSubject) {
  const { meet, greeted, introduced, secured } = conversations<HostId>(subject);
  const refusesTls = (id: HostId, reply: Reply) => async (): Promise<void> => {
    const met = await introduced(id);
    expect(await met.startTls()).toEqual(replied(reply));
    expect(await met.send()).toMatchObject({ end: { code: 250 }, lost: null });
    expect(subject().taken(id).at(-1)).toMatchObject({ tls: 'no' });
  };
  const failsInTls = (id: HostId, reply: Reply, failure: HandshakeAnswer) => async (): Promise<void> => {
    const met = await introduced(id);
    expect(await met.startTls()).toEqual(replied(reply));
    expect(await met.handshake()).toEqual(failure);
    expect(await met.inspect()).toMatchObject({ kind: 'unreadable' });
    await expectAllLost(met);
  };
  const isLostOnGreeting =
    (id: HostId, cause: LostCause, greetingMs = DEADLINE_MS, own: { readonly said?: string } = {}) =>
    async (): Promise<void> => {
      const met = meet(id);
      expect(await met.connect({ greetingMs })).toEqual({
        ...lost(cause),
        ...own,
        address: subject().addressOf(id),
      });
      await expectAllLost(met);
    };
  const fresh = () => meet('mx');
  const stages = {
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
    'a greeting comes with the address that the connection is from': async () => {
      expect(await meet('wordy').connect()).toEqual({
        kind: 'greeted',
        reply: saying(220, 'welcome', 'to this place'),
        localAddress: expect.stringMatching(/^127\.\d+\.\d+\.\d+$/),
        address: subject().addressOf('wordy'),
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
    'of two addresses the first that stands is used, and the answer names it': async () => {
      const { addressOf } = subject();
      const to = (id: HostId, afterMs = 20_000) => ({ alternate: { address: addressOf(id), afterMs } });
      const met = meet('mx');
      expect(await met.connect(to('few'))).toMatchObject({ kind: 'greeted', address: addressOf('mx') });
      expect(await met.hello()).toEqual(replied(saying(250, 'mx', ...DEFAULT_KEYWORDS, 'STARTTLS')));
      // The alternate does not wait for its time where the first has failed.
      const second = meet('refusing');
      expect(await second.connect(to('few'))).toMatchObject({ kind: 'greeted', address: addressOf('few') });
      expect(await second.hello()).toEqual(replied(saying(250, 'few', 'SIZE', 'STARTTLS')));
      expect(await second.startTls()).toEqual(replied(coded(220)));
      expect(await second.handshake()).toMatchObject({ kind: 'established' });
      expect((await second.inspect()) as object).toMatchObject({ chain: [{ dnsNames: ['few'] }] });
    },
    'a connection that stands wins, though nobody greets on it': async () => {
      const { addressOf } = subject();
      const met = meet('hanging');
      const alternate = { address: addressOf('mx'), afterMs: 20_000 };
      expect(await met.connect({ alternate })).toEqual({ ...lost('closed'), address: addressOf('hanging') });
      await expectAllLost(met);
    },
    'where nothing listens at either address the connection is refused': async () => {
      const met = meet('refusing');
      const alternate = { address: subject().addressOf('refusing'), afterMs: 0 };
      expect(await met.connect({ alternate })).toEqual({ kind: 'failed', cause: 'refused' });
      await expectAllLost(met);
    },
    'silence is lost to the deadline': isLostOnGreeting('silent', 'timeout', 1000),
    'a server that closes instead of greeting': isLostOnGreeting('hanging', 'closed'),
    'a server of another protocol': isLostOnGreeting('foreign', 'malformed', DEADLINE_MS, {
      said: HOSTS.foreign.greeting,
    }),
    'a greeting of two codes is handed on with both': async () => {
      const met = meet('torn');
      expect(await met.connect()).toMatchObject({
        kind: 'greeted',
        reply: { code: 550, lines: ['one', 'two'], codes: [220, 550] },
      });
      expect(await met.quit()).toEqual({ kind: 'closed' });
    },

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

    'STARTTLS and a handshake lead to TLS, and to keywords of its own': async () => {
      const met = await secured('few');
      expect(await met.hello()).toEqual(replied(saying(250, 'few', 'PIPELINING', 'REQUIRETLS')));
      expect(await met.startTls()).toEqual(replied(coded(503)));
      expect(await met.send({ parameters: ['REQUIRETLS'] })).toMatchObject({
        end: { code: 250 },
        lost: null,
      });
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
      expect(await met.inspect()).toMatchObject({ kind: 'presented', path: { kind: 'trusted' } });
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
      // An address is none (RFC 6066, Section 3).
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
      const timeout = lost('timeout');
      const givesUp = async <A>(met: Conversation, asked: Promise<A>, answer: A) => {
        expect(await asked).toEqual(answer);
        await expectAllLost(met);
      };
      const unmade = fresh();
      await givesUp(unmade, unmade.connect({}, gone), { kind: 'failed', cause: 'timeout' });
      const unheard = await greeted('mx');
      await givesUp(unheard, unheard.hello({}, gone), timeout);
      const inClear = await introduced('mx');
      await givesUp(inClear, inClear.startTls(gone), timeout);
      const ready = await stages['about to shake hands']();
      await givesUp(ready, ready.handshake(null, gone), failed('timeout', 'ETIMEDOUT'));
      const loaded = await secured('mx');
      await loaded.hello();
      await givesUp(loaded, loaded.send({}, MESSAGE, gone), { ...NOTHING, lost: 'aborted' });

      const silent = meet('silent');
      const patient = { deadlineMs: 600_000, greetingMs: 600_000 };
      expect(await silent.connect(patient, AbortSignal.timeout(20))).not.toMatchObject({
        kind: 'greeted',
      });
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

/** Holds SMTP connections to the contract of `smtp.connect`, `hello`, `starttls`, `quit` and `tls.handshake`. */
export function smtpSessionContract(
  adapter: string,
  start: Start<keyof SessionSubject>,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describeContract(`smtp.session: ${adapter}`, () => start(world), clausesOf, exceptions);
}
