/* Notices of every kind, for our own tests and for the readers of others. */
import { composeNotice } from './compose-notice.js';
import type { NoticeFacts, NoticeRecipient } from './notice.js';

export const COMPOSED_AT = Date.UTC(2026, 4, 1, 12, 0, 0);
const HOUR_MS = 3_600_000;

export const HEADER =
  'Received: from laptop.a.example by mail.a.example; Fri, 1 May 2026 08:00:00 +0000\r\n' +
  'From: Ann <ann@a.example>\r\nTo: bob@b.example\r\nSubject: one\r\n two\r\nMessage-ID: <m1@a.example>\r\n';
export const MESSAGE = `${HEADER}\r\nthe body\r\n`;

export function octetsOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A recipient who was refused by a host in two lines. */
export function recipientOf(own: Partial<NoticeRecipient> = {}): NoticeRecipient {
  return {
    address: 'bob@b.example',
    original: null,
    status: '5.1.1',
    reply: { code: 550, lines: ['5.1.1 <bob@b.example>: no such mailbox', '5.1.1 look it up'] },
    remote: { name: 'mx.b.example', ip: '192.0.2.1' },
    because: {
      row: 'REPLY-4',
      why: 'The server refuses for good.',
      mx: 'mx.b.example',
      mechanisms: [],
      facts: [],
    },
    change: [],
    lastAttemptAt: COMPOSED_AT - 5_000,
    next: null,
    ...own,
  };
}

/** Whom an MTA-STS policy stopped; nothing was said to the host about the message. */
export const stoppedByPolicy = recipientOf({
  status: '4.7.5',
  reply: null,
  remote: null,
  because: {
    row: 'BAR-5',
    why: 'The policy in force does not list this host.',
    mx: 'mx.b.example',
    mechanisms: ['MTA-STS'],
    facts: ['No line of the policy lists mx.b.example; it has "mx: mail.b.example".'],
  },
  change: ['b.example lists mx.b.example in its MTA-STS policy.'],
});

/** The facts of a failure, with parts replaced. */
export function noticeOf(
  own: Partial<Omit<NoticeFacts, 'message'>> & { readonly message?: Partial<NoticeFacts['message']> } = {},
): NoticeFacts {
  return {
    action: 'failed',
    reportingMta: 'mail.a.example',
    postmaster: 'postmaster@a.example',
    returnPath: 'ann@a.example',
    composedAt: COMPOSED_AT,
    id: 'n1.failed.1',
    recipients: [recipientOf()],
    ...own,
    message: {
      queueId: 'q1',
      arrivedAt: COMPOSED_AT - 4 * HOUR_MS,
      envelopeId: null,
      receivedFrom: null,
      utf8: 'not-needed',
      returns: 'headers',
      octets: octetsOf(MESSAGE),
      ...own.message,
    },
  };
}

export const delayed = noticeOf({
  action: 'delayed',
  id: 'n1.delayed.5',
  recipients: [
    { ...stoppedByPolicy, next: { attemptAt: COMPOSED_AT + HOUR_MS, until: COMPOSED_AT + 20 * HOUR_MS } },
  ],
});

/** A notice about a message of UTF-8 to an address of UTF-8. */
export function utf8NoticeTo(returnPath: string): NoticeFacts {
  return noticeOf({
    returnPath,
    recipients: [
      recipientOf({
        address: 'jörg@b.example',
        original: 'utf-8;j\\x{F6}rg@b.example',
        reply: { code: 550, lines: ['5.1.1 jörg unbekannt'] },
      }),
    ],
    message: { utf8: 'needed', octets: octetsOf('From: jörg@a.example\r\nSubject: grün\r\n\r\nbody\r\n') },
  });
}

/** The octets of a notice. */
export function octetsOfNotice(facts: NoticeFacts): Uint8Array {
  return Buffer.concat(
    composeNotice(facts).chunks.map((chunk) => (typeof chunk === 'string' ? octetsOf(chunk) : chunk)),
  );
}

export function textOfNotice(facts: NoticeFacts): string {
  return Buffer.from(octetsOfNotice(facts)).toString('utf8');
}
