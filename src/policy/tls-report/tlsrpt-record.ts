/*
 * The TXT record that asks for TLS reports (RFC 8460, Section 3): the version first and exact, `rua` required. Two things make it
 * none by the text, several records and no `rua`; nothing in it asks to refuse a record for the rest, and it would cost its owner
 * all reports. So what is no field, and a blank at the end, is passed over and told. Destinations are judged one by one, because a
 * report that reaches one of them is worth more than none: what is no URI, or of a scheme that nobody defined, is passed over with
 * its reason.
 */
import { trimBlanks } from '../mta-sts/record.js';
import { parseMailbox } from '../names/mailbox.js';

/** Where reports go. `uri`: as published, once for each address in it; percent-encoding is undone in `address` only. */
export type TlsReportDestination =
  | { readonly kind: 'mailto'; readonly uri: string; readonly address: string }
  | { readonly kind: 'https'; readonly uri: string };

/** A `rua` entry to which nothing can be sent. */
export interface SkippedDestination {
  readonly uri: string;
  readonly reason: 'not-a-uri' | 'unknown-scheme' | 'bad-address' | 'bad-host' | 'too-many';
}

export type TlsReportRecord =
  | {
      readonly kind: 'found';
      /** In order, without repetitions; may be empty, and then nothing is sent. */
      readonly destinations: readonly TlsReportDestination[];
      readonly skipped: readonly SkippedDestination[];
      /** What stands in it and is not in the grammar. */
      readonly faults: readonly TlsReportRecordFault[];
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly reason: 'several-records' | 'syntax' | 'no-rua' };

/** `late-semicolon`: blanks before the first one, which the grammar lets pass in a lone record only. */
export type TlsReportRecordFault = 'field' | 'blank-at-the-end' | 'late-semicolon';

/** More than these are passed over: a record must not make a sender post to the whole world. */
export const DESTINATIONS_MAX = 10;

const PREFIX = 'v=TLSRPTv1;';
const LONE_PREFIX = /^v=TLSRPTv1[ \t]*;/;
const RECORD_LENGTH_MAX = 65_536;
const RUA = 'rua=';
const EXTENSION = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[\x21-\x3a\x3c\x3e-\x7e]+$/;
/** RFC 3986, Section 2, without the characters that RFC 8460 wants encoded. */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#[\]@$&'()*+=]|%[0-9A-Fa-f]{2})+$/;
const HTTPS = /^https:\/\/(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?#]|$)/i;

/** What the TXT records at `_smtp._tls.DOMAIN` say, each joined to one string. Never throws. */
export function readTlsReportRecord(texts: readonly string[]): TlsReportRecord {
  const ours = tlsReportRecordsIn(texts);
  if (ours.length > 1) return { kind: 'invalid', reason: 'several-records' };
  const [text] = ours;
  if (text === undefined) return { kind: 'absent' };
  if (text.length > RECORD_LENGTH_MAX) return { kind: 'invalid', reason: 'syntax' };
  const read = readFields(text.slice(text.indexOf(';') + 1));
  if (read.kind !== 'found' || text.startsWith(PREFIX)) return read;
  return { ...read, faults: ['late-semicolon', ...read.faults] };
}

/** Those that ask for TLS reports by their first words. */
export function tlsReportRecordsIn(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => (texts.length > 1 ? text.startsWith(PREFIX) : LONE_PREFIX.test(text)));
}

/** The record that asks for reports at those URIs. */
export function printTlsReportRecord(uris: readonly string[]): string {
  return `v=TLSRPTv1; rua=${uris.join(',')}`;
}

function readFields(text: string): TlsReportRecord {
  const parts = text.split(';');
  const faults: TlsReportRecordFault[] = [];
  // Blanks belong to a delimiter, so behind the last field they need one.
  if (trimBlanks(parts.at(-1)!) === '') parts.pop();
  else if (/[ \t]$/.test(text)) faults.push('blank-at-the-end');
  const fields = parts.map(trimBlanks);
  if (!fields.every((field) => field.startsWith(RUA) || EXTENSION.test(field))) faults.push('field');
  const rua = fields.filter((field) => field.startsWith(RUA));
  if (rua.length === 0) return { kind: 'invalid', reason: faults.includes('field') ? 'syntax' : 'no-rua' };
  const uris = rua.flatMap((field) => field.slice(RUA.length).split(',').map(trimBlanks));
  return { kind: 'found', ...sort(uris), faults };
}

function sort(uris: readonly string[]) {
  const destinations: TlsReportDestination[] = [];
  const skipped: SkippedDestination[] = [];
  for (const uri of new Set(uris)) {
    for (const read of readDestinations(uri)) {
      if (read.kind === 'skipped') skipped.push({ uri, reason: read.reason });
      else if (destinations.length === DESTINATIONS_MAX) skipped.push({ uri, reason: 'too-many' });
      else destinations.push(read);
    }
  }
  return { destinations, skipped };
}

type ReadDestination =
  | TlsReportDestination
  | { readonly kind: 'skipped'; readonly reason: SkippedDestination['reason'] };

function readDestinations(uri: string): readonly ReadDestination[] {
  if (!URI.test(uri)) return [{ kind: 'skipped', reason: 'not-a-uri' }];
  switch (uri.slice(0, uri.indexOf(':')).toLowerCase()) {
    case 'mailto':
      return addressesOf(uri).map((address) =>
        address === null ? { kind: 'skipped', reason: 'bad-address' } : { kind: 'mailto', uri, address },
      );
    case 'https':
      return [HTTPS.test(uri) ? { kind: 'https', uri } : { kind: 'skipped', reason: 'bad-host' }];
    default:
      return [{ kind: 'skipped', reason: 'unknown-scheme' }];
  }
}

/**
 * The addresses of a mailto URI (RFC 6068), decoded once, null where there is none; header fields behind "?" are left out.
 * A comma between addresses has to be encoded in `rua`, so here an encoded one separates, unless it is quoted.
 */
function addressesOf(uri: string): readonly (string | null)[] {
  const text = /^mailto:([^?#]*)/i.exec(uri)![1]!;
  const decoded = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return splitAddresses(decoded).map((address) => {
    const mailbox = parseMailbox(address, () => '');
    return mailbox === null || !/^[\x20-\x7e]+$/.test(address) ? null : mailbox.address;
  });
}

function splitAddresses(text: string): readonly string[] {
  const addresses: string[] = [];
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (isQuoted && text[at] === '\\') at++;
    else if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === ',' && !isQuoted) {
      addresses.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...addresses, text.slice(from)];
}
