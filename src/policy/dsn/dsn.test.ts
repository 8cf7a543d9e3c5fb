import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUnitext, decodeXtext, encodeUnitext, encodeXtext } from '../smtp/xtext.js';
import { composeNotice } from './compose-notice.js';
import { mechanismsOf } from './mechanism.js';
import type { NoticeFacts } from './notice.js';
import {
  COMPOSED_AT,
  delayed,
  HEADER,
  MESSAGE,
  noticeOf,
  octetsOf,
  octetsOfNotice,
  recipientOf,
  stoppedByPolicy,
  textOfNotice,
  utf8NoticeTo,
} from './notices.fixture.js';
import { readEnvid, readNotify, readOrcpt, readRet } from './request.js';
import { tellableFacts } from './tellable.js';

/** The parts of a notice, by our own reading: header of the whole, and of each part its header and its octets. */
function partsOf(octets: Uint8Array) {
  const text = Buffer.from(octets).toString('latin1');
  const [head, ...rest] = text.split('\r\n\r\n');
  const boundary = /boundary="([^"]+)"/.exec(head!)![1]!;
  const parts = rest
    .join('\r\n\r\n')
    .split(`--${boundary}\r\n`)
    .slice(1)
    .map((part) => part.replace(new RegExp(`\r\n(--${boundary}--\r\n)?$`), ''));
  return {
    head: head!,
    parts: parts.map((part) => {
      const at = part.indexOf('\r\n\r\n');
      return { head: part.slice(0, at), body: part.slice(at + 4) };
    }),
  };
}
const of = (facts: NoticeFacts) => partsOf(octetsOfNotice(facts));
const statusOf = (facts: NoticeFacts) => of(facts).parts[1]!.body;
const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8');

