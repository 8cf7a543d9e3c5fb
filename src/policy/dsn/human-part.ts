/* The part for people: who speaks, what became of each recipient, the very words of the other side, what decided, what comes next. */
import { mailDate } from '../tls-report/send/report-day.js';
import { asciiOf, inPieces, printableOf, wrapped } from './mail-text.js';
import type { NoticeFacts, NoticeRecipient } from './notice.js';
import type { NoticeAction, NoticeForm } from './notice.tables.js';
import { reasonText, replyLines } from './status-part.js';

/** Facts and changes that are shown for a recipient at most, each. */
const SENTENCES_MAX = 5;

/** Its lines, in the characters of that form. */
export function humanLines(facts: NoticeFacts, form: NoticeForm): readonly string[] {
  const written = form === 'ascii' ? asciiOf : printableOf;
  return [
    ...wrapped(`This is the mail system at ${facts.reportingMta}.`),
    '',
    ...wrapped(OPENINGS[facts.action]),
    ...facts.recipients.flatMap((recipient) => ['', ...aboutRecipient(recipient, facts.action)]),
    '',
    ...wrapped(ATTACHED[facts.message.returns]),
  ].map(written);
}

const ATTACHED: Readonly<Record<NoticeFacts['message']['returns'], string>> = {
  message: 'Attached are the details for programs, and the message.',
  headers: 'Attached are the details for programs, and the header of the message.',
  nothing:
    'Attached are the details for programs. The message itself was damaged where it was kept, so nothing of it is returned.',
};

const OPENINGS: Readonly<Record<NoticeAction, string>> = {
  failed:
    'Your message could not be delivered to the recipients named below. It is not tried again; to reach them, send it anew.',
  delayed:
    'Your message has not been delivered yet to the recipients named below. It is tried again by itself; you need not do anything.',
  relayed:
    'Your message was handed on for the recipients named below, to servers that do not tell whether they deliver it. You will hear no more of it unless it fails.',
  delivered: 'Your message was delivered to the recipients named below.',
};

function aboutRecipient(recipient: NoticeRecipient, action: NoticeAction): readonly string[] {
  const { address, reply, remote, because, change, next } = recipient;
  const place = remote === null ? null : `${remote.name}${remote.ip === null ? '' : ` [${remote.ip}]`}`;
  const isStopped = action === 'failed' || action === 'delayed';
  return [
    `<${address}>: ${recipient.status}`,
    ...(reply === null
      ? []
      : [
          ...wrapped(`The host ${place ?? 'that was asked'} said:`, '  '),
          ...replyLines(reply)
            .flatMap((line) => inPieces(line))
            .map((line) => `    ${line}`),
        ]),
    ...(because === null || !isStopped ? [] : wrapped(reasonText(because), '  ')),
    ...(because === null || !isStopped
      ? []
      : because.facts.slice(0, SENTENCES_MAX).flatMap((fact) => bullet(fact))),
    ...(change.length === 0 || !isStopped
      ? []
      : [
          ...wrapped('It would be different, if this changed:', '  '),
          ...change.slice(0, SENTENCES_MAX).flatMap((each) => bullet(each)),
        ]),
    ...(next === null
      ? []
      : wrapped(
          `The next attempt is due at ${mailDate(next.attemptAt)}; at ${mailDate(next.until)} it is given up.`,
          '  ',
        )),
  ];
}

function bullet(text: string): readonly string[] {
  return wrapped(text, '    ').map((line, at) => (at === 0 ? `  - ${line.slice(4)}` : line));
}
