/*
 * How the domains of a simulated internet are mixed. Each number is a share, in thousandths of those that it speaks of. The
 * defaults are what one sees of the mail of a provider, with every defect far more frequent than in life, because a defect that
 * never meets a message tests nothing.
 */

export interface Mixture {
  /** Domains whose zone is signed. */
  readonly signed: number;
  /** Of signed domains: those with TLSA records. */
  readonly dane: number;
  /** Of domains with TLSA records: records that match nothing, that nobody can use, whose lookup fails. */
  readonly daneMismatch: number;
  readonly daneUnusable: number;
  readonly daneLookupFails: number;
  /** Domains with an MTA-STS policy that is enforced, or tested, or takes one back. */
  readonly enforce: number;
  readonly testing: number;
  readonly stsNone: number;
  /** Of domains with a policy: it does not list a host, its host does not serve it, or serves it with a bad certificate, or it cannot be read. */
  readonly policyUnlisted: number;
  readonly policyUnserved: number;
  readonly policyCertificate: number;
  readonly policyUnreadable: number;
  /** Mail hosts without STARTTLS, whose handshake fails, that know old versions only. */
  readonly noStartTls: number;
  readonly brokenTls: number;
  readonly oldTls: number;
  /** Of mail hosts: certificates that sign themselves, are out of date, have another name, come from a CA nobody knows. */
  readonly selfSigned: number;
  readonly expired: number;
  readonly otherName: number;
  readonly privateCa: number;
  /** Mail hosts that take REQUIRETLS over. */
  readonly requireTls: number;
  /** Domains with two mail hosts, with three. */
  readonly twoHosts: number;
  readonly threeHosts: number;
  /** Mail hosts that are never there; that never say a word. */
  readonly dead: number;
  readonly silent: number;
  /** Domains without MX records, that take no mail (null MX), that do not exist. */
  readonly noMx: number;
  readonly nullMx: number;
  readonly gone: number;
  /** Of domains, each day: something changes for some hours (a certificate runs out, keys change, a policy is renewed, hosts are down). */
  readonly change: number;
  /** Of recipients: unknown there (5yz), over quota (4yz). */
  readonly unknownRecipient: number;
  readonly overQuota: number;
  /** Of messages: REQUIRETLS, `TLS-Required: No`, the null sender, several recipients, a sender in one of these domains. */
  readonly messageRequireTls: number;
  readonly messageTlsOptional: number;
  readonly messageNullSender: number;
  readonly messageSeveral: number;
  readonly messageFromWithin: number;
}

export const DEFAULT_MIXTURE: Mixture = Object.freeze({
  signed: 250,
  dane: 600,
  daneMismatch: 60,
  daneUnusable: 30,
  daneLookupFails: 20,
  enforce: 200,
  testing: 80,
  stsNone: 10,
  policyUnlisted: 40,
  policyUnserved: 30,
  policyCertificate: 30,
  policyUnreadable: 20,
  noStartTls: 40,
  brokenTls: 15,
  oldTls: 10,
  selfSigned: 120,
  expired: 30,
  otherName: 60,
  privateCa: 40,
  requireTls: 200,
  twoHosts: 350,
  threeHosts: 50,
  dead: 10,
  silent: 3,
  noMx: 30,
  nullMx: 5,
  gone: 10,
  change: 60,
  unknownRecipient: 20,
  overQuota: 5,
  messageRequireTls: 20,
  messageTlsOptional: 15,
  messageNullSender: 20,
  messageSeveral: 60,
  messageFromWithin: 100,
});
