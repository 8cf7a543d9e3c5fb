import { describe, expect, it } from 'vitest';
import { judgeReply, type Stage } from './transaction.js';

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
