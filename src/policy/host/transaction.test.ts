import { describe, expect, it } from 'vitest';
import {
  judgeReply,
  judgeTransaction,
  type Stage,
  stateOf,
  strayReply,
  type TransactionReplies,
} from './transaction.js';

const CODES = Array.from({ length: 400 }, (_, at) => 200 + at);
const FACTS = { attempt: 1, families: 'one', overridden: 'no', relay: 'no' } as const;

/** What a code of that class means at that stage: 2yz, 3yz, 4yz, 5yz. */
const MEANINGS: readonly (readonly [Stage, readonly string[]])[] = [
  ['greeting', ['go-on', 'next-host', 'next-host', 'next-host']],
  ['ehlo', ['go-on', 'next-host', 'next-host', 'say-helo']],
  ['hello', ['go-on', 'next-host', 'next-host', 'next-host']],
  ['mail', ['go-on', 'next-host', 'next-host', 'bounce']],
  ['rcpt', ['go-on', 'next-host', 'next-host', 'bounce']],
  ['data', ['next-host', 'go-on', 'next-host', 'bounce']],
  ['end', ['delivered', 'next-host', 'next-host', 'bounce']],
];

describe('a reply', () => {
  it.each(MEANINGS)(
    'at %s means what its first digit says, whatever the others are (SMTP-4.2-1, SMTP-4.3.2-1)',
    (stage, meanings) => {
      for (const code of CODES) {
        const { verdict } = judgeReply(stage, { code, lines: [''] }, FACTS);
        expect([code, verdict]).toEqual([code, meanings[Math.floor(code / 100) - 2]]);
      }
    },
  );

  it('is of the category of its enhanced code, whatever the detail (ESC-3463-2-1)', () => {
    const verdictOf = (text: string) =>
      judgeReply('rcpt', { code: 550, lines: [text] }, { ...FACTS, families: 'both' }).verdict;
    for (const text of ['5.7.0 no', '5.7.1 no', '5.7.999 no']) expect(verdictOf(text)).toBe('next-host');
    for (const text of ['5.07.1 no', '5.7.01 no', '5.7.1000 no', '5.1.1 no', 'no'])
      expect(verdictOf(text)).toBe('bounce');
  });

  it('for policy reasons is for now on the first attempt at a host of both families, at every stage of a transaction (CHOICE-10)', () => {
    const reply = { code: 550, lines: ['5.7.1 no'] };
    for (const stage of ['mail', 'rcpt', 'data', 'end'] as const) {
      const verdictOf = (own: object) => judgeReply(stage, reply, { ...FACTS, ...own }).verdict;
      expect(verdictOf({ families: 'both' })).toBe('next-host');
      expect(verdictOf({ families: 'both', attempt: 2 })).toBe('bounce');
      expect(verdictOf({})).toBe('bounce');
    }
  });

  it('530 of a relay wants a login, and never returns a message (AUTH-6-1)', () => {
    const facts = { ...FACTS, relay: 'yes' } as const;
    const verdicts = MEANINGS.map(([stage]) => judgeReply(stage, { code: 530, lines: [''] }, facts).verdict);
    expect(verdicts).toEqual(['next-host', 'say-helo', ...Array.from({ length: 5 }, () => 'next-host')]);
  });

  it('that a relay withholds is for now at every stage, as that of anybody else is', () => {
    for (const [stage] of MEANINGS) {
      const { verdict } = judgeReply(stage, null, { ...FACTS, relay: 'yes' });
      expect(verdict, stage).toBe(judgeReply(stage, null, FACTS).verdict);
      expect(verdict, stage).toBe('next-host');
    }
  });
});

