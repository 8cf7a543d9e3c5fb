/*
 * What the small internet was asked and told, as a test asks for it. That no mail came is easily true: of a sender that never ran,
 * or that asked for another name. So it must also be said how far the sender came.
 */
import { domainPart } from '../../policy/names/mailbox.js';
import type { DnsQuery } from '../dns-message.js';
import type { Internet } from '../internet.js';
import type { ReceivedMessage, ReceivedSession } from '../smtp-receiver.js';
import { isObject, type Matched } from './delivery.js';

type Witness = Pick<Internet, 'hosts' | 'sessions' | 'queries'>;

/** How far a sender came that sent no mail. */
export interface ButSeen {
  /**
   * `question`, the default: it asked DNS for the domain, or for a name below it. `connection`: it connected. `tls`: it asked for
   * TLS. `refused-mail`: it named the recipient, and was refused.
   */
  readonly but?: 'question' | 'connection' | 'tls' | 'refused-mail';
  /** The ID of the mail host where it came that far. Default: at one of them. */
  readonly at?: string;
}
const FAR: readonly (ButSeen['but'] & string)[] = ['question', 'connection', 'tls', 'refused-mail'];

/** Whether no host took mail for that address, or for any at that domain, from a sender that came that far. */
export function toHaveSeenNoMailFor(
  received: unknown,
  whom: string,
  { but = 'question', at }: ButSeen = {},
): Matched {
  const internet = internetIn(received);
  if (!FAR.includes(but))
    throw new TypeError(`but is one of ${FAR.join(', ')}, and ${JSON.stringify(but)} is none`);
  const taken = messagesFor(internet, whom);
  const isReached = hasCome(internet, whom, but, at);
  return {
    pass: taken.length === 0 && isReached,
    actual: taken.map(({ host, message }) => ({ host, tls: message.tls, recipients: message.recipients })),
    expected: [],
    message: () => {
      if (taken.length > 0) return `no mail for ${whom} should have been taken: ${told(taken)}`;
      const place = at === undefined ? '' : ` at ${at}`;
      return isReached
        ? `mail for ${whom} should have been taken, and was not`
        : `the sender of mail for ${whom} did not come as far as that: ${but}${place}. It says nothing that no mail was seen.`;
    },
  };
}

/** Whether a host took mail for that address, or for any at that domain. */
export function toHaveReceivedMailFor(
  this: { readonly isNot?: boolean } | undefined,
  received: unknown,
  whom: string,
  { over, at }: { readonly over?: 'tls' | 'clear'; readonly at?: string } = {},
): Matched {
  if (this?.isNot === true)
    throw new TypeError('toHaveSeenNoMailFor says that no mail came, and how far the sender came instead');
  const all = messagesFor(internetIn(received), whom);
  const fitting = all.filter(
    ({ host, message }) =>
      (at === undefined || host === at) && (over === undefined || message.tls === (over === 'tls')),
  );
  const where = at === undefined ? '' : ` at ${at}`;
  return {
    pass: fitting.length > 0,
    message: () =>
      `mail for ${whom} should have been taken${where}${over === undefined ? '' : ` over ${over}`}: ${
        all.length === 0 ? 'none was' : told(all)
      }`,
  };
}

/** Whether the resolver was asked for records of that type at that name. */
export function toHaveBeenAsked(received: unknown, type: string, name: string): Matched {
  const asked = internetIn(received).queries();
  const wanted = `${type.toUpperCase()} ${plain(name)}`;
  return {
    pass: asked.some((query) => keyOf(query) === wanted),
    actual: [...new Set(asked.map(keyOf))],
    expected: [wanted],
    message: () => `the resolver should have been asked for ${wanted}; it was asked for ${listOf(asked)}`,
  };
}

function hasCome(
  internet: Witness,
  whom: string,
  but: ButSeen['but'] & string,
  at: string | undefined,
): boolean {
  if (but === 'question') {
    const domain = plain(domainPart(whom));
    return internet.queries().some(({ name }) => name === domain || name.endsWith(`.${domain}`));
  }
  const sessions = (at === undefined ? internet.hosts() : [at]).flatMap((host) => internet.sessions(host));
  switch (but) {
    case 'connection':
      return sessions.length > 0;
    case 'tls':
      return sessions.some(({ commands }) => commands.some((line) => /^STARTTLS$/i.test(line.trim())));
    case 'refused-mail':
      return sessions.some((session) => wasNamed(session, whom));
  }
}

function wasNamed({ commands }: ReceivedSession, whom: string): boolean {
  return commands.some((line) => {
    const path = /^RCPT TO:\s*<([^>]*)>/i.exec(line)?.[1];
    return path !== undefined && isFor(path, whom);
  });
}

interface Taken {
  readonly host: string;
  readonly message: ReceivedMessage;
}

function messagesFor(internet: Witness, whom: string): readonly Taken[] {
  return internet.hosts().flatMap((host) =>
    internet
      .sessions(host)
      .flatMap(({ messages }) => messages)
      .filter(({ recipients }) => recipients.some((recipient) => isFor(recipient, whom)))
      .map((message) => ({ host, message })),
  );
}

function isFor(recipient: string, whom: string): boolean {
  return whom.includes('@')
    ? recipient.toLowerCase() === whom.toLowerCase()
    : plain(domainPart(recipient)) === plain(whom);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function told(taken: readonly Taken[]): string {
  return taken
    .map(
      ({ host, message }) =>
        `${host} took it ${message.tls ? 'over TLS' : 'in clear'} for ${message.recipients.join(', ')}`,
    )
    .join('; ');
}

function keyOf({ type, name }: DnsQuery): string {
  return `${type} ${name}`;
}

function listOf(asked: readonly DnsQuery[]): string {
  return asked.length === 0 ? 'nothing' : [...new Set(asked.map(keyOf))].join(', ');
}

function internetIn(value: unknown): Witness {
  if (isObject(value) && ['hosts', 'sessions', 'queries'].every((name) => typeof value[name] === 'function'))
    return value as unknown as Witness;
  throw new TypeError('this matcher takes a running internet, as startInternet answers it');
}
