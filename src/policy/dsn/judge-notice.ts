import { type Decision, decide } from '../kernel/table.js';
import { isAscii } from '../names/mailbox.js';
import {
  type NoticeAction,
  type NoticeEvent,
  type NoticeForm,
  type NoticeVerdict,
  notice,
  noticeContent,
  noticeForm,
} from './notice.tables.js';
import type { Notify, NotifyWord, Ret } from './request.js';

/** Octets of a message that is returned whole, at most. */
export const RETURNED_OCTETS_MAX = 50_000;

export interface NoticeQuestion {
  readonly event: NoticeEvent;
  readonly notify: Notify;
  /** The return path; "" is the null sender. */
  readonly sender: string;
  readonly origin: (typeof notice.inputs.origin)[number];
}

/** Whether the sender is told, and what (RFC 3461, Section 5.2). Total; never throws. */
export function judgeNotice({ event, notify, sender, origin }: NoticeQuestion): Decision<NoticeVerdict> {
  return decide(notice, {
    event,
    notify: typeof notify === 'string' ? notify : notify.includes(WORDS[event]) ? 'listed' : 'not-listed',
    sender: sender === '' ? 'null' : 'given',
    origin,
  });
}

/** Under which word of NOTIFY an event falls. */
const WORDS: Readonly<Record<NoticeEvent, NotifyWord>> = {
  failed: 'failure',
  dropped: 'failure',
  delayed: 'delay',
  relayed: 'success',
  'passed-on': 'success',
  delivered: 'success',
};

/** How much of the message goes back (RFC 3461, Section 6.2; RFC 8689, Section 5). */
export function judgeContent(
  action: NoticeAction,
  message: { readonly ret: Ret; readonly requireTls: 'yes' | 'no'; readonly sizeBytes: number },
): Decision<'message' | 'headers'> {
  return decide(noticeContent, {
    notice: action === 'failed' ? 'failed' : 'other',
    ret: message.ret,
    requireTls: message.requireTls,
    size: message.sizeBytes <= RETURNED_OCTETS_MAX ? 'fits' : 'too-large',
  });
}

/** In which characters it is written (RFC 6533). `texts`: the addresses in it. */
export function judgeForm(
  returnPath: string,
  texts: readonly string[],
  original: 'needed' | 'not-needed',
): Decision<NoticeForm> {
  return decide(noticeForm, {
    returnPath: isAscii(returnPath) ? 'ascii' : 'utf8',
    content: original === 'not-needed' && texts.every(isAscii) ? 'ascii' : 'utf8',
  });
}