describe('a notice', () => {
  it('is a multipart/report of three parts, by the null sender to the sender alone (DSN-3464-2-1, DSN-3464-2-2, DSN-6522-3-1, DSN-3834-5-1)', () => {
    const { head, parts } = of(noticeOf());
    expect(head.split('\r\n')).toEqual([
      'Date: Fri, 1 May 2026 12:00:00 +0000',
      'From: Mail Delivery System <postmaster@a.example>',
      'To: <ann@a.example>',
      'Subject: Undelivered: your message to bob@b.example',
      'Message-ID: <n1.failed.1@mail.a.example>',
      'In-Reply-To: <m1@a.example>',
      'References: <m1@a.example>',
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status;',
      ' boundary="=_waxseal_n1.failed.1_0"',
    ]);
    expect(parts.map(({ head }) => head.split('\r\n')[0])).toEqual([
      'Content-Type: text/plain; charset=us-ascii',
      'Content-Type: message/delivery-status',
      'Content-Type: text/rfc822-headers',
    ]);
    expect(composeNotice(noticeOf())).toMatchObject({ utf8: 'not-needed', body: '7bit' });
  });

  it('says for programs what became of each recipient (DSN-3461-6.3-2, DSN-3461-6.3-4, DSN-3461-6.3-6, DSN-3461-9.2-1, DSN-3464-2.1-1, DSN-3464-2.3.7-1)', () => {
    const facts = noticeOf({
      recipients: [
        recipientOf(),
        recipientOf({
          address: 'eve@b.example',
          status: '5.0.0',
          reply: null,
          remote: null,
          because: null,
          lastAttemptAt: null,
        }),
      ],
    });
    expect(statusOf(facts).split('\r\n')).toEqual([
      'Reporting-MTA: dns; mail.a.example',
      'Arrival-Date: Fri, 1 May 2026 08:00:00 +0000',
      'X-Waxseal-Queue-ID: q1',
      '',
      'Final-Recipient: rfc822; bob@b.example',
      'Action: failed',
      'Status: 5.1.1',
      'Remote-MTA: dns; mx.b.example (192.0.2.1)',
      'Diagnostic-Code: smtp; 550-5.1.1 <bob@b.example>: no such mailbox',
      ' 550 5.1.1 look it up',
      'Last-Attempt-Date: Fri, 1 May 2026 11:59:55 +0000',
      '',
      'Final-Recipient: rfc822; eve@b.example',
      'Action: failed',
      'Status: 5.0.0',
      '',
    ]);
  });

  it('gives back what was given: envelope id, original recipient, who handed it in (DSN-3461-6.3-1, DSN-3461-6.3-3, DSN-3464-2.2.1-1)', () => {
    const facts = noticeOf({
      recipients: [recipientOf({ original: 'rfc822;Bob+Sales@c.example' })],
      message: { envelopeId: 'QQ+314/Ab', receivedFrom: 'laptop.a.example' },
    });
    expect(statusOf(facts)).toContain(
      'Original-Envelope-Id: QQ+314/Ab\r\nReceived-From-MTA: dns; laptop.a.example\r\n',
    );
    expect(statusOf(facts)).toContain(
      '\r\n\r\nOriginal-Recipient: rfc822; Bob+Sales@c.example\r\nFinal-Recipient: rfc822; bob@b.example\r\n',
    );
    expect(statusOf(noticeOf())).not.toMatch(/Original-|Received-From/);
    expect(statusOf(noticeOf({ reportingMta: 'localhost' }))).toMatch(
      /^Reporting-MTA: x-local-hostname; localhost\r\n/,
    );
  });

  it('that failed by expiry has a temporary status; without a host it names none (DSN-3464-2.3.4-1, DSN-3464-2.3.5-1)', () => {
    expect(
      statusOf(noticeOf({ recipients: [stoppedByPolicy] }))
        .split('\r\n')
        .slice(4),
    ).toEqual([
      'Final-Recipient: rfc822; bob@b.example',
      'Action: failed',
      'Status: 4.7.5',
      'Diagnostic-Code: x-waxseal; The policy in force does not list this host.',
      'Last-Attempt-Date: Fri, 1 May 2026 11:59:55 +0000',
      '',
    ]);
  });

  it('has the reply codes that RFCs give to what nobody said (NULLMX-4.1-2, RTLS-7-1, ESC-5248-1, RTLS-4.2.1-10)', () => {
    const codeFor = (status: string) =>
      /Diagnostic-Code: (.*)/.exec(statusOf(noticeOf({ recipients: [{ ...stoppedByPolicy, status }] })))![1];
    expect(codeFor('5.1.10')).toBe('smtp; 556 5.1.10 Recipient address has null MX\r'.trim());
    expect(codeFor('5.7.30')).toBe('smtp; 550 5.7.30 REQUIRETLS support required');
    expect(codeFor('5.7.10')).toBe('smtp; 523 5.7.10 Encryption Needed');
  });

  it('of a delay says until when it is tried, and when next (DSN-3464-2.3.7-1)', () => {
    expect(statusOf(delayed)).toMatch(
      /Action: delayed\r\n(?:.|\r\n)*Will-Retry-Until: Sat, 2 May 2026 08:00:00 \+0000/,
    );
    expect(statusOf(noticeOf())).not.toContain('Will-Retry-Until');
    const unfolded = of(delayed).parts[0]!.body.replace(/\s+/g, ' ');
    expect(unfolded).toContain(
      'The next attempt is due at Fri, 1 May 2026 13:00:00 +0000; at Sat, 2 May 2026 08:00:00 +0000 it is given up.',
    );
  });

  it('tells people the mechanism, the last cause, what would change it, and the very reply (X-14)', () => {
    const text = (facts: NoticeFacts) => of(facts).parts[0]!.body;
    expect(text(noticeOf({ recipients: [stoppedByPolicy] }))).toBe(
      [
        'This is the mail system at mail.a.example.',
        '',
        'Your message could not be delivered to the recipients named below. It is not',
        'tried again; to reach them, send it anew.',
        '',
        '<bob@b.example>: 4.7.5',
        '  MTA-STS: The policy in force does not list this host.',
        '  - No line of the policy lists mx.b.example; it has "mx: mail.b.example".',
        '  It would be different, if this changed:',
        '  - b.example lists mx.b.example in its MTA-STS policy.',
        '',
        'Attached are the details for programs, and the header of the message.',
        '',
      ].join('\r\n'),
    );
    expect(text(noticeOf())).toContain(
      '  The host mx.b.example [192.0.2.1] said:\r\n    550-5.1.1 <bob@b.example>: no such mailbox\r\n    550 5.1.1 look it up\r\n',
    );
    expect(text(noticeOf({ action: 'relayed' }))).not.toContain('refuses for good');
  });

  it.each([
    ['failed', noticeOf()],
    ['delayed', delayed],
    ['relayed', noticeOf({ action: 'relayed', recipients: [recipientOf({ status: '2.0.0' })] })],
    [
      'delivered',
      noticeOf({
        action: 'delivered',
        recipients: [recipientOf({ status: '2.0.0', reply: null, because: null })],
      }),
    ],
    [
      'expired',
      noticeOf({ recipients: [stoppedByPolicy, recipientOf({ reply: null, remote: null, because: null })] }),
    ],
    ['utf8', utf8NoticeTo('ann@a.example')],
    ['global', utf8NoticeTo('\u00e4rnd@a.example')],
  ])('is, %s, what it says in a file that somebody has read (`-u` writes it)', async (name, facts) => {
    await expect(textOfNotice(facts).replaceAll('\r\n', '\n')).toMatchFileSnapshot(`notices/${name}.txt`);
  });

  it('names no table and no row to strangers (DSN-3464-4.2-1)', () => {
    expect(textOfNotice(noticeOf({ recipients: [stoppedByPolicy] }))).not.toMatch(/BAR-5|host-barrier/);
  });

  it('says so where nothing of the message can be returned, and is a report all the same (DSN-6522-3-2)', () => {
    const { parts } = of(noticeOf({ message: { returns: 'nothing', octets: new Uint8Array() } }));
    expect(parts).toHaveLength(2);
    expect(parts[0]!.body.replaceAll(/\s+/g, ' ')).toContain('so nothing of it is returned');
  });

  it('returns the header as it was, or the whole message (DSN-6522-3-2)', () => {
    expect(of(noticeOf()).parts[2]!.body).toBe(HEADER);
    const returned = of(noticeOf({ message: { returns: 'message' } })).parts;
    const whole = returned[2]!;
    expect(returned[0]!.body).toContain('for programs, and the message.');
    expect(of(noticeOf()).parts[0]!.body).toContain('for programs, and the header of the');
    expect([whole.head.split('\r\n')[0], whole.body]).toEqual(['Content-Type: message/rfc822', MESSAGE]);
    const eight = noticeOf({
      message: { returns: 'message', octets: Buffer.from('A: b\r\n\r\n\xfc\r\n', 'latin1') },
    });
    expect(of(eight).parts[2]).toEqual({
      head: 'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit',
      body: 'A: b\r\n\r\n\xfc\r\n',
    });
    expect(composeNotice(eight).body).toBe('8bit');
  });

  it.each([...'0123456789'])(
    'cuts a header without end between two fields, wherever they stand: %s',
    (shift) => {
      for (const blank of [' ', '\t']) {
        const long = `A: ${'b'.repeat(Number(shift))}\r\n${`X: y\r\n${blank}z\r\n`.repeat(20_000)}`;
        const returned = of(noticeOf({ message: { octets: octetsOf(`${long}\r\nbody`) } })).parts[2]!.body;
        expect(returned.length).toBeGreaterThan(60_000);
        expect(returned.length).toBeLessThan(70_000);
        expect(long.startsWith(returned)).toBe(true);
        expect(returned.endsWith(`${blank}z\r\n`)).toBe(true);
      }
    },
  );

  it('names the first of several recipients in its subject, and how many others there are', () => {
    const recipients = ['bob@b.example', 'eve@b.example', 'joe@c.example'].map((address) =>
      recipientOf({ address }),
    );
    const subjectOf = (count: number) =>
      /^Subject: (.*)\r$/m.exec(of(noticeOf({ recipients: recipients.slice(0, count) })).head)![1];
    expect(subjectOf(1)).toBe('Undelivered: your message to bob@b.example');
    expect(subjectOf(3)).toBe('Undelivered: your message to bob@b.example and 2 more');
  });

  it.each([
    ['a header that ends with it', 'A: b\r\nMessage-ID: <m1@a.example>', '<m1@a.example>'],
    ['bare line feeds', 'A: b\nmessage-id:<m1@a.example>\nC: d\n', '<m1@a.example>'],
    ['a folded field', 'Message-ID:\r\n <m1@a.example>\r\n', '<m1@a.example>'],
    ['two of them in one', 'Message-ID: <m1@a.example> <m2@a.example>\r\n', undefined],
    ['another field whose name ends so', 'X-Message-ID: <m1@a.example>\r\n', undefined],
    ['none with a domain', 'Message-ID: <m1>\r\n', undefined],
  ])('answers the Message-ID of the message if it has a good one: %s', (_, header, id) => {
    const { head } = of(noticeOf({ message: { octets: octetsOf(header) } }));
    expect(/^In-Reply-To: (.*)\r$/m.exec(head)?.[1]).toBe(id);
    expect(/^References: (.*)\r$/m.exec(head)?.[1]).toBe(id);
  });

  it('gives back octets beyond ASCII of no known charset as they are, and calls the last one of ASCII no such', () => {
    const partOf = (octets: string) =>
      of(noticeOf({ message: { octets: Buffer.from(octets, 'latin1') } })).parts[2]!.head;
    expect(partOf('Subject: gr\xfcn\r\n')).toBe(
      'Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 8bit',
    );
    expect(partOf('Subject: gr\x7fn\r\n')).toMatch(/7bit$/);
    expect(partOf('Subject: gr\x80n\r\n')).toMatch(/8bit$/);
  });

  it('does not take a delimiter that stands in the message', () => {
    const octets = octetsOf('A: b\r\n\r\n--=_waxseal_n1.failed.1_0\r\n');
    expect(of(noticeOf({ message: { returns: 'message', octets } })).parts).toHaveLength(3);
  });
});

