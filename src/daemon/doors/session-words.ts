/* What smtp-server tells of a session and its addresses, in the words of the tables. */
import { domainToASCII } from 'node:url';
import type { SMTPServerAddress, SMTPServerSession } from 'smtp-server';
import { envidOf, isGiven, notifyOf, originalOf, retOf } from '../../hosts/lmtp/envelope.js';
import { isAscii, parseMailbox } from '../../policy/names/mailbox.js';
import type { Transaction } from './door.js';

const MAIL_PARAMETERS = new Set(['SIZE', 'BODY', 'SMTPUTF8', 'REQUIRETLS', 'RET', 'ENVID', 'AUTH']);
const RCPT_PARAMETERS = new Set(['NOTIFY', 'ORCPT']);

export function userOf({ user }: SMTPServerSession): string | null {
  return typeof user === 'string' ? user : null;
}

export function tlsOf({
  secure,
  tlsOptions,
}: SMTPServerSession): { readonly protocol: string; readonly cipher: string } | null {
  if (!secure || tlsOptions === false) return null;
  return { protocol: tlsOptions.version, cipher: tlsOptions.name };
}

/** Of MAIL. */
export function senderParameters(address: SMTPServerAddress) {
  const isSound = retOf(address) !== null && (!isGiven(address, 'ENVID') || envidOf(address) !== null);
  return parametersOf(address, MAIL_PARAMETERS, isSound);
}

/** Of RCPT. */
export function recipientParameters(address: SMTPServerAddress) {
  const isSound = notifyOf(address) !== null && (!isGiven(address, 'ORCPT') || originalOf(address) !== null);
  return parametersOf(address, RCPT_PARAMETERS, isSound);
}

function parametersOf({ args }: SMTPServerAddress, known: ReadonlySet<string>, isSound: boolean) {
  if (args !== false && Object.keys(args).some((name) => !known.has(name))) return 'unknown';
  return isSound ? 'known' : 'malformed';
}

export function addressWord({ address }: SMTPServerAddress, { envelope }: SMTPServerSession) {
  if (parseMailbox(address, domainToASCII) === null) return 'malformed';
  const local = address.slice(0, address.lastIndexOf('@'));
  return isAscii(local) || envelope.smtpUtf8 === true ? 'fit' : 'beyond-ascii';
}

export function envelopeIdOf(sender: SMTPServerAddress | false) {
  const envelopeId = sender === false ? null : envidOf(sender);
  return envelopeId === null ? {} : { envelopeId };
}

/** Each once, with what was asked for the first time. */
export function uniqueRecipients(recipients: Transaction['recipients']) {
  const known = new Map<string, SMTPServerAddress>();
  for (const { address, given } of recipients) if (!known.has(address)) known.set(address, given);
  return [...known].map(([address, given]) => {
    const original = originalOf(given);
    return {
      ...{ address, notify: notifyOf(given) ?? ('absent' as const) },
      ...(original === null ? {} : { original }),
    };
  });
}
