import { coversName } from '../names/match.js';
import type { CertificateFacts } from './facts.js';

/** Whether the common name may stand in where a certificate has no DNS-ID (RFC 6125, Section 6.4.4). */
export type CommonNameUse = 'never' | 'without-dns-id';

/** Whether a certificate covers at least one of the reference identifiers (RFC 6125, Section 6; RFC 7672, Section 3.2.3). */
export function coversOneOf(
  certificate: CertificateFacts,
  references: readonly string[],
  commonName: CommonNameUse,
): boolean {
  const presented =
    certificate.dnsNames.length > 0 || commonName === 'never'
      ? certificate.dnsNames
      : certificate.commonNames;
  return presented.some((name) => references.some((reference) => coversName(name, reference)));
}