describe('a notice beyond ASCII', () => {
  it('has lines of base64 as long as they may be, and no longer', () => {
    const facts = utf8NoticeTo('ann@a.example');
    const octets = Buffer.from(`Subject: ${'\u00fc'.repeat(300)}\r\n\r\n`);
    const { parts } = of({ ...facts, message: { ...facts.message, octets } });
    const lines = parts[2]!.body.trim().split('\r\n');
    expect(lines.length).toBeGreaterThan(10);
    expect(new Set(lines.slice(0, -1).map((line) => line.length))).toEqual(new Set([76]));
  });

  it('is global where the return path is (DSN-6533-3-1)', () => {
    const { parts } = of(utf8NoticeTo('ärnd@a.example'));
    expect(parts.map(({ head }) => head)).toEqual([
      'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit',
      'Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit',
      'Content-Type: message/global-headers\r\nContent-Transfer-Encoding: 8bit',
    ]);
    expect(utf8(parts[1]!.body)).toContain(
      'Original-Recipient: utf-8; jörg@b.example\r\nFinal-Recipient: utf-8; jörg@b.example\r\n',
    );
    expect(utf8(parts[1]!.body)).toContain('Diagnostic-Code: smtp; 550 5.1.1 jörg unbekannt\r\n');
    expect(composeNotice(utf8NoticeTo('ärnd@a.example'))).toMatchObject({ utf8: 'needed', body: '8bit' });
  });

  it('needs 7 bits only where the return path is ASCII (DSN-6533-3-1)', () => {
    const { parts } = of(utf8NoticeTo('ann@a.example'));
    expect(parts.map(({ head }) => head)).toEqual([
      'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable',
      'Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: 7bit',
      'Content-Type: message/global-headers\r\nContent-Transfer-Encoding: base64',
    ]);
    expect(parts[0]!.body).toContain('<j=C3=B6rg@b.example>: 5.1.1');
    expect(parts[1]!.body).toContain('Final-Recipient: utf-8; j\\x{F6}rg@b.example\r\n');
    expect(parts[1]!.body).toContain('Diagnostic-Code: smtp; 550 5.1.1 j?rg unbekannt\r\n');
    for (const line of parts[2]!.body.trim().split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
    expect(Buffer.from(parts[2]!.body, 'base64').toString()).toBe(
      'From: jörg@a.example\r\nSubject: grün\r\n',
    );
    expect(composeNotice(utf8NoticeTo('ann@a.example'))).toMatchObject({ utf8: 'not-needed', body: '7bit' });
  });
});

describe('whatever strangers say', () => {
  const aText = fc.string({ unit: 'binary', maxLength: 3_000 });
  const aHostileText = fc.oneof(
    aText,
    fc.constantFrom('\r\n\r\n--x', 'a\r\nBcc: evil@e.example', '\0', '\ud800'),
  );

  it('a notice keeps its form: three parts, short lines, no field that we did not write', () => {
    fc.assert(
      fc.property(
        fc.record({
          lines: fc.array(aHostileText, { minLength: 1, maxLength: 5 }),
          why: aHostileText,
          name: aHostileText,
          returnPath: fc.constantFrom('ann@a.example', 'ärnd@a.example'),
          octets: fc.uint8Array({ maxLength: 300 }),
          returns: fc.constantFrom('message' as const, 'headers' as const),
          utf8: fc.constantFrom('needed' as const, 'not-needed' as const),
        }),
        ({ lines, why, name, returnPath, octets, returns, utf8: needs }) => {
          const facts = noticeOf({
            returnPath,
            recipients: [
              recipientOf({
                reply: { code: 550, lines },
                remote: { name, ip: name },
                change: [why],
                original: `rfc822;${name}`,
                because: { ...stoppedByPolicy.because!, why, facts: [why] },
              }),
            ],
            message: { octets, returns, utf8: needs, envelopeId: name, receivedFrom: name },
          });
          const { head, parts } = of(facts);
          expect(parts).toHaveLength(3);
          expect(head.split('\r\n').length).toBeLessThan(14);
          const known =
            /^(Reporting-MTA|Original-Envelope-Id|Received-From-MTA|Arrival-Date|X-Waxseal-Queue-ID|Original-Recipient|Final-Recipient|Action|Status|Remote-MTA|Diagnostic-Code|Last-Attempt-Date): | |$/;
          for (const line of parts[1]!.body.split('\r\n')) expect(line).toMatch(known);
          for (const { body } of parts.slice(0, 2)) {
            expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/);
            for (const line of body.split('\r\n')) expect(line.length).toBeLessThan(998);
          }
        },
      ),
    );
  });

  it('is the same for the same facts', () => {
    expect(octetsOfNotice(delayed)).toEqual(octetsOfNotice(delayed));
    expect(delayed.composedAt).toBe(COMPOSED_AT);
  });
});

