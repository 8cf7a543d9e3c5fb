import { describe, expect, it } from 'vitest';
import { completed, fieldsOf, hopsIn, recipientsIn } from './submitted-header.js';

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
    // A file of Unix ends its lines otherwise.
    expect(recipientsIn(fieldsOf(header.replaceAll('\r', '')))).toEqual(['a@a.test', 'b@b.test', 'c@c.test']);
    for (const end of ['\r\n', '\n'])
      expect(recipientsIn(fieldsOf(`To: <a${end} @a.test>${end}`)).join('')).not.toMatch(/[\r\n]/);
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

  it('says what it is to say of TLS, and once (RFC 8689, Section 3)', () => {
    const header = 'Date: d\r\nFrom: f\r\nMessage-ID: m\r\nTLS-Required: maybe\r\nTLS-REQUIRED: No\r\n';
    expect(completed(fieldsOf(header), { ...facts, tlsRequired: 'no' })).toBe(
      'TLS-Required: No\r\nDate: d\r\nFrom: f\r\nMessage-ID: m\r\n',
    );
    expect(complete(header)).toBe(header);
  });

  it('has no sender put in where there is none, and loses what only the last host may say', () => {
    const header = 'Date: d\r\nReturn-Path: <x@x.test>\r\nResent-Bcc: y@y.test\r\n';
    expect(completed(fieldsOf(header), { ...facts, from: '' })).toBe(
      'Message-ID: <id@h.test>\r\nDate: d\r\n',
    );
  });

  it.each<[string, readonly string[], string]>([
    ['A: b', ['A: b'], ''],
    ['A: b\nC:d\n', ['A: b\n', 'C:d\n'], ''],
    ['A \t: b\r\n\tc\r\n', ['A \t: b\r\n\tc\r\n'], ''],
    [' folded\r\nA: b\r\n', [], ' folded\r\nA: b\r\n'],
    ['A: b\r\nno field\r\nC: d\r\n', ['A: b\r\n'], 'no field\r\nC: d\r\n'],
    [': b\r\n', [], ': b\r\n'],
    ['A b: c\r\n', [], 'A b: c\r\n'],
    ['\u00fc: c\r\n', [], '\u00fc: c\r\n'],
    ['', [], ''],
  ])('is fields, and what is none: %j', (header, fields, rest) => {
    expect(fieldsOf(header)).toEqual({ fields, rest });
  });

  it('is resent where a field says to whom, and not by a date alone', () => {
    const names = (...fields: readonly string[]) => recipientsIn({ fields, rest: '' });
    expect(names('To: a@a.test', 'Resent-Date: x')).toEqual(['a@a.test']);
    expect(names('To: a@a.test', 'resent-bcc : b@b.test')).toEqual(['b@b.test']);
    expect(names('To: a@a.test,\r\n b@b.test\r\n', 'CC: c@c.test', 'Reply-To: d@d.test')).toEqual([
      ...['a@a.test', 'b@b.test', 'c@c.test'],
    ]);
    expect(hopsIn({ fields: ['Received: x', 'RECEIVED : y', 'X-Received: z'], rest: '' })).toBe(2);
  });
});
