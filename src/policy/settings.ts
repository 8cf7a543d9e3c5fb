/*
 * Every setting with its default and the reason for it. A setting never appears as a bare boolean: its words are
 * the words of the decision tables that read it.
 */
import type { DestinationRule } from './local/destination.js';

export interface Settings {
  /** TCP port of mail hosts; also the port in TLSA owner names (RFC 7672, Section 2.2.3). */
  readonly port: number;
  /** TCP port of MTA-STS policy hosts (RFC 8461, Section 3.3: 443). */
  readonly httpsPort: number;
  /** The name given in EHLO (RFC 5321, Section 4.1.1.1). */
  readonly helo: string;
  /**
   * Names under which this mail system itself is a mail host, in lower-case A-labels. Of the MX records of a domain those are left
   * out that are not preferred to one of these (RFC 5321, Section 5.1).
   */
  readonly ownHosts: readonly string[];
  /** Where DANE authenticates a host, does an enforced MTA-STS policy still demand PKIX? `skip-pkix` never skips the MX list. */
  readonly whenDanePasses: 'require-sts' | 'skip-pkix';
  /** Use TLSA records of hosts that an insecure MX RRset named (RFC 7672, Section 2.2.1). */
  readonly halfDane: 'use' | 'ignore';
  /** The TXT lookup failed and nothing is cached. */
  readonly stsLookupFailure: 'defer' | 'proceed';
  /** After failed opportunistic TLS: a new connection in clear at once, only from the second attempt on, or never. */
  readonly cleartextRetry: 'at-once' | 'after' | 'never';
  /** Whether `TLS-Required: No` is honoured (RFC 8689, Section 3). */
  readonly tlsRequiredNo: 'honour' | 'ignore';
  /** Whether an MTA-STS policy in testing mode may name the MX for REQUIRETLS. */
  readonly requireTlsTestingPolicy: 'refuse' | 'accept';
  /** Whether a DNSSEC-validated MX with a valid PKIX certificate satisfies REQUIRETLS. */
  readonly requireTlsSecureMx: 'accept' | 'refuse';
  /** What becomes of a message with octets beyond ASCII where no host offers 8BITMIME (RFC 6152, Section 3): returned, or sent as it is. */
  readonly withoutEightBitMime: 'return' | 'send';
  /** Loopback, private and other special addresses of mail and policy hosts. */
  readonly privateAddresses: 'refuse' | 'allow';
  /**
   * Whether a second address of a host is dialled while the first has not answered (RFC 8305): the first to be connected
   * is talked to, the other one is dropped.
   */
  readonly addressRacing: 'off' | 'on';
  /** How long the first address has the field to itself, in milliseconds (RFC 8305, Section 5). */
  readonly addressRacingDelayMs: number;
  /** The operator's own demands for destinations, the most specific one that has not expired is in force. */
  readonly destinations: readonly DestinationRule[];
  /** How long a failed policy fetch is remembered for the same id (RFC 8461, Section 3.3). */
  readonly stsFetchBackoffSeconds: number;
  /** Bounds: more than these are left out, in order. */
  readonly candidatesMax: number;
  readonly addressesMax: number;
  readonly deadlines: Deadlines;
}

/** How long the replies to one mail transaction may take, in milliseconds (RFC 5321, Section 4.5.3.2). */
export interface TransactionDeadlines {
  /** The reply to MAIL. */
  readonly mailMs: number;
  /** The reply to each RCPT. */
  readonly recipientMs: number;
  /** The reply to DATA. */
  readonly dataMs: number;
  /** Until each block of the message has gone out. */
  readonly dataBlockMs: number;
  /** The reply to the final dot: who gives up early gets a message delivered twice (RFC 1047). */
  readonly endOfDataMs: number;
}

/**
 * How long an answer may take, in milliseconds: each reply by itself, never a dialogue as a whole (RFC 5321, Section 4.5.3.2).
 */
export interface Deadlines extends TransactionDeadlines {
  readonly dnsMs: number;
  readonly policyFetchMs: number;
  /** A TCP connection to one address. */
  readonly connectMs: number;
  /** The greeting, once connected. */
  readonly greetingMs: number;
  /** The reply to EHLO, HELO and STARTTLS. */
  readonly commandMs: number;
  /** A TLS handshake. */
  readonly handshakeMs: number;
  readonly quitMs: number;
}

export const DEFAULT_SETTINGS: Settings = Object.freeze({
  port: 25,
  httpsPort: 443,
  helo: 'localhost.localdomain',
  ownHosts: Object.freeze([]),
  whenDanePasses: 'require-sts',
  halfDane: 'use',
  stsLookupFailure: 'defer',
  cleartextRetry: 'at-once',
  tlsRequiredNo: 'honour',
  requireTlsTestingPolicy: 'refuse',
  requireTlsSecureMx: 'accept',
  withoutEightBitMime: 'return',
  privateAddresses: 'refuse',
  // One connection at a time is what servers that count connections like best.
  addressRacing: 'off',
  addressRacingDelayMs: 250,
  destinations: Object.freeze([]),
  stsFetchBackoffSeconds: 300,
  candidatesMax: 50,
  addressesMax: 10,
  deadlines: Object.freeze({
    dnsMs: 10_000,
    policyFetchMs: 60_000,
    connectMs: 30_000,
    greetingMs: 300_000,
    commandMs: 300_000,
    handshakeMs: 60_000,
    mailMs: 300_000,
    recipientMs: 300_000,
    dataMs: 120_000,
    dataBlockMs: 180_000,
    endOfDataMs: 600_000,
    quitMs: 5_000,
  }),
});

/** What is different in a named profile. The rest is the default, which is `rfc`. */
export const PROFILES = Object.freeze({
  /** The texts of the RFCs, and where they are silent the choices recorded in docs/adr. */
  rfc: {},
  /** As the mail server mox decides. */
  mox: { halfDane: 'ignore', requireTlsSecureMx: 'refuse', withoutEightBitMime: 'send' },
  /** As Postfix with an MTA-STS helper decides: one policy at a time, patience before cleartext. */
  postfix: {
    whenDanePasses: 'skip-pkix',
    stsLookupFailure: 'proceed',
    cleartextRetry: 'after',
    requireTlsSecureMx: 'refuse',
    withoutEightBitMime: 'send',
  },
} as const satisfies Readonly<Record<string, Partial<Settings>>>);

export type ProfileName = keyof typeof PROFILES;

/** The settings of a profile with some of them replaced. */
export function settingsOf(profile: ProfileName, own: Partial<Settings> = {}): Settings {
  return { ...DEFAULT_SETTINGS, ...PROFILES[profile], ...own };
}