describe('the replies to a transaction', () => {
  const say = (code: number, ...lines: readonly string[]) => ({
    code,
    lines: lines.length > 0 ? lines : [''],
  });
  const replies = (own: Partial<TransactionReplies>): TransactionReplies => ({
    ...{ mail: say(250), recipients: [say(250)], data: say(354), end: say(250), lost: null },
    ...own,
  });

  it.each<[string, Partial<TransactionReplies>, number | string | null]>([
    ['fit', {}, null],
    [
      'fit where all are refused',
      { mail: say(550), recipients: [say(450), null], data: say(554), end: null },
      null,
    ],
    ['do not where MAIL is told to go on', { mail: say(354) }, 354],
    ['do not where a recipient is told to go on', { recipients: [say(250), null, say(334)] }, 334],
    ['do not where DATA is answered as if it were done', { data: say(250), end: null }, 250],
    ['do not where something stands behind DATA', { end: null, lost: 'malformed', said: '250 x' }, '250 x'],
    ['do not where something unheard stands behind DATA', { end: null, lost: 'malformed' }, ''],
    ['fit where the connection was lost behind DATA', { end: null, lost: 'closed' }, null],
    ['fit where something stands behind the end', { lost: 'malformed', said: '250 x' }, null],
    ['fit where something stands before DATA', { data: null, end: null, lost: 'malformed', said: 'x' }, null],
  ])('%s (RFC 2920, Section 3.1)', (_, own, stray) => {
    const found = strayReply(replies(own));
    expect(typeof found === 'object' ? (found?.code ?? null) : found).toBe(stray);
  });

  it('decide for each recipient by itself, and for those who were not named', () => {
    const judge = (own: Partial<TransactionReplies>) => {
      const { states, unnamed } = judgeTransaction(replies(own), FACTS);
      return [...states, unnamed].map((state) => state && `${state.verdict} ${state.status}`.trim());
    };
    expect(judge({ recipients: [say(250), say(550, '5.1.1 no'), say(450)] })).toEqual([
      ...['delivered 2.0.0', 'bounced 5.1.1', 'next-host 4.0.0', null],
    ]);
    expect(judge({ recipients: [say(552)], end: say(451) })).toEqual(['bounced 5.0.0', 'next-host 4.0.0']);
    // Behind one that was accepted there were too many (RFC 5321, Section 4.5.3.1.10).
    expect(judge({ recipients: [say(250), say(552)] })).toEqual(['delivered 2.0.0', 'next-host 4.0.0', null]);
    expect(judge({ mail: null, recipients: [null], data: null, end: null, lost: 'closed' })).toEqual([
      ...['next-host', 'next-host'],
    ]);
  });

  it('that say there are too many are about recipients, and behind one that was accepted', () => {
    const verdictOf = (stage: Stage, accepted?: number) =>
      judgeReply(stage, say(552), { ...FACTS, ...(accepted !== undefined && { accepted }) }).verdict;
    expect([verdictOf('rcpt'), verdictOf('rcpt', 0), verdictOf('rcpt', 1), verdictOf('end', 1)]).toEqual([
      ...['bounce', 'bounce', 'next-host', 'bounce'],
    ]);
  });

  it('leave a recipient so, by what they mean', () => {
    const because = judgeReply('end', say(250), FACTS);
    const left = (verdict: Parameters<typeof stateOf>[0], reply: ReturnType<typeof say> | null) => {
      const state = stateOf(verdict, { command: '.', cause: 'replied', reply }, because);
      return [state.verdict, state.status, state.category];
    };
    expect(left('delivered', say(250, '2.1.5 ok'))).toEqual(['delivered', '2.1.5', null]);
    expect(left('bounce', say(550, 'no'))).toEqual(['bounced', '5.0.0', null]);
    expect(left('refused-here', say(550, '5.7.1 no'))).toEqual(['next-host', '5.7.1', 'refused']);
    expect(left('next-host', say(450, '4.2.1 later'))).toEqual(['next-host', '4.2.1', 'reply']);
    expect(left('next-host', null)).toEqual(['next-host', '', 'connection-lost']);
  });

  it('that we did not wait for are none that were withheld', () => {
    const aborted = (own: Partial<TransactionReplies>) =>
      judgeTransaction(replies({ end: null, lost: 'aborted', ...own }), FACTS).states[0]!;
    expect(aborted({})).toMatchObject({ category: 'aborted', because: { input: { during: 'transaction' } } });
    expect(aborted({ dotSent: 'yes' })).toMatchObject({ because: { input: { during: 'end-of-data' } } });
    expect(aborted({ lost: 'timeout' })).toMatchObject({ category: 'connection-lost' });
    expect(aborted({ recipients: [say(550)] })).toMatchObject({ verdict: 'bounced' });
  });
});
