/* What the readers of others find in our notices. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { type NoticeFacts, SIGNED_NOTICE_FIELDS } from '../src/policy/dsn/index.js';
import {
  delayed,
  noticeOf,
  octetsOfNotice,
  recipientOf,
  stoppedByPolicy,
  utf8NoticeTo,
} from '../src/policy/dsn/notices.fixture.js';
import { type DkimKey, signMail } from '../src/services/dkim/index.js';
import { ed25519Pem, keyOf, rsaPem } from '../src/services/dkim/keys.fixture.js';
import { type ReadNotice, readNotices } from './notice-reader.js';

const reply = {
  code: 550,
  lines: ['5.7.26 This mail has been blocked because the sender is unauthenticated.', '5.7.26 Ask for help.'],
};
const notices = {
  refused: noticeOf({ message: { returns: 'message' } }),
  two: noticeOf({
    recipients: [recipientOf(), recipientOf({ address: 'eve@b.example', status: '5.7.26', reply })],
    message: { envelopeId: 'QQ314' },
  }),
  expired: noticeOf({ recipients: [stoppedByPolicy] }),
  nullMx: noticeOf({ recipients: [{ ...stoppedByPolicy, status: '5.1.10' }] }),
  original: noticeOf({ recipients: [recipientOf({ original: 'rfc822;info@c.example' })] }),
  delayed,
  relayed: noticeOf({
    action: 'relayed',
    recipients: [recipientOf({ status: '2.0.0', reply: { code: 250, lines: ['2.0.0 taken'] } })],
  }),
  global: utf8NoticeTo('ärnd@a.example'),
  in7bit: utf8NoticeTo('ann@a.example'),
} as const satisfies Readonly<Record<string, NoticeFacts>>;

let read: Readonly<Record<keyof typeof notices, ReadNotice>>;
beforeAll(async () => {
  const answers = await readNotices(Object.values(notices).map(octetsOfNotice));
  read = Object.fromEntries(Object.keys(notices).map((name, at) => [name, answers[at]!])) as typeof read;
});

it('dkimpy verifies the signatures of notices, and finds what was changed', async () => {
  const keys = [keyOf(rsaPem(2048), 'r2026'), keyOf(ed25519Pem(), 'e2026')];
  const verified = async (octets: Uint8Array, { publicKey, algorithm }: DkimKey) => {
    const record = `v=DKIM1; k=${algorithm.startsWith('rsa') ? 'rsa' : 'ed25519'}; p=${publicKey[0]}`;
    const script =
      'import sys, dkim; at = int(sys.argv[1]); record = sys.argv[2].encode()\n' +
      'print(dkim.DKIM(sys.stdin.buffer.read()).verify(idx=at, dnsfunc=lambda name, **_: record))';
    const place = keys.findIndex((key) => key.algorithm === algorithm);
    const run = promisify(execFile)('/usr/bin/python3', ['-I', '-c', script, `${place}`, record]);
    run.child.stdin!.end(octets);
    return (await run).stdout.trim();
  };
  for (const notice of [notices.refused, notices.global]) {
    const signing = { domain: 'a.example', keys, at: notice.composedAt, fields: SIGNED_NOTICE_FIELDS };
    const mail = await signMail(octetsOfNotice(notice), signing);
    if (mail.kind === 'failed') throw new Error(mail.reason);
    const text = Buffer.from(mail.octets).toString('latin1');
    const changed = Buffer.from(text.replace('Auto-Submitted: auto-replied', 'Auto-Submitted: no'), 'latin1');
    for (const key of keys) {
      expect(await verified(mail.octets, key)).toBe('True');
      expect(await verified(changed, key)).toBe('False');
    }
  }
});

describe('the MIME parser of Python', () => {
  it('has nothing against them, and finds the three parts (DSN-3464-2-1, DSN-6522-3-1)', () => {
    // It takes the lines of every message/* for a message, also where they are encoded (RFC 6532, Section 3.7, allows that).
    const { in7bit, ...others } = read;
    expect(in7bit.defects).toEqual(['MissingHeaderBodySeparatorDefect()']);
    for (const [name, { defects }] of Object.entries(others)) expect([name, defects]).toEqual([name, []]);
    for (const { type, reportType, types } of Object.values(read))
      expect([type, reportType, types.length]).toEqual(['multipart/report', 'delivery-status', 3]);
    expect(read.refused.types).toEqual(['text/plain', 'message/delivery-status', 'message/rfc822']);
    expect(read.global.types).toEqual([
      'text/plain',
      'message/global-delivery-status',
      'message/global-headers',
    ]);
  });

  it('reads every field (DSN-3461-6.3-1, DSN-3461-6.3-4, DSN-3461-9.2-1)', () => {
    const [message, bob, eve] = read.two.status;
    expect(message).toMatchObject({
      'Reporting-MTA': 'dns; mail.a.example',
      'Original-Envelope-Id': 'QQ314',
    });
    expect(bob).toMatchObject({
      'Final-Recipient': 'rfc822; bob@b.example',
      Action: 'failed',
      Status: '5.1.1',
    });
    expect(eve!['Diagnostic-Code']!.replace(/\s+/g, ' ')).toBe(
      'smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated. 550 5.7.26 Ask for help.',
    );
    expect(read.delayed.status[1]).toMatchObject({
      Action: 'delayed',
      'Will-Retry-Until': 'Sat, 2 May 2026 08:00:00 +0000',
    });
    expect(read.in7bit.human).toContain('<jörg@b.example>: 5.1.1');
  });
});

describe('Sisimai', () => {
  const about = ({ sisimai }: ReadNotice) =>
    sisimai.map(({ recipient, action, status }) => [recipient, action, status]);

  it('finds whom, what and why', () => {
    expect(about(read.refused)).toEqual([['bob@b.example', 'failed', '5.1.1']]);
    expect(about(read.two)).toEqual([
      ['bob@b.example', 'failed', '5.1.1'],
      ['eve@b.example', 'failed', '5.7.26'],
    ]);
    expect(about(read.original)[0]![0]).toBe('bob@b.example');
    expect(about(read.expired)).toEqual([['bob@b.example', 'failed', '4.7.5']]);
    expect(about(read.nullMx)).toEqual([['bob@b.example', 'failed', '5.1.10']]);
    expect(about(read.delayed)).toEqual([['bob@b.example', 'delayed', '4.7.5']]);
    expect(about(read.relayed)).toEqual([['bob@b.example', 'relayed', '2.0.0']]);
    expect(read.refused.sisimai).toMatchObject([{ reason: 'userunknown', host: 'mx.b.example' }]);
  });

  it('reads an address beyond ASCII in the form of 7 bits; the types of RFC 6533 it does not know', () => {
    expect(about(read.in7bit)).toEqual([['j\\x{F6}rg@b.example', 'failed', '5.1.1']]);
    expect(about(read.global)).toEqual([]);
    expect(read.global.status[1]).toMatchObject({
      'Original-Recipient': 'utf-8; jörg@b.example',
      'Final-Recipient': 'utf-8; jörg@b.example',
      'Diagnostic-Code': 'smtp; 550 5.1.1 jörg unbekannt',
    });
  });
});

describe('BounceParser and flufl.bounce', () => {
  it('find who failed, and nobody who did not', () => {
    expect(read.refused.bounceParser).toMatchObject([{ recipient: 'bob@b.example', status: '5.1.1' }]);
    expect(read.two.bounceParser.map(({ recipient }) => recipient)).toEqual([
      'bob@b.example',
      'eve@b.example',
    ]);
    expect(read.two.permanent).toEqual(['bob@b.example', 'eve@b.example']);
    expect(read.delayed.bounceParser).toEqual([]);
    expect(read.relayed.bounceParser).toEqual([]);
    expect([read.delayed.temporary, read.delayed.permanent]).toEqual([['bob@b.example'], []]);
    expect(read.relayed.permanent).toEqual([]);
  });
});
