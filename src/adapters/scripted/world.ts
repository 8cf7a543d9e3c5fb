/*
 * A small internet as data. The same description is played twice: in memory by the scripted adapters (simulation),
 * and as real servers on loopback by waxseal/testing. Names are lower-case A-labels without a final dot.
 *
 * References stand for what only exists once the world is built:
 *   address records   "@ID"            the address given to mail host or policy host ID
 *   TLSA records      "3 1 1 @ID"      the association of the leaf certificate of mail host ID, by that selector and matching type
 *                     "2 0 1 @ID:ca"   of the certificate that issued it (its trust anchor)
 *                     "3 1 1 9f86…"    literal association data in hexadecimal
 *                     "# 0301"         RDATA octets as they are, in hexadecimal ("#" alone: no octets)
 */

export interface World {
  /** Zones that are signed: every name at or below one is secure unless its record set says otherwise. "." is everything. */
  readonly signedZones?: readonly string[];
  /**
   * Record sets by "TYPE name": MX, A, AAAA, CNAME, TXT, TLSA. A TLSA name is the host's own name; the prefix with
   * the port in use is added ("TLSA mx.a.example"), unless the name brings one along ("TLSA _2587._tcp.relay.example"). Lookups of a name that stands nowhere answer NXDOMAIN, of
   * another type NODATA. CNAMEs are followed.
   */
  readonly dns: Readonly<Record<string, RecordSet>>;
  /** Mail hosts by ID (any word; by custom the host name). Each gets an address of its own. */
  readonly mail?: Readonly<Record<string, MailHost>>;
  /** MTA-STS policy hosts by ID; by custom the host name. */
  readonly policy?: Readonly<Record<string, PolicyHost>>;
}

export type RecordSet =
  /** Records in presentation form: MX "10 mx.a.example", A "@ID" or an address, TXT the joined text, CNAME the target. */
  | readonly string[]
  | {
      readonly security?: 'secure' | 'insecure';
      readonly records?: readonly string[];
      /** Instead of records. `denial` answers with a proven or unproven absence; the others are no answer at all. */
      readonly denial?: 'nodata' | 'nxdomain';
      readonly fails?: DnsFailure;
      /** Of a CNAME: lookups of other types follow it, and a lookup of the CNAME itself fails so. */
      readonly askedAlone?: DnsFailure;
    };

/** A lookup without an answer. */
export type DnsFailure = 'bogus' | 'servfail' | 'refused' | 'timeout' | 'malformed';

/** What a mail host does. The default for everything is what a well-kept server does. */
export interface MailHost {
  /** `refuse`: nothing listens; `silent`: accepts and never says a word; `accept`: the default. */
  readonly connect?: 'accept' | 'refuse' | 'silent';
  /** The port that it listens on, where that is not the usual one: a relay's. Real servers need one above 1023. */
  readonly port?: number;
  /** A whole reply line such as "554 no". */
  readonly greeting?: string;
  /** EHLO keywords before and after TLS, STARTTLS apart. Default: PIPELINING, 8BITMIME, SIZE 10485760, ENHANCEDSTATUSCODES, SMTPUTF8; after TLS the same as before. */
  readonly keywords?: readonly string[];
  readonly keywordsAfterTls?: readonly string[];
  /**
   * `offered`: the default. `not-offered`. `injected`: octets stand behind the 220 in the same segment. `broken`: no TLS
   * follows the 220 (other octets, then the connection closes). `closes`: the connection closes after the 220. `old`: offers TLS 1.0 and 1.1 only.
   * `late-alert`: the handshake ends well and the server then sends a fatal alert. Or a whole reply line: "454 not now".
   */
  readonly starttls?:
    | 'offered'
    | 'not-offered'
    | 'injected'
    | 'broken'
    | 'closes'
    | 'old'
    | 'late-alert'
    | `${number} ${string}`;
  /**
   * What it takes, announced or not: recipients in a transaction (452 behind them), MAIL commands on a connection (421 behind them),
   * connections (those behind them are closed without a word; a host that a change replaces counts anew).
   */
  readonly takes?: { readonly recipients?: number; readonly mails?: number; readonly connections?: number };
  /** TLS begins with the connection, before the greeting (RFC 8314, Section 3.3); STARTTLS is not offered. */
  readonly implicitTls?: true;
  /**
   * Whom it knows, where it announces AUTH among its keywords: the password of every user; a mechanism that proves nothing
   * accepts everybody. `lies`: a SCRAM server that does not know the password (`signature`), that says nothing of it
   * (`no-signature`), or that asks for endless work (`iterations`).
   */
  readonly auth?: {
    readonly password?: string;
    readonly lies?: 'signature' | 'no-signature' | 'iterations';
  };
  readonly certificate?: Certificate;
  /** Reply lines instead of the usual ones. `rcpt` by recipient address ("*": all others). "close": the connection closes instead. */
  readonly replies?: {
    readonly ehlo?: string;
    /** To AUTH, whoever it is. */
    readonly auth?: string;
    readonly helo?: string;
    readonly ehloAfterTls?: string;
    readonly mail?: string;
    readonly rcpt?: Readonly<Record<string, string>>;
    readonly data?: string;
    readonly end?: string;
  };
}

export interface Certificate {
  /** subjectAltName dNSNames. Default: the host's ID. Empty: no extension. */
  readonly names?: readonly string[];
  /** subjectAltName iPAddresses. Default: none. */
  readonly addresses?: readonly string[];
  /** commonName of the subject. Default: none. */
  readonly commonName?: string;
  /**
   * Who signed it. `ca`: the world's public CA, in the trust store of the sender (the default); `intermediate`: a CA below it,
   * sent along; `private-ca`: a CA nobody trusts, sent along; `self`: itself.
   */
  readonly issuer?: 'ca' | 'intermediate' | 'private-ca' | 'self';
  readonly validity?: 'valid' | 'expired' | 'not-yet-valid';
  /** Whose key it has, by any word, such as the ID of another host. Default: the host's own. An impostor has another one. */
  readonly key?: string;
  /** Whether the certificates above the leaf, the trust anchor included, are sent. Default: `full` for `private-ca`, `intermediates` otherwise. */
  readonly sends?: 'leaf-only' | 'intermediates' | 'full';
}

/** What a policy host does. */
export interface PolicyHost {
  readonly connect?: 'accept' | 'refuse' | 'silent';
  readonly status?: number;
  readonly mediaType?: string;
  /** The policy file; lines may be joined by "\n". Default "". `bodyOctets` sends that many instead (for hostile sizes). */
  readonly body?: string;
  readonly bodyOctets?: number;
  /** Where a 3xx points. */
  readonly location?: string;
  readonly certificate?: Certificate;
}
