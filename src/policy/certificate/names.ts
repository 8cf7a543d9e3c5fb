import { addressOctets } from '../names/ip-address.js';
import { coversName } from '../names/match.js';
import type { CertificateFacts } from './facts.js';

/**
 * Whether the common name may stand in: where a certificate has no DNS-ID (RFC 7672, Section 3.2.3), or only where it names its
 * service in no other way either, by SRV-ID or URI-ID (RFC 6125, Section 6.4.4).
 */
export type CommonNameUse = 'never' | 'without-dns-id' | 'without-other-ids';

/**
 * Whether a certificate covers at least one of the reference identifiers (RFC 9525, Section 6; RFC 7672, Section 3.2.3). An
 * address is only ever covered by an iPAddress of the same octets, and a name never by one (RFC 9525, Section 6.4).
 */
export function coversOneOf(
  certificate: CertificateFacts,
  references: readonly string[],
  commonName: CommonNameUse,
): boolean {
  const presented = mayStandIn(certificate, commonName) ? certificate.commonNames : certificate.dnsNames;
  return references.some((reference) => {
    const octets = addressOctets(reference);
    if (octets !== null) return certificate.ipAddresses.includes(octets);
    return presented.some((name) => coversName(name, reference));
  });
}

/** An SRV-ID is a name of the form "other" (RFC 4985, Section 2). */
function mayStandIn({ dnsNames, otherNames }: CertificateFacts, commonName: CommonNameUse): boolean {
  if (commonName === 'never' || dnsNames.length > 0) return false;
  return commonName === 'without-dns-id' || !otherNames.some((form) => form === 'uri' || form === 'other');
}
