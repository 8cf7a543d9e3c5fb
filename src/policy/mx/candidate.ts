/** Where a message goes: a domain in lower-case A-labels, or an address literal (RFC 5321, Section 4.1.3). */
export type Destination =
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'literal'; readonly address: string };

/** One server to try. */
export type Candidate =
  | {
      /** MX target, or the domain itself without MX records, or the address of a literal. */
      readonly host: string;
      readonly source: 'mx' | 'implicit' | 'literal';
      readonly preference: number;
    }
  | {
      /** The host that the operator named in a rule for the destination. */
      readonly host: string;
      readonly source: 'relay';
      readonly preference: number;
      readonly port: number;
    };

/** The TCP port to connect to, which is also the one in TLSA owner names (RFC 7672, Section 2.2.3). */
export function portOf(candidate: Candidate, usual: number): number {
  return candidate.source === 'relay' ? candidate.port : usual;
}

/** The name or address that is resolved to hosts: the relay where there is one, or the destination. */
export function nextHopOf(destination: Destination, candidate: Candidate | null): string {
  if (candidate?.source === 'relay') return candidate.host;
  return destination.kind === 'domain' ? destination.name : destination.address;
}

/**
 * The domain whose MTA-STS policy applies, and to which TLS reports go: the relay's, where there is one, else the
 * recipient's (RFC 8461, Section 3.4; RFC 8460, Section 1.1). Null: an address literal has none.
 */
export function policyDomainOf(destination: Destination, candidate: Candidate | null): string | null {
  if (candidate?.source === 'relay') return candidate.host;
  return destination.kind === 'domain' ? destination.name : null;
}

/** What MX records prove of a host's name. `none`: no MX record named it, but the recipient or the operator did (RFC 7672, Section 2.2.2). */
export function mxProofOf(
  source: Candidate['source'],
  mxSecurity: 'secure' | 'insecure',
): 'secure' | 'insecure' | 'none' {
  return source === 'mx' ? mxSecurity : 'none';
}
