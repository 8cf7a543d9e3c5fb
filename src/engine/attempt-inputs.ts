/*
 * From a message to its attempts: recipients are parsed and split by destination, in order of first appearance.
 */
import { MisuseError } from '../effects/misuse.js';
import { chooseNext } from '../policy/attempt/conclude.js';
import type { AttemptInput, AttemptResult } from '../policy/attempt/types.js';
import { NO_EXCHANGE } from '../policy/host/exchange.js';
import type { Destination } from '../policy/mx/candidate.js';
import { type Mailbox, parseMailbox } from '../policy/names/mailbox.js';

/** The envelope of a message as it is written, with every domain in A-labels (RFC 5321, Section 2.3.5). */
export interface Envelope {
  readonly from: string;
  readonly mailboxes: readonly Mailbox[];
}

/** The sender and the recipients of a message, parsed. Throws a {@link MisuseError}. */
export function parseEnvelope(
  mail: { readonly from: string; readonly to: readonly string[] },
  toAscii: (domain: string) => string,
): Envelope {
  if (mail.to.length === 0)
    throw new MisuseError('WAXSEAL_NO_RECIPIENT', 'there is no recipient; give at least one');
  const from = parseSender(mail.from, toAscii);
  const mailboxes = mail.to.map((text) => {
    const mailbox = parseMailbox(text, toAscii);
    if (mailbox === null) throw badAddress('recipient', text);
    return mailbox;
  });
  return { from, mailboxes };
}

/** The sender as it is written: its domain in A-labels (RFC 5321, Section 2.3.5). Throws a {@link MisuseError}. */
export function parseSender(from: string, toAscii: (domain: string) => string): string {
  if (from === '') return '';
  const mailbox = parseMailbox(from, toAscii);
  if (mailbox === null) throw badAddress('sender', from);
  return mailbox.address;
}

function badAddress(role: string, text: string): MisuseError {
  return new MisuseError(
    'WAXSEAL_BAD_ADDRESS',
    `the ${role} ${JSON.stringify(text)} is not a mail address; give one like name@example.org`,
  );
}

/** The recipients of an attempt, and where each of them stands among all of the message, from 0. */
export interface Group {
  readonly mailboxes: readonly Mailbox[];
  readonly places: readonly number[];
}

/** In order of first appearance: one attempt for each destination. */
export function byDestination(mailboxes: readonly Mailbox[]): readonly Group[] {
  const groups = new Map<string, { readonly mailboxes: Mailbox[]; readonly places: number[] }>();
  for (const [place, mailbox] of mailboxes.entries()) {
    const key = destinationKey(mailbox.destination);
    const group = groups.get(key) ?? { mailboxes: [], places: [] };
    group.mailboxes.push(mailbox);
    group.places.push(place);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** One text for each destination: a name in A-labels, or an address literal in brackets. */
export function destinationKey(destination: Destination): string {
  return destination.kind === 'domain' ? destination.name : `[${destination.address}]`;
}

/** What a fault of ours comes to: nobody is lost, nobody is served. */
export function deferAll(input: AttemptInput): AttemptResult {
  const decision = chooseNext('fault', input.recipients.length, 0);
  return {
    destination: input.destination,
    recipients: input.recipients.map((recipient) => ({
      recipient,
      outcome: 'deferred',
      status: '4.3.0',
      state: { verdict: 'next-host', status: '', ...NO_EXCHANGE, category: null, because: null },
      host: null,
      decision,
      because: { ...decision, mx: null },
    })),
    mxSecurity: 'insecure',
    requireTls: input.message.requireTls,
    decisions: [{ ...decision, mx: null }],
    reports: [],
    dialled: {},
    policy: null,
  };
}
