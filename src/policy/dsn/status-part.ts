/* The part for programs (RFC 3464, Section 2): each field with one blank behind the colon and one behind the type. */
import { parseHostName } from '../names/domain-name.js';
import { isAscii } from '../names/mailbox.js';
import type { Reply } from '../smtp/reply.js';
import { decodeUnitext, encodeUnitext } from '../smtp/xtext.js';
import { mailDate } from '../tls-report/send/report-day.js';
import { asciiOf, inPieces, printableOf } from './mail-text.js';
import type { NoticeFacts, NoticeRecipient, Reason } from './notice.js';
import type { NoticeForm } from './notice.tables.js';

/** Lines of a reply that are shown at most; the bound of a reply is higher. */
const REPLY_LINES_MAX = 20;

/** Its lines, without the header of the part. */
export function statusLines(facts: NoticeFacts, form: NoticeForm): readonly string[] {
  const written = form === 'global' ? printableOf : asciiOf;
  const { message } = facts;
  return [
    `Reporting-MTA: ${hostOf(facts.reportingMta)}`,
    ...(message.envelopeId === null ? [] : folded(`Original-Envelope-Id: ${asciiOf(message.envelopeId)}`)),
    ...(message.receivedFrom === null ? [] : [`Received-From-MTA: ${hostOf(message.receivedFrom)}`]),
    `Arrival-Date: ${mailDate(message.arrivedAt)}`,
    `X-Waxseal-Queue-ID: ${asciiOf(message.queueId)}`,
    ...facts.recipients.flatMap((recipient) => ['', ...recipientLines(facts, recipient, form, written)]),
  ];
}

function recipientLines(
  { action }: NoticeFacts,
  recipient: NoticeRecipient,
  form: NoticeForm,
  written: (text: string) => string,
): readonly string[] {
  const { address, original, status, remote, lastAttemptAt, next } = recipient;
  return [
    ...(original === null ? [] : folded(`Original-Recipient: ${originalOf(original, form)}`)),
    ...folded(`Final-Recipient: ${addressOf(address, form)}`),
    `Action: ${action}`,
    `Status: ${status}`,
    ...(remote === null ? [] : [`Remote-MTA: ${remoteOf(remote)}`]),
    ...diagnosticLines(recipient, written),
    ...(lastAttemptAt === null ? [] : [`Last-Attempt-Date: ${mailDate(lastAttemptAt)}`]),
    ...(action === 'delayed' && next !== null ? [`Will-Retry-Until: ${mailDate(next.until)}`] : []),
  ];
}

/** The reply as it was heard, its further lines folded (RFC 3461, Section 9.2); else what we say ourselves. */
function diagnosticLines(
  { reply, because, status }: NoticeRecipient,
  written: (text: string) => string,
): readonly string[] {
  if (reply !== null) {
    return replyLines(reply)
      .map(written)
      .flatMap((line, at) =>
        at === 0 ? folded(`Diagnostic-Code: smtp; ${line}`) : inPieces(line).map((piece) => ` ${piece}`),
      );
  }
  const own = OWN_REPLIES[status];
  if (own !== undefined) return [`Diagnostic-Code: smtp; ${own}`];
  return because === null ? [] : folded(`Diagnostic-Code: x-waxseal; ${written(because.why)}`);
}

/** Where an RFC gives a reply code to what we found out without asking a server (RFC 7505, Section 4.1; RFC 8689, Section 7; RFC 5248). */
const OWN_REPLIES: Readonly<Record<string, string>> = {
  '5.1.10': '556 5.1.10 Recipient address has null MX',
  '5.7.30': '550 5.7.30 REQUIRETLS support required',
  '5.7.10': '523 5.7.10 Encryption Needed',
};

/** A reply as on the wire, line by line, bounded. */
export function replyLines({ code, codes, lines }: Reply): readonly string[] {
  return lines
    .map((line, at) => `${codes?.[at] ?? code}${at === lines.length - 1 ? ' ' : '-'}${line}`.trimEnd())
    .slice(-REPLY_LINES_MAX);
}

function addressOf(address: string, form: NoticeForm): string {
  if (isAscii(address)) return `rfc822; ${address}`;
  return `utf-8; ${form === 'global' ? printableOf(address) : encodeUnitext(address)}`;
}

function originalOf(original: string, form: NoticeForm): string {
  const at = original.indexOf(';');
  const type = original.slice(0, at);
  const address = original.slice(at + 1);
  if (type.toLowerCase() !== 'utf-8') return `${type}; ${asciiOf(address)}`;
  const plain = decodeUnitext(address);
  return `${type}; ${form === 'global' ? printableOf(plain) : encodeUnitext(plain)}`;
}

/** A name in the DNS, or what is none under a type of its own (RFC 3464, Section 2.2.2). */
function hostOf(name: string): string {
  const isName = name.includes('.') && parseHostName(name) !== null;
  return isName ? `dns; ${name}` : `x-local-hostname; ${asciiOf(name)}`;
}

function remoteOf({ name, ip }: NonNullable<NoticeRecipient['remote']>): string {
  return ip === null ? hostOf(name) : `${hostOf(name)} (${asciiOf(ip)})`;
}

/** A field whose value may be long, folded where a line would not hold it. */
function folded(field: string): readonly string[] {
  return inPieces(field).map((piece, at) => (at === 0 ? piece : ` ${piece}`));
}

/** In one sentence, as a stranger may read it. */
export function reasonText({ mechanisms, why }: Reason): string {
  return mechanisms.length === 0 ? why : `${mechanisms.join(' and ')}: ${why}`;
}
