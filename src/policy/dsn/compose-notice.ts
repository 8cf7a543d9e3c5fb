/*
 * A notice as a message (RFC 3464, RFC 6522, RFC 6533), written line by line: builders of MIME wrap the parts of a notice
 * in encodings that its readers do not expect. Three parts: for people, for programs, and what goes back of the message,
 * whose octets are not touched. Everything else that strangers have said is bounded, and has no control characters.
 */
import { isAscii } from '../names/mailbox.js';
import { mailDate } from '../tls-report/send/report-day.js';
import { humanLines } from './human-part.js';
import { judgeForm } from './judge-notice.js';
import { asciiOf, base64Lines, quotedPrintable } from './mail-text.js';
import type { NoticeFacts } from './notice.js';
import type { NoticeAction, NoticeForm } from './notice.tables.js';
import { freeBoundary, has8bit, headerOctets, messageIdOf } from './original.js';
import { statusLines } from './status-part.js';

/** A composed notice, to be sent from the null sender to the return path, with NOTIFY=NEVER and no RET. */
export interface ComposedNotice {
  /** The message, in order; texts are to be encoded in UTF-8. */
  readonly chunks: readonly (string | Uint8Array)[];
  readonly utf8: 'needed' | 'not-needed';
  readonly body: '7bit' | '8bit';
}

const SUBJECT_ADDRESS_MAX = 120;

/** Composes it. Pure and total: the same facts give the same octets. */
export function composeNotice(facts: NoticeFacts): ComposedNotice {
  const { message, recipients, returnPath, id } = facts;
  const addresses = recipients.flatMap(({ address, original }) => [address, original ?? address]);
  const form = judgeForm(returnPath, addresses, message.utf8).verdict;
  const header = headerOctets(message.octets);
  const returned = message.returns === 'message' ? message.octets : header;
  const boundary = freeBoundary(id, returned);
  const chunks = [
    lines(
      ...headerLines(facts, form, boundary, messageIdOf(header)),
      '',
      `--${boundary}`,
      ...humanPart(facts, form),
      '',
      `--${boundary}`,
      ...statusPart(facts, form),
    ),
    ...(message.returns === 'nothing'
      ? []
      : [lines('', `--${boundary}`), ...originalPart(facts, form, returned)]),
    lines('', `--${boundary}--`),
  ];
  const is8bit = chunks.some((chunk) => (typeof chunk === 'string' ? !isAscii(chunk) : has8bit(chunk)));
  return { chunks, utf8: form === 'global' ? 'needed' : 'not-needed', body: is8bit ? '8bit' : '7bit' };
}

/** What a signature of a notice covers: every field that it always has (RFC 6376, Section 5.4). */
export const SIGNED_NOTICE_FIELDS = [
  'From',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'Auto-Submitted',
  'MIME-Version',
  'Content-Type',
] as const;

function headerLines(
  facts: NoticeFacts,
  form: NoticeForm,
  boundary: string,
  about: string | null,
): readonly string[] {
  return [
    `Date: ${mailDate(facts.composedAt)}`,
    `From: Mail Delivery System <${facts.postmaster}>`,
    `To: <${facts.returnPath}>`,
    `Subject: ${subjectOf(facts)}`,
    `Message-ID: <${facts.id}@${asciiOf(facts.reportingMta)}>`,
    ...(about === null ? [] : [`In-Reply-To: ${about}`, `References: ${about}`]),
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ` boundary="${boundary}"`,
    ...(form === 'global' ? ['Content-Transfer-Encoding: 8bit'] : []),
  ];
}

const SUBJECTS: Readonly<Record<NoticeAction, string>> = {
  failed: 'Undelivered',
  delayed: 'Delayed',
  relayed: 'Relayed',
  delivered: 'Delivered',
};

function subjectOf({ action, recipients }: NoticeFacts): string {
  const [first] = recipients;
  const others = recipients.length - 1;
  const whom = asciiOf(first!.address).slice(0, SUBJECT_ADDRESS_MAX);
  return `${SUBJECTS[action]}: your message to ${whom}${others === 0 ? '' : ` and ${others} more`}`;
}

function humanPart(facts: NoticeFacts, form: NoticeForm): readonly string[] {
  const text = humanLines(facts, form);
  if (text.every(isAscii))
    return ['Content-Type: text/plain; charset=us-ascii', 'Content-Transfer-Encoding: 7bit', '', ...text];
  return form === 'global'
    ? ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', ...text]
    : [
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        ...text.flatMap(quotedPrintable),
      ];
}

function statusPart(facts: NoticeFacts, form: NoticeForm): readonly string[] {
  const head =
    form === 'global'
      ? ['Content-Type: message/global-delivery-status', 'Content-Transfer-Encoding: 8bit']
      : ['Content-Type: message/delivery-status', 'Content-Transfer-Encoding: 7bit'];
  return [...head, '', ...statusLines(facts, form)];
}

/** The octets as they are; only a header or message of UTF-8 that may have to go by a way of 7 bits is encoded (RFC 6532, Section 3.7). */
function originalPart(
  { message }: NoticeFacts,
  form: NoticeForm,
  octets: Uint8Array,
): readonly (string | Uint8Array)[] {
  const isWhole = message.returns === 'message';
  const isUtf8 = message.utf8 === 'needed' && has8bit(isWhole ? headerOctets(octets) : octets);
  const type = isUtf8
    ? `message/global${isWhole ? '' : '-headers'}`
    : isWhole
      ? 'message/rfc822'
      : 'text/rfc822-headers';
  const is8bit = has8bit(octets);
  const encoding = !is8bit ? '7bit' : isUtf8 && form !== 'global' ? 'base64' : '8bit';
  const head = lines(`Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`, '');
  return encoding === 'base64' ? [head, lines(...base64Lines(octets))] : [head, octets];
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\r\n`).join('');
}
