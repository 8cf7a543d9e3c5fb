import type { CertificateFacts } from '../certificate/facts.js';
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
