import type { DsnRequest } from '../dsn/request.js';
import type { Decision } from '../kernel/table.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import type { Candidate, Destination } from '../mx/candidate.js';
import type { NamedRelay, NamedSocks } from '../relay/transport.js';
import type { MessageFacts } from '../require-tls/message.js';
import type { Settings } from '../settings.js';
import type { Reply } from '../smtp/reply.js';
import type { TlsReportPolicy } from '../tls-report/tally.js';
import type { Exchange } from './exchange.js';

/** Everything one host run may depend on besides the world. Nothing learned about another host is in it. */
export interface HostInput {
  readonly startedAt: number;
  readonly attempt: number;
  readonly destination: Destination;
  readonly candidate: Candidate;
  /** Whether the answer that named the candidate (or denied MX records) was validated (RFC 7672, Section 2.2.1). */
  readonly mxSecurity: 'secure' | 'insecure';
  /** The destination after its own aliases, where they are secure and it is one; else null. */
  readonly expandedDestination: string | null;
  readonly sts: StsKnowledge;
  /** Forward-paths still to be served, not empty. */
  readonly recipients: readonly string[];
  readonly message: MessageFacts;
  /** Of these recipients; absent: nobody said anything about notices. */
  readonly dsn?: DsnRequest;
  readonly settings: Settings;
  /** Addresses of this host dialled before for this message, oldest first. */
  readonly dialled: readonly string[];
  readonly purpose: 'deliver' | 'explain';
  /** The transport that the mail was given, where the candidate is its relay. */
  readonly relay?: NamedRelay;
  /** Proxies in front of the host. */
  readonly socks?: NamedSocks;
  /** As that of the attempt. */
  readonly deadlineAt?: number;
}

export type Authentication = 'none' | 'pkix' | 'dane' | 'dane+pkix';

export interface TlsFacts {
  /** As the TLS library names it, e.g. TLSv1.3. */
  readonly protocol: string;
  readonly cipher: string;
}

/**
 * Why a host did not take the message for a recipient, in the order in which a sender most needs to hear it: policy, then
 * that a relay does not know us, then the remote's own words, then the network, then DNS. `refused`: for good, by a host that the message should not have
 * met, or by what a host offers; it counts only if nobody says anything else.
 */
export const FAILURE_CATEGORIES = [
  'policy',
  'authentication',
  'reply',
  'connection-lost',
  'connection-failed',
  'lookup-failed',
  'address-left-out',
  'refused',
  'no-target',
] as const;
export type FailureCategory = (typeof FAILURE_CATEGORIES)[number];

/** How a recipient stands after one host. `untried`: the host was left before it was named. */
export interface RecipientState extends Exchange {
  readonly verdict: 'delivered' | 'next-host' | 'bounced';
  /** Enhanced status code (RFC 3463): the remote's own for a reply, else "". */
  readonly status: string;
  /** Null if delivered or bounced. `aborted`: we stopped, which says nothing about the host. */
  readonly category: FailureCategory | 'aborted' | null;
  /** What left it so; null: nobody was asked, or the record is from before it was kept. */
  readonly because: Decision | null;
}

/** What leaving a host means for a message under REQUIRETLS (RFC 8689, Section 4.2.1). */
export type RequireTlsFailure = 'keyword-missing' | 'definitive' | 'temporary';

/** `passed-on`: the host knows of notices and was told what is asked for; `relayed`: it does not, so that a notice of success is ours to send. */
export type HandedOn = 'passed-on' | 'relayed';

export interface HostResult extends HostRun {
  /** One for each recipient of the input, in order. */
  readonly recipients: readonly RecipientState[];
}

/** What of it is the same for all recipients: each of them has it, and none has what became of the others. */
export interface HostRun {
  readonly candidate: Candidate;
  /** The address last connected to or tried; null if none was. */
  readonly ip: string | null;
  /** Null: the transaction took place. */
  readonly failure: RequireTlsFailure | null;
  /** Of the last connection; null: in clear or not connected. */
  readonly tls: TlsFacts | null;
  /** What was demanded of the peer and passed. */
  readonly authentication: Authentication;
  readonly cleartextRetry: 'yes' | 'no';
  /** The last reply of the server; null if it said nothing. */
  readonly reply: Reply | null;
  /** Who answers for notices of what was delivered here (RFC 3461): it was told what is asked for, or it knows no such thing. Absent: nobody asked. */
  readonly handedOn?: HandedOn;
  readonly decisions: readonly Decision[];
  /** What this run adds to the TLS report tally. */
  readonly reports: readonly TlsReportPolicy[];
  readonly dialled: readonly string[];
}
