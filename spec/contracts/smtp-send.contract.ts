import { expect } from 'vitest';
import type { MailHost, World } from '../../src/adapters/scripted/index.js';
import type { AnswerOf } from '../../src/effects/catalog.js';
import type { Reply } from '../../src/policy/smtp/reply.js';
import { describeContract, type Exceptions } from './clauses.fixture.js';
import {
  coded,
  conversations,
  expectAllLost,
  lost,
  NOTHING,
  octets,
  saying,
  TEXT,
} from './conversation.fixture.js';
import type { Start, Subject } from './subject.fixture.js';

type SendSubject = Pick<Subject, 'open' | 'port' | 'addressOf' | 'taken'>;

const HOSTS = {
  mx: {},
  other: {},
  few: { keywords: ['SIZE'] },
  'mail-550': { replies: { mail: '550 5.1.8 not you' } },
  'mail-close': { replies: { mail: 'close' } },
  'rcpt-550': { replies: { rcpt: { '*': '550 5.1.1 who?' } } },
  'rcpt-some': { replies: { rcpt: { 'b@x.example': '451 4.2.0 later', 'c@x.example': '550 5.1.1 who?' } } },
  'rcpt-354': { replies: { rcpt: { 'b@x.example': '354 go ahead' } } },
  'rcpt-close': { replies: { rcpt: { 'b@x.example': 'close' } } },
  'data-451': { replies: { data: '451 4.3.0 no' } },
  'data-250': { replies: { data: '250 2.0.0 thanks' } },
  'data-close': { replies: { data: 'close' } },
  'end-554': { replies: { end: '554 5.6.0 bad words' } },
  'end-452': { replies: { end: '452-4.3.1 full\n452 4.3.1 for now' } },
  'end-close': { replies: { end: 'close' } },
} satisfies Record<string, MailHost>;
type HostId = keyof typeof HOSTS;
const world: World = { dns: {}, mail: HOSTS };

const OK = coded(250);
const [a, b, c] = ['a@x.example', 'b@x.example', 'c@x.example'] as const;

/** The answer to a transaction with two recipients that went well up to the message, but for what is said here. */
const answered = (own: Partial<AnswerOf<'smtp.send'>>): AnswerOf<'smtp.send'> => ({
  mail: OK,
  recipients: [OK, OK],
  data: coded(354),
  end: null,
  lost: null,
  ...own,
});

