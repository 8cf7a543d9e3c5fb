/*
 * What a client says of a message in front of DATA, read and checked. The library has decoded the values of parameters from xtext
 * already, whatever they are; here each is read as what it is (RFC 3461, Section 4).
 */
import { domainToASCII } from 'node:url';
import type { SMTPServerAddress, SMTPServerSession } from 'smtp-server';
import { type Notify, type Ret, readEnvid, readNotify, readOrcpt, readRet } from '../../policy/dsn/index.js';
import { isAscii, parseMailbox } from '../../policy/names/mailbox.js';
import { encodeXtext } from '../../policy/smtp/xtext.js';

export interface Envelope {
  /** "": the null sender. */
  readonly sender: string;
  readonly recipients: readonly EnvelopeRecipient[];
  /** What the client calls the message; "" where it does not say. */
  readonly ident: string;
  readonly requireTls: 'yes' | 'no';
  readonly ret: Ret;
  /** ENVID, decoded; null: none was given. */
  readonly envelopeId: string | null;
  /** The name that the client gave. */
  readonly receivedFrom: string;
}

export interface EnvelopeRecipient {
  readonly address: string;
  readonly notify: Notify;
  /** ORCPT, `type;address`, decoded; null: none was given. */
  readonly original: string | null;
}

/** Of a session in which MAIL and RCPT were accepted. */
export function envelopeOf({ envelope, xForward, hostNameAppearsAs }: SMTPServerSession): Envelope {
  const { mailFrom } = envelope;
  const envelopeId = mailFrom === false ? null : envidOf(mailFrom);
  const ident = xForward.get('IDENT');
  return {
    sender: mailFrom === false ? '' : inALabels(mailFrom.address),
    recipients: envelope.rcptTo.map((each) => ({
      address: inALabels(each.address),
      notify: notifyOf(each) ?? 'absent',
      original: originalOf(each),
    })),
    // Postfix's queue id, which is the same at every attempt, or the envelope id (RFC 3461, Section 4.4).
    ident: typeof ident === 'string' && ident !== '' ? ident : (envelopeId ?? ''),
    requireTls: envelope.requireTLS === true ? 'yes' : 'no',
    ret: mailFrom === false ? 'absent' : (retOf(mailFrom) ?? 'absent'),
    envelopeId,
    receivedFrom: hostNameAppearsAs,
  };
}

/** What is wrong with MAIL as the answer says it, or null. */
export function refuseSender(
  sender: SMTPServerAddress,
  { envelope }: SMTPServerSession,
  requireTls: 'keep' | 'off',
): Error | null {
  if (requireTls === 'off' && parameterOf(sender, 'REQUIRETLS') !== undefined)
    return replyError(555, '5.5.4 REQUIRETLS is switched off here');
  if (sender.address !== '' && parseMailbox(sender.address, domainToASCII) === null)
    return replyError(553, '5.1.7 the sender is no mail address');
  if (retOf(sender) === null) return replyError(501, '5.5.4 RET is FULL or HDRS');
  if (isGiven(sender, 'ENVID') && envidOf(sender) === null)
    return replyError(501, '5.5.4 ENVID is no printable text in xtext');
  return envelope.mailFrom === false ? null : replyError(503, '5.5.1 there is a sender already');
}

/** What is wrong with RCPT as the answer says it, or null. */
export function refuseRecipient(recipient: SMTPServerAddress, { envelope }: SMTPServerSession): Error | null {
  const { address } = recipient;
  if (parseMailbox(address, domainToASCII) === null)
    return replyError(553, '5.1.3 the recipient is no mail address');
  if (notifyOf(recipient) === null)
    return replyError(501, '5.5.4 NOTIFY is NEVER, or some of SUCCESS, FAILURE and DELAY');
  if (isGiven(recipient, 'ORCPT') && originalOf(recipient) === null)
    return replyError(501, '5.5.4 ORCPT is a type, ";" and an address in xtext');
  // The library would put it in the place of the first one, and there would be an answer too few.
  const spelled = inALabels(address).toLowerCase();
  const isRepeated = envelope.rcptTo.some((each) => inALabels(each.address).toLowerCase() === spelled);
  return isRepeated ? replyError(450, '4.5.3 this recipient was named already; once a transaction') : null;
}

/** As the library wants to be told. */
export function replyError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

export function retOf(sender: SMTPServerAddress): Ret | null {
  return isGiven(sender, 'RET') ? readRet(textOf(sender, 'RET')) : 'absent';
}

export function envidOf(sender: SMTPServerAddress): string | null {
  const text = textOf(sender, 'ENVID');
  return isAscii(text) ? readEnvid(encodeXtext(text)) : null;
}

export function notifyOf(recipient: SMTPServerAddress): Notify | null {
  return isGiven(recipient, 'NOTIFY') ? readNotify(textOf(recipient, 'NOTIFY')) : 'absent';
}

export function originalOf(recipient: SMTPServerAddress): string | null {
  const text = textOf(recipient, 'ORCPT');
  const [, type = '', address = ''] = /^([^;]+);(.+)$/s.exec(text) ?? [];
  if (type.toLowerCase() === 'utf-8') return readOrcpt(text);
  return isAscii(address) ? readOrcpt(`${type};${encodeXtext(address)}`) : null;
}

export function isGiven(address: SMTPServerAddress, keyword: string): boolean {
  return parameterOf(address, keyword) !== undefined;
}

function textOf(address: SMTPServerAddress, keyword: string): string {
  const value = parameterOf(address, keyword);
  return typeof value === 'string' ? value : '';
}

function parameterOf({ args }: SMTPServerAddress, keyword: string): string | true | undefined {
  return args === false ? undefined : args[keyword];
}

/** The library hands domains out in U-labels. */
export function inALabels(address: string): string {
  return parseMailbox(address, domainToASCII)?.address ?? address;
}