describe('what senders ask for', () => {
  it('is xtext (DSN-3461-4-1)', () => {
    expect(encodeXtext('a+b=c d')).toBe('a+2Bb+3Dc+20d');
    expect(decodeXtext('a+2Bb+3Dc+20d')).toBe('a+b=c d');
    expect(decodeXtext('a+2bb')).toBeNull();
    expect(decodeXtext('a=b')).toBeNull();
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
        (text) => {
          expect(decodeXtext(encodeXtext(text))).toBe(text);
        },
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(encodeUnitext(text)).toMatch(/^[!-~]*$/);
        if (!/\p{Cc}/u.test(text)) expect(decodeUnitext(encodeUnitext(text))).toBe(text);
      }),
    );
  });

  it('is read, or refused', () => {
    expect(readNotify('SUCCESS,failure')).toEqual(['success', 'failure']);
    expect(readNotify('NEVER')).toBe('never');
    for (const wrong of ['', 'NEVER,FAILURE', 'FAILURE,FAILURE', 'SOMETIMES'])
      expect(readNotify(wrong)).toBeNull();
    expect([readRet('full'), readRet('HDRS'), readRet('some')]).toEqual(['full', 'headers', null]);
    expect(readEnvid('QQ+2B314')).toBe('QQ+314');
    for (const wrong of ['', 'a+0D+0Ab', 'a b', `${'x'.repeat(501)}`]) expect(readEnvid(wrong)).toBeNull();
    expect(readOrcpt('rfc822;Bob+2Bx@c.example')).toBe('rfc822;Bob+x@c.example');
    expect(readOrcpt('utf-8;j\\x{F6}rg@b.example')).toBe('utf-8;j\\x{F6}rg@b.example');
    for (const wrong of ['', 'rfc822', 'rfc822;', 'rfc822;a+0Ab', 'r/x;a'])
      expect(readOrcpt(wrong)).toBeNull();
  });
});