function clausesOf(subject: () => SendSubject) {
  const { introduced } = conversations<HostId>(subject);
  /** One transaction, command by command and as a group: what it is answered, and for whom the server took it. */
  const transacts =
    (id: HostId, recipients: readonly string[], answer: object, taken: readonly (readonly string[])[]) =>
    async (): Promise<void> => {
      for (const pipelining of ['no', 'yes'] as const) {
        const before = subject().taken(id).length;
        const met = await introduced(id);
        const sent = await met.send({ recipients, pipelining });
        const asked = pipelining === 'no' ? sent : beforeTheRefusal(sent);
        expect(asked, `pipelining: ${pipelining}`).toEqual(answer);
        const messages = subject().taken(id).slice(before);
        expect(messages.map((message) => message.recipients)).toEqual(taken);
        if (sent.lost !== null) await expectAllLost(met);
        else expect(await met.quit()).toEqual({ kind: 'closed' });
      }
    };

  return {
    'a transaction is answered stage by stage': transacts('mx', [a, b], answered({ end: OK }), [[a, b]]),
    'the null sender and parameters go along': async () => {
      const met = await introduced('mx');
      const ask = { sender: '', parameters: ['SIZE=26', 'BODY=8BITMIME', 'SMTPUTF8'] };
      expect(await met.send(ask)).toMatchObject({ end: { code: 250 } });
      expect(subject().taken('mx').at(-1)).toMatchObject({ ...ask, recipients: [a] });
    },
    'several messages on one connection': async () => {
      const met = await introduced('other');
      for (const recipient of [a, b, c]) {
        expect(await met.send({ recipients: [recipient] })).toMatchObject({ end: { code: 250 } });
      }
      const taken = subject().taken('other');
      expect(taken.map(({ recipients }) => recipients)).toEqual([[a], [b], [c]]);
    },
    'a parameter that was not announced is refused': async () => {
      const refused = { ...NOTHING, mail: coded(555), lost: null };
      expect(await (await introduced('few')).send({ parameters: ['SMTPUTF8'] })).toEqual(refused);
      // Before TLS it could not be kept (RFC 8689, Section 4.1).
      expect(await (await introduced('few')).send({ parameters: ['REQUIRETLS'] })).toEqual(refused);
    },
    'MAIL is refused': transacts(
      'mail-550',
      [a, b],
      answered({ mail: saying(550, '5.1.8 not you'), recipients: [null, null], data: null }),
      [],
    ),
    'the connection ends at MAIL': transacts(
      'mail-close',
      [a, b],
      answered({ mail: null, recipients: [null, null], data: null, lost: 'closed' }),
      [],
    ),
    'every recipient is refused': transacts(
      'rcpt-550',
      [a, b],
      answered({ recipients: [saying(550, '5.1.1 who?'), saying(550, '5.1.1 who?')], data: null }),
      [],
    ),
    'some recipients are refused': transacts(
      'rcpt-some',
      [a, b, c],
      answered({ recipients: [OK, saying(451, '4.2.0 later'), saying(550, '5.1.1 who?')], end: OK }),
      [[a]],
    ),
    'a recipient is answered out of step, and no message is sent (PIPE-3.1-2)': transacts(
      'rcpt-354',
      [a, b],
      answered({ recipients: [OK, saying(354, 'go ahead')], lost: 'malformed' }),
      [],
    ),
    'the connection ends at a recipient': transacts(
      'rcpt-close',
      [a, b, c],
      answered({ recipients: [OK, null, null], data: null, lost: 'closed' }),
      [],
    ),
    'DATA is refused': transacts('data-451', [a, b], answered({ data: saying(451, '4.3.0 no') }), []),
    'DATA is answered by another success, and no message is sent': transacts(
      'data-250',
      [a, b],
      answered({ data: saying(250, '2.0.0 thanks') }),
      [],
    ),
    'the connection ends at DATA': transacts(
      'data-close',
      [a, b],
      answered({ data: null, lost: 'closed' }),
      [],
    ),
    'the message is refused': transacts(
      'end-554',
      [a, b],
      answered({ end: saying(554, '5.6.0 bad words') }),
      [],
    ),
    'the message is refused for now': transacts(
      'end-452',
      [a, b],
      answered({ end: saying(452, '4.3.1 full', '4.3.1 for now') }),
      [],
    ),
    'the connection ends after the message': transacts(
      'end-close',
      [a, b],
      answered({ lost: 'closed', dotSent: 'yes' }),
      [],
    ),
    'in a group every command is answered': async () => {
      const refused = await (await introduced('mail-550')).send({ recipients: [a, b], pipelining: 'yes' });
      expect(refused).toMatchObject({ recipients: [coded(503), coded(503)], data: coded(503) });
      const nobody = await (await introduced('rcpt-550')).send({ recipients: [a, b], pipelining: 'yes' });
      expect(nobody).toMatchObject({ data: coded(554) });
    },
    'the octets of the message arrive as they are': async () => {
      const text = `${TEXT}.\r\n..\r\n.hidden\r\n\r\nQUIT\r\n.\r\ncaf\u00e9 \r\n${'.line\r\n'.repeat(30_000)}`;
      const whole = octets(text);
      const pieces = [
        whole.subarray(0, 27),
        whole.subarray(27, 28),
        whole.subarray(28, 34),
        whole.subarray(34),
      ];
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

/**
 * The commands of a group are on their way before the first is refused, so that there are replies where one by one
 * nothing would have been asked.
 */
function beforeTheRefusal(answer: AnswerOf<'smtp.send'>): AnswerOf<'smtp.send'> {
  const isRefused = (reply: Reply | null) => reply !== null && reply.code >= 400;
  if (isRefused(answer.mail)) return { ...answer, recipients: answer.recipients.map(() => null), data: null };
  return answer.recipients.every(isRefused) ? { ...answer, data: null } : answer;
}

/** Holds SMTP connections to the contract of `smtp.send`. */
export function smtpSendContract(
  adapter: string,
  start: Start<keyof SendSubject>,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describeContract(`smtp.send: ${adapter}`, () => start(world), clausesOf, exceptions);
}
