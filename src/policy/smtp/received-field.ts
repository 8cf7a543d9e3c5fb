import { mailDate } from '../tls-report/send/report-day.js';

/** How a message came here. */
export interface ReceptionFacts {
  /** As the client called itself; "": it did not. */
  readonly helo: string;
  /** The address of the client; "": over a socket of the file system. */
  readonly address: string;
  /** The name of this host. */
  readonly by: string;
  readonly protocol: 'SMTP' | 'LMTP';
  readonly extended: 'yes' | 'no';
  readonly login: 'none' | 'done';
  readonly utf8: 'asked-for' | 'not-asked-for';
  /** Null: in clear. */
  readonly tls: { readonly protocol: string; readonly cipher: string } | null;
  readonly requireTls: 'yes' | 'no';
  readonly id: string;
  /** The one recipient; null: there are several, and none may know of the others. */
  readonly recipient: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The trace field that is put in front of a message (RFC 5321, Section 4.4; RFC 3848; RFC 6531, Section 4.3), with its line end.
 * Whoever reads it later sees in a comment that REQUIRETLS was asked for (RFC 8689). Whatever a client says of itself is made printable.
 */
export function receivedField(facts: ReceptionFacts): string {
  const { helo, address, by, tls, requireTls, id, recipient, now } = facts;
  const from = `from ${helo === '' ? 'unknown' : plain(helo)} (${address === '' ? 'local' : `[${plain(address)}]`})`;
  const secured = tls === null ? [] : [`(using ${plain(tls.protocol)} with cipher ${plain(tls.cipher)})`];
  const tagged = requireTls === 'yes' ? ['(REQUIRETLS)'] : [];
  const to = recipient === null ? [] : [`for <${printable(recipient)}>`];
  const parts = [from, `by ${by} with ${protocolOf(facts)} id ${id}`, ...secured, ...tagged, ...to];
  return `Received: ${parts.join('\r\n\t')};\r\n\t${mailDate(now)}\r\n`;
}

/** As RFC 3848 and RFC 6531 name it. */
function protocolOf({ protocol, extended, login, utf8, tls }: ReceptionFacts): string {
  const suffix = `${tls === null ? '' : 'S'}${login === 'done' ? 'A' : ''}`;
  if (utf8 === 'asked-for') return `UTF8${protocol}${suffix}`;
  return protocol === 'LMTP' || extended === 'no' ? `${protocol}${suffix}` : `E${protocol}${suffix}`;
}

/** Nothing that could end a comment or a line. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9._:[\]/-]/g, '_').slice(0, 255);
}

function printable(text: string): string {
  return /^[!-~]+$/.test(text) ? text : 'unprintable@invalid';
}
