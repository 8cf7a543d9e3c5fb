import type { CertificateFacts } from '../certificate/facts.js';
import type { TlsaRecord } from '../dane/tlsa.js';
import type { TlsaKind } from './tlsa-worth.table.js';

/** Where the TLSA records of a host stand (RFC 6698, Section 3), with the final dot of zone files. */
export function tlsaOwner(host: string, port: number): string {
  return `_${port}._tcp.${host}.`;
}

/** A TLSA record as a line of a zone file (RFC 6698, Section 2.2). `data`: hexadecimal. */
export function tlsaLine(owner: string, { usage, selector, matching }: TlsaKind, data: string): string {
  return `${owner} IN TLSA ${usage} ${selector} ${matching} ${data.toUpperCase()}`;
}

/** The association data of a certificate in hexadecimal; null for matching type 0, which needs the certificate itself. */
export function associationOf(
  certificate: CertificateFacts,
  { selector, matching }: Pick<TlsaKind, 'selector' | 'matching'>,
): string | null {
  if (matching === 0) return null;
  const isLong = matching === 2;
  if (selector === 0) return isLong ? certificate.certificateSha512 : certificate.certificateSha256;
  return isLong ? certificate.spkiSha512 : certificate.spkiSha256;
}

const RECOMMENDED = { usage: 3, selector: 1, matching: 1 } as const;

/** The 3 1 1 records for these leaf certificates, a line for each key; null without any. */
export function recommendedLines(
  baseDomain: string,
  port: number,
  leaves: readonly CertificateFacts[],
): string | null {
  const owner = tlsaOwner(baseDomain, port);
  const lines = leaves.map(({ spkiSha256 }) => tlsaLine(owner, RECOMMENDED, spkiSha256));
  return lines.length === 0 ? null : [...new Set(lines)].join('\n');
}

/** What a digest is of, and the numbers that say so. */
export interface Misnumbered {
  readonly thing: string;
  readonly right: string;
}

/** Of a record that is for mail and matches nothing in a chain, though its digest is that of something in it; else null. */
export function misnumberedIn(chain: readonly CertificateFacts[], record: TlsaRecord): Misnumbered | null {
  if (record.kind === 'malformed' || record.usage < 2 || record.usage > 3) return null;
  const { matching, data } = record;
  if (matching !== 1 && matching !== 2) return null;
  const places = chain.flatMap((certificate, at) =>
    [0, 1].flatMap((selector) =>
      associationOf(certificate, { selector, matching }) === data ? [{ at, selector }] : [],
    ),
  );
  const isRight = places.some(
    ({ at, selector }) => selector === record.selector && (record.usage === 2 || at === 0),
  );
  const [place] = places;
  if (place === undefined || isRight) return null;
  const whose = place.at === 0 ? "the server's certificate" : 'an issuer';
  const thing =
    place.selector === 0
      ? `${place.at === 0 ? whose : `${whose}'s certificate`} as a whole`
      : `the public key of ${whose}`;
  return { thing, right: `${place.at === 0 ? 3 : 2} ${place.selector} ${matching}` };
}