describe('what strangers are told of a decision', () => {
  it('is what stood in the way, and nothing that the operator set (DSN-3464-4.2-1)', () => {
    const fact = (owner: 'recipient' | 'operator' | 'resolver' | 'sender', word: string) =>
      ({ owner, word, column: 'c', kind: 'policy', says: `${owner} ${word}.` }) as const;
    expect(
      tellableFacts([
        fact('recipient', 'unreachable'),
        fact('sender', 'open'),
        fact('operator', 'unreachable'),
        fact('resolver', 'failed'),
        fact('sender', 'requires-tls'),
      ]),
    ).toEqual(['recipient unreachable.', 'sender requires-tls.']);
    const noAddress = { owner: 'recipient', column: 'addresses', word: 'none', kind: 'addresses' } as const;
    expect(tellableFacts([{ ...noAddress, says: 'It has no address.' }])).toEqual(['It has no address.']);
  });
});

describe('the mechanism behind a decision', () => {
  const decision = (table: string, verdict: string, input: Readonly<Record<string, string>> = {}) => ({
    table,
    verdict,
    input,
    row: '',
    why: '',
    refs: [],
    mx: 'mx.b.example',
  });

  it('is whoever demanded what was not met', () => {
    const barrier = { message: 'open', dane: 'open', operator: 'open', sts: 'open' };
    expect(mechanismsOf(decision('host-barrier', 'skip', { ...barrier, sts: 'unreachable' }), [])).toEqual([
      'MTA-STS',
    ]);
    expect(mechanismsOf(decision('host-barrier', 'skip', { ...barrier, dane: 'unreachable' }), [])).toEqual([
      'DANE',
    ]);
    expect(mechanismsOf(decision('requiretls-keyword', 'give-up'), [])).toEqual(['REQUIRETLS']);
    expect(mechanismsOf(decision('attempt-conclusion', 'bounce 5.7.30'), [])).toEqual(['REQUIRETLS']);
    expect(mechanismsOf(decision('attempt-conclusion', 'defer 4.4.1'), [])).toEqual([]);
    expect(mechanismsOf(decision('reply-meaning', 'bounce'), [])).toEqual([]);
    const pkix = { message: 'other', sts: 'authenticate', operator: 'other' };
    const peer = decision('peer-authentication', 'refuse', { dane: 'not-demanded', pkix: 'failed' });
    expect(mechanismsOf(peer, [decision('pkix-demand', 'required', pkix)])).toEqual(['MTA-STS']);
    expect(
      mechanismsOf(peer, [
        decision('pkix-demand', 'required', { ...pkix, sts: 'other', operator: 'authenticate' }),
      ]),
    ).toEqual(['a rule of this mail system']);
    expect(
      mechanismsOf(decision('peer-authentication', 'refuse', { dane: 'failed', pkix: 'not-demanded' }), []),
    ).toEqual(['DANE']);
    const ofRule = { operator: 'authenticate-by-dane', dane: 'encrypt' };
    const failed = decision('peer-authentication', 'refuse', { dane: 'failed', pkix: 'not-demanded' });
    expect(mechanismsOf(failed, [decision('dane-matching', 'required', ofRule)])).toEqual([
      'a rule of this mail system',
    ]);
    const ofBoth = { ...ofRule, dane: 'authenticate' };
    expect(mechanismsOf(failed, [decision('dane-matching', 'required', ofBoth)])).toEqual(['DANE']);
    const demands = [
      decision('sts-demand', 'authenticate'),
      decision('dane-demand', 'no-demand'),
      decision('requiretls-demand', 'authenticate'),
    ];
    expect(mechanismsOf(decision('start-tls', 'give-up'), demands)).toEqual(['REQUIRETLS', 'MTA-STS']);
    expect(mechanismsOf({ ...decision('start-tls', 'give-up'), mx: 'other.b.example' }, demands)).toEqual([]);
  });
});
