/*
 * From a message to its attempts: recipients are parsed and split by destination, in order of first appearance.
 */

import { decodePartialSettings } from '../effects/codecs/settings.codec.js';
import { chooseNext } from '../policy/attempt/conclude.js';
import type { AttemptInput, AttemptResult } from '../policy/attempt/types.js';
import { NO_EXCHANGE } from '../policy/host/exchange.js';
import type { Destination } from '../policy/mx/candidate.js';
import { type Mailbox, parseMailbox } from '../policy/names/mailbox.js';
import type { MessageFacts } from '../policy/require-tls/message.js';
import { DEFAULT_SETTINGS, type Settings } from '../policy/settings.js';

/** Thrown for a call that cannot be carried out as it is. `code` is stable; the message says what to do. */
export class MisuseError extends Error {
  override readonly name = 'MisuseError';
  constructor(
    readonly code:
      | 'WAXSEAL_BAD_ADDRESS'
      | 'WAXSEAL_NO_RECIPIENT'
      | 'WAXSEAL_BAD_DOMAIN'
      | 'WAXSEAL_BAD_SETTINGS'
      | 'WAXSEAL_BAD_MESSAGE',
    message: string,
  ) {
    super(message);
  }
}

/** The recipients of a message, parsed. Throws a {@link MisuseError}. */
export function parseRecipients(
  mail: { readonly from: string; readonly to: readonly string[] },
  toAscii: (domain: string) => string,
): readonly Mailbox[] {
  if (mail.to.length === 0)
    throw new MisuseError('WAXSEAL_NO_RECIPIENT', 'there is no recipient; give at least one');
  parseSender(mail.from, toAscii);
  return mail.to.map((text) => {
    const mailbox = parseMailbox(text, toAscii);
    if (mailbox === null) throw badAddress('recipient', text);
    return mailbox;
  });
}

/** Throws a {@link MisuseError} for a message that nothing could be decided about, or that could not be read. */
export function checkMessage(mail: {
  readonly content: unknown;
  readonly facts: Omit<MessageFacts, 'sender'>;
}): void {
  if (typeof mail.content !== 'function') {
    throw new MisuseError(
      'WAXSEAL_BAD_MESSAGE',
      'content must be a function that answers the octets of the message, as that of readMessage does',
    );
  }
  const known: readonly (keyof typeof mail.facts)[] = [
    'requireTls',
    'tlsRequired',
    'report',
    'sizeBytes',
    'body',
    'utf8',
  ];
  const missing = known.filter((name) => mail.facts?.[name] === undefined);
  if (missing.length > 0) {
    throw new MisuseError(
      'WAXSEAL_BAD_MESSAGE',
      `the facts of the message lack ${missing.join(', ')}; readMessage finds most of them, and only you know requireTls and report`,
    );
  }
}

/** Throws a {@link MisuseError} for settings that no attempt may be made with. */
export function checkSettings(settings: Settings): void {
  const missing = Object.keys(DEFAULT_SETTINGS).filter((name) => !Object.hasOwn(settings, name));
  if (missing.length > 0) {
    const names = missing.slice(0, 3).join(', ');
    throw new MisuseError('WAXSEAL_BAD_SETTINGS', `settings lack ${names}; make them with settingsOf`);
  }
  const decoded = decodePartialSettings(settings);
  if (decoded.ok) return;
  const problems = decoded.problems.slice(0, 3);
  const told = problems.map(({ path, expected, actual }) => `${path}: expected ${expected}, found ${actual}`);
  throw new MisuseError('WAXSEAL_BAD_SETTINGS', `correct these settings: ${told.join('; ')}`);
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

/** In order of first appearance: one attempt for each destination. */
export function byDestination(mailboxes: readonly Mailbox[]): readonly (readonly Mailbox[])[] {
  const groups = new Map<string, Mailbox[]>();
  for (const mailbox of mailboxes) {
    const key = keyOf(mailbox.destination);
    groups.set(key, [...(groups.get(key) ?? []), mailbox]);
  }
  return [...groups.values()];
}

function keyOf(destination: Destination): string {
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
