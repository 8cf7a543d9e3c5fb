import { addressOctets } from '../names/ip-address.js';
import { coversName } from '../names/match.js';
import type { CertificateFacts } from './facts.js';

/** Whether the common name may stand in where a certificate has no DNS-ID (RFC 6125, Section 6.4.4). */
export type CommonNameUse = 'never' | 'without-dns-id';

/**
 * Whether a certificate covers at least one of the reference identifiers (RFC 9525, Section 6; RFC 7672, Section 3.2.3). An
 * address is only ever covered by an iPAddress of the same octets, and a name never by one (RFC 9525, Section 6.4).
 */
export function coversOneOf(
  certificate: CertificateFacts,
  references: readonly string[],
  commonName: CommonNameUse,
): boolean {
  const presented =
    certificate.dnsNames.length > 0 || commonName === 'never'
      ? certificate.dnsNames
      : certificate.commonNames;
  return references.some((reference) => {
    const octets = addressOctets(reference);
    if (octets !== null) return certificate.ipAddresses.includes(octets);
    return presented.some((name) => coversName(name, reference));
  });
}
