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

  it('530 of a relay wants a login, and never returns a message (AUTH-6-1)', () => {
    const facts = { ...FACTS, relay: 'yes' } as const;
    const verdicts = MEANINGS.map(([stage]) => judgeReply(stage, { code: 530, lines: [''] }, facts).verdict);
    expect(verdicts).toEqual(['next-host', 'say-helo', ...Array.from({ length: 5 }, () => 'next-host')]);
  });
});
