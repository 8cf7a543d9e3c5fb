import { describe, expect, it } from 'vitest';
import type { NoticeRecipient } from './notice.js';
import { COMPOSED_AT, noticeOf, recipientOf, stoppedByPolicy } from './notices.fixture.js';
import { reasonText, replyLines, statusLines } from './status-part.js';

const about = (
  own: Partial<NoticeRecipient>,
  action: 'failed' | 'delayed' | 'relayed' = 'failed',
  form: 'ascii' | 'global' = 'ascii',
) => statusLines(noticeOf({ action, recipients: [recipientOf(own)] }), form).slice(4);
const fieldIn = (lines: readonly string[], name: string) =>
  lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));

describe('the part for programs', () => {
  it('says until when it is tried where it is a delay, and that is known', () => {
    const next = { attemptAt: COMPOSED_AT, until: COMPOSED_AT + 3_600_000 };
    expect(fieldIn(about({ next }, 'delayed'), 'Will-Retry-Until')).toEqual([
      'Fri, 1 May 2026 13:00:00 +0000',
    ]);
    expect(fieldIn(about({ next: null }, 'delayed'), 'Will-Retry-Until')).toEqual([]);
    expect(fieldIn(about({ next }, 'failed'), 'Will-Retry-Until')).toEqual([]);
    expect(fieldIn(about({ lastAttemptAt: null }), 'Last-Attempt-Date')).toEqual([]);
  });

  it('has the reply on one field, whose further lines are folded, and of a long one the end', () => {
    const reply = (...lines: readonly string[]) => about({ reply: { code: 550, lines } });
    expect(reply('one', 'two').slice(4)).toEqual([
      ...['Diagnostic-Code: smtp; 550-one', ' 550 two', 'Last-Attempt-Date: Fri, 1 May 2026 11:59:55 +0000'],
    ]);
    const long = reply('x'.repeat(500), 'y'.repeat(300)).slice(4, -1);
    expect(long.map((line) => line.length)).toEqual([240, 241, 48, 241, 65]);
    expect(long.slice(1).every((line) => line.startsWith(' '))).toBe(true);
    const many = reply(...Array.from({ length: 25 }, (_, at) => `line ${at}`));
    expect(many.slice(4, -1)).toHaveLength(20);
    expect(many[4]).toBe('Diagnostic-Code: smtp; 550-line 5');
    // Whoever says nothing is not quoted.
    expect(fieldIn(reply(), 'Diagnostic-Code')).toEqual([]);
  });

  it('writes a reply line by line, each with its own code', () => {
    expect(replyLines({ code: 250, lines: ['a', '', 'c'], codes: [550, 450, 250] })).toEqual([
      ...['550-a', '450-', '250 c'],
    ]);
    expect(replyLines({ code: 250, lines: [''] })).toEqual(['250']);
  });

  it('says what we found out ourselves where nobody was asked, and nothing where nothing is known', () => {
    const codes = (own: Partial<NoticeRecipient>) =>
      fieldIn(about({ ...stoppedByPolicy, ...own }), 'Diagnostic-Code');
    expect(codes({})).toEqual(['x-waxseal; The policy in force does not list this host.']);
    expect(codes({ status: '5.1.10', because: null })).toEqual([
      'smtp; 556 5.1.10 Recipient address has null MX',
    ]);
    expect(codes({ because: null })).toEqual([]);
    const because = { ...stoppedByPolicy.because!, why: 'Gr\u00fcn.' };
    expect(codes({ because })).toEqual(['x-waxseal; Gr?n.']);
  });

  it('names hosts as what they are (RFC 3464, Section 2.2.2)', () => {
    const remote = (name: string, ip: string | null) =>
      fieldIn(about({ remote: { name, ip } }), 'Remote-MTA');
    expect(remote('mx.b.example', '192.0.2.1')).toEqual(['dns; mx.b.example (192.0.2.1)']);
    expect(remote('mx.b.example', null)).toEqual(['dns; mx.b.example']);
    expect(remote('mx', null)).toEqual(['x-local-hostname; mx']);
    expect(remote('192.0.2.1', null)).toEqual(['x-local-hostname; 192.0.2.1']);
    expect(fieldIn(about({ remote: null }), 'Remote-MTA')).toEqual([]);
  });

  it('writes addresses in the form that the notice has (RFC 6533, Section 3)', () => {
    const own = { address: 'j\u00f6rg@b.example', original: 'utf-8;j\\x{F6}rg@c.example' };
    const addresses = (form: 'ascii' | 'global', given: Partial<NoticeRecipient>) =>
      about(given, 'failed', form).slice(0, 2);
    expect(addresses('ascii', own)).toEqual([
      ...['Original-Recipient: utf-8; j\\x{F6}rg@c.example', 'Final-Recipient: utf-8; j\\x{F6}rg@b.example'],
    ]);
    expect(addresses('global', own)).toEqual([
      ...['Original-Recipient: utf-8; j\u00f6rg@c.example', 'Final-Recipient: utf-8; j\u00f6rg@b.example'],
    ]);
    expect(addresses('global', { original: 'UTF-8;j\\x{F6}rg@c.example' })[0]).toBe(
      'Original-Recipient: UTF-8; j\u00f6rg@c.example',
    );
    expect(addresses('global', { original: 'x400;gr\u00fcn;x' })[0]).toBe('Original-Recipient: x400; gr?n;x');
  });

  it('says nothing of what the message did not bring', () => {
    const message = { envelopeId: null, receivedFrom: null };
    expect(statusLines(noticeOf({ message }), 'ascii').slice(0, 4)).toEqual([
      'Reporting-MTA: dns; mail.a.example',
      'Arrival-Date: Fri, 1 May 2026 08:00:00 +0000',
      'X-Waxseal-Queue-ID: q1',
      '',
    ]);
    const long = statusLines(noticeOf({ message: { envelopeId: 'e'.repeat(300) } }), 'ascii');
    expect(long.slice(1, 3).map((line) => line.length)).toEqual([240, 83]);
  });

  it('gives a reason with the mechanisms behind it', () => {
    const { because } = stoppedByPolicy;
    expect(reasonText({ ...because!, mechanisms: [] })).toBe(because!.why);
    expect(reasonText({ ...because!, mechanisms: ['DANE', 'MTA-STS'] })).toBe(
      `DANE and MTA-STS: ${because!.why}`,
    );
  });
});
