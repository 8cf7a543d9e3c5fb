/*
 * What may be known from DNS. An answer is secure (DNSSEC validated it, by a resolver that we may trust), insecure
 * (provably or presumably unsigned), or failed with a cause. Causes, and the extended error of RFC 8914, explain
 * failures in logs and reports; they never change an outcome.
 */

/** Why a lookup gave nothing that may be relied on. `bogus`: DNSSEC validation failed (a SERVFAIL that says so). */
export type DnsFailureCause = 'bogus' | 'servfail' | 'refused' | 'timeout' | 'malformed' | 'unreachable';

export interface DnsFailure {
  readonly kind: 'failed';
  readonly cause: DnsFailureCause;
  /** INFO-CODE of the first extended DNS error (RFC 8914), or null. */
  readonly extendedError: number | null;
}

export interface DnsResult<R> {
  /** Whether the whole answer, aliases included, was validated (RFC 4035, Section 3.2.3). */
  readonly kind: 'secure' | 'insecure';
  /** Empty if and only if `denial` is not null. */
  readonly records: readonly R[];
  readonly denial: 'nodata' | 'nxdomain' | null;
  /** Targets of the CNAMEs that were followed, in order; the last owns the records. Lower-case, no final dot. */
  readonly aliases: readonly string[];
  /** The smallest TTL of the answer, in seconds; 0 if unknown. */
  readonly ttlSeconds: number;
}

export type DnsAnswer<R> = DnsResult<R> | DnsFailure;

/** RFC 5321, Section 5; RFC 7505. */
export interface MxRecord {
  readonly preference: number;
  /** Lower-case, without a final dot; "" is the root, which means "no mail" (RFC 7505, Section 3). */
  readonly exchange: string;
}
export type MxAnswer = DnsAnswer<MxRecord>;

/** One string for each TXT record: its character-strings joined (RFC 8461, Section 3.1), octets as Latin-1. */
export type TxtAnswer = DnsAnswer<string>;

/** Both address families, asked side by side; each is an answer of its own. Addresses in canonical text form. */
export interface AddressesAnswer {
  readonly a: DnsAnswer<string>;
  readonly aaaa: DnsAnswer<string>;
}

/** The target of the CNAME record at the very name that was asked, not chased any further. */
export type CnameAnswer = DnsAnswer<string>;
