import { describe, expect, it } from 'vitest';
import { addressesIn } from './address-list.js';
import { completed, fieldsOf, hopsIn, recipientsIn } from './submitted-header.js';

describe('the addresses of a field (RFC 5322, Section 3.4)', () => {
  it.each<[string, readonly string[]]>([
    ['a@a.test', ['a@a.test']],
    [' a@a.test , <b@b.test> ', ['a@a.test', 'b@b.test']],
    ['"Ann, of A" <a@a.test>, Bob (not, me) <b@b.test>', ['a@a.test', 'b@b.test']],
    ['Friends: a@a.test, "b b"@b.test;, c@c.test', ['a@a.test', '"b b"@b.test', 'c@c.test']],
    ['Undisclosed recipients:;', []],
    ['<@one.test,@two.test:a@a.test>', ['a@a.test']],
    ['a@[IPv6:2001:db8::1], <b@[IPv6:2001:db8::2]>', ['a@[IPv6:2001:db8::1]', 'b@[IPv6:2001:db8::2]']],
    ['"quoted \\" , still" <a@a.test>', ['a@a.test']],
    ['a@a.test (a (nested) \\) comment), b@b.test', ['a@a.test', 'b@b.test']],
    ['<a@a.test', ['a@a.test']],
    ['"', ['"']],
    ['', []],
  ])('%s', (text, addresses) => {
    expect(addressesIn(text)).toEqual(addresses);
  });
});

describe('a header that is handed in', () => {
  const facts = { from: 's@s.test', messageId: 'id@h.test', date: 0 };
  const complete = (header: string) => completed(fieldsOf(header), facts);

  it('gets what it lacks, and keeps what it has as it is (SMTP-4.4-1)', () => {
    expect(complete('Subject: x\r\n')).toBe(
      'Date: Thu, 1 Jan 1970 00:00:00 +0000\r\nFrom: <s@s.test>\r\nMessage-ID: <id@h.test>\r\nSubject: x\r\n',
    );
    const whole =
      'Received: from a\r\n\tby b; c\r\nDATE: d\r\nfrom : e\r\nMessage-Id: f\r\nX: g\r\n folded: h\r\n';
    expect(complete(whole)).toBe(whole);
    expect(hopsIn(fieldsOf(whole))).toBe(1);
  });

  it('loses who got it in secret, folded lines and all', () => {
    const header = 'Date: d\r\nFrom: f\r\nMessage-ID: m\r\nBcc: a@a.test,\r\n b@b.test\r\nTo: c@c.test\r\n';
    expect(complete(header)).toBe('Date: d\r\nFrom: f\r\nMessage-ID: m\r\nTo: c@c.test\r\n');
    expect(recipientsIn(fieldsOf(header))).toEqual(['a@a.test', 'b@b.test', 'c@c.test']);
  });

  it('names those to whom it was resent, where it was', () => {
    const header = 'To: a@a.test\r\nResent-To: b@b.test\r\nResent-Cc: c@c.test\r\n';
    expect(recipientsIn(fieldsOf(header))).toEqual(['b@b.test', 'c@c.test']);
  });

  it('is told apart from a body that has no blank line before it', () => {
    expect(complete('Date: d\r\nFrom: f\r\nMessage-ID: m\r\nHello: there\r\nno field\r\n')).toBe(
      'Date: d\r\nFrom: f\r\nMessage-ID: m\r\nHello: there\r\n\r\nno field\r\n',
    );
  });
});
