import { describe, expect, it } from 'vitest';
import { PLAIN_FACTS } from '../require-tls/message.js';
import { keywordsOf, sizeLimitOf } from './ehlo.js';
import { mailParameters } from './mail-parameters.js';

const offered = (...lines: readonly string[]) =>
  [...keywordsOf({ code: 250, lines: ['mx.a.example', ...lines] })].map(([word, rest]) => `${word}(${rest})`);

describe('what a server offers (RFC 5321, Section 4.1.1.1)', () => {
  it.each([
    ['SIZE 1000', 'SIZE(1000)'],
    ['starttls', 'STARTTLS()'],
    ['  PIPELINING \t', 'PIPELINING()'],
    ['AUTH  PLAIN   LOGIN ', 'AUTH(PLAIN   LOGIN)'],
    ['AUTH\tPLAIN', 'AUTH(PLAIN)'],
    ['X-OWN-1 a', 'X-OWN-1(a)'],
    ['8BITMIME', '8BITMIME()'],
    // A control character, as readers of replies write it.
    ['STARTTLS?', 'STARTTLS(?)'],
  ])('is read from %j', (line, keyword) => {
    expect(offered(line)).toEqual([keyword]);
  });

  it.each(['', '-STARTTLS', 'START_TLS', 'AUTH=PLAIN', 'STARTTLS.', '?STARTTLS', '=', 'SIZ\u00c9'])(
    'is nothing in %j',
    (line) => {
      expect(offered(line)).toEqual([]);
    },
  );

  it('is not in the line that greets, and is what was said of it first', () => {
    expect([...keywordsOf({ code: 250, lines: ['STARTTLS'] })]).toEqual([]);
    expect([...keywordsOf({ code: 250, lines: [] })]).toEqual([]);
    expect(offered('SIZE 1', 'DSN', 'size 2')).toEqual(['SIZE(1)', 'DSN()']);
  });

  it('limits the size of a message, or not (RFC 1870, Section 4)', () => {
    const limit = (size: string) => sizeLimitOf(new Map([['SIZE', size]]));
    expect(['1', '52428800', '999999999999999'].map(limit)).toEqual([1, 52_428_800, 999_999_999_999_999]);
    expect(['', '0', '000', '1000000000000000', '1e3', '-1', '1 2', '1x', 'x1'].map(limit)).toEqual(
      Array.from({ length: 9 }, () => null),
    );
    expect(sizeLimitOf(new Map())).toBeNull();
  });

  it('is what MAIL may ask for, where the message needs it', () => {
    const all = new Map(['SIZE', '8BITMIME', 'SMTPUTF8', 'REQUIRETLS'].map((word) => [word, '']));
    const plain = { sender: 'ann@b.example', ...PLAIN_FACTS, sizeBytes: 7 };
    const needy = { ...plain, body: '8bit', utf8: 'needed' } as const;
    expect(mailParameters(plain, all, 'no')).toEqual(['SIZE=7']);
    expect(mailParameters(needy, all, 'yes')).toEqual(['SIZE=7', 'BODY=8BITMIME', 'SMTPUTF8', 'REQUIRETLS']);
    expect(mailParameters(needy, new Map(), 'no')).toEqual([]);
    // Whether it may be asked for was judged before.
    expect(mailParameters(plain, new Map(), 'yes')).toEqual(['REQUIRETLS']);
  });
});
