/*
 * What Postfix asks for: a next hop as it stands in its tables. A name is a domain, whose MX records lead on; a name in brackets
 * is a host. A name may bring a port along. Behind a name that is not found Postfix asks for its parents, with a dot in front.
 */
import type { Destination } from '../mx/candidate.js';
import { parseHostName } from '../names/domain-name.js';
import { parseAddressLiteral } from '../names/ip-address.js';
import { isAscii } from '../names/mailbox.js';

export interface NextHop {
  readonly kind: 'domain' | 'host';
  readonly destination: Destination;
  /** TCP port; null: the usual one. */
  readonly port: number | null;
}

/** The names of services that Postfix may be given for a port. */
const SERVICES: Readonly<Record<string, number>> = {
  smtp: 25,
  smtps: 465,
  submissions: 465,
  submission: 587,
};
const KEY_LENGTH_MAX = 512;

/**
 * Reads a key; null: nothing can be said of it, because it is a parent, a path or no name. `toAscii` converts a domain with
 * U-labels to A-labels, and gives "" where it cannot.
 */
export function parseLookupKey(text: string, toAscii: (domain: string) => string): NextHop | null {
  if (text.length > KEY_LENGTH_MAX || text.startsWith('.')) return null;
  const [, bracketed, plain, service] =
    /^(?:\[([^[\]]+)\]|([^[\]:]+))(?::([A-Za-z0-9]{1,16}))?$/.exec(text) ?? [];
  const port = service === undefined ? null : portOf(service);
  if (port === undefined) return null;
  const literal = bracketed === undefined ? null : addressIn(bracketed);
  if (literal !== null) return { kind: 'host', destination: { kind: 'literal', address: literal }, port };
  const name = nameIn(bracketed ?? plain ?? '', toAscii);
  if (name === null) return null;
  return {
    kind: bracketed === undefined ? 'domain' : 'host',
    destination: { kind: 'domain', name },
    port,
  };
}

/** The same next hop is the same text. */
export function lookupKeyText({ kind, destination, port }: NextHop): string {
  const name = destination.kind === 'domain' ? destination.name : destination.address;
  return `${kind === 'host' ? `[${name}]` : name}${port === null ? '' : `:${port}`}`;
}

function portOf(service: string): number | undefined {
  if (!/^\d+$/.test(service)) {
    const name = service.toLowerCase();
    return Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  }
  const port = Number(service);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Postfix writes IPv6 addresses with and without the tag of mail. */
function addressIn(text: string): string | null {
  return parseAddressLiteral(text) ?? parseAddressLiteral(`ipv6:${text}`);
}

function nameIn(text: string, toAscii: (domain: string) => string): string | null {
  // The platform's converter is made for URLs: it would read escapes and spellings that no mail address has.
  if (!isAscii(text) && !/^[\p{L}\p{M}\p{N}.-]+$/u.test(text)) return null;
  return parseHostName(isAscii(text) ? text : toAscii(text));
}
