import type { DsnRequest } from '../dsn/request.js';
import type { HostRun, RecipientState } from '../host/types.js';
import type { Decision } from '../kernel/table.js';
import type { PolicyFindings } from '../mta-sts/policy-findings.js';
import type { Candidate, Destination } from '../mx/candidate.js';
import type { ChosenTransport } from '../relay/route.js';
import type { MessageFacts } from '../require-tls/message.js';
import type { Settings } from '../settings.js';
import type { TlsReportPolicy } from '../tls-report/tally.js';

export type { Candidate, Destination };

/** One message to the recipients of one domain, once. Everything the attempt may depend on besides the world. */
export interface AttemptInput {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** 1 for the first attempt at this message and domain. */
  readonly attempt: number;
  readonly destination: Destination;
  /** Forward-paths without angle brackets, not empty. */
  readonly recipients: readonly string[];
  readonly message: MessageFacts;
  /** What was asked for these recipients about notices; absent: nothing. */
  readonly dsn?: DsnRequest;
  readonly settings: Settings;
  /** The way that was chosen for it; absent: direct. */
  readonly transport?: ChosenTransport;
  /** Addresses dialled before for this message, oldest first, by host name (RFC 3974, Section 3). */
  readonly dialled: Readonly<Record<string, readonly string[]>>;
  readonly purpose: AttemptPurpose;
  /** When the attempt as a whole is to be over, in milliseconds since 1970 (table `attempt-deadline`); absent: when it is done. */
  readonly deadlineAt?: number;
}

/**
 * `explain` goes as far as EHLO after TLS and sends no mail. The other two go as far as the MTA-STS policy of the destination,
 * to no host, and have no recipients; `refresh-policy` renews a policy that is kept already.
 */
export type AttemptPurpose = 'deliver' | 'explain' | 'learn-policy' | 'refresh-policy';

/** A decision with the host it was made about; null: it was made about the domain or the message. */
export interface PlacedDecision extends Decision {
  readonly mx: string | null;
}

/** What became of one recipient. */
export interface RecipientResult {
  readonly recipient: string;
  readonly outcome: 'delivered' | 'deferred' | 'bounced';
  /** Enhanced status code (RFC 3463). */
  readonly status: string;
  readonly state: RecipientState;
  /** The run that decided it, or the last host judged; null if there was none. */
  readonly host: HostRun | null;
  /** The decision that ended it, when it was made about the attempt and not about one recipient's reply. */
  readonly decision: Decision | null;
  /** The one decision that decided for this recipient (see `whyPassed` and `whyStopped`); null only in a record from before it was kept. */
  readonly because: PlacedDecision | null;
}

export interface AttemptResult {
  /** The name of the transport that was chosen; absent: nobody chose. */
  readonly transport?: string;
  readonly destination: Destination;
  readonly recipients: readonly RecipientResult[];
  readonly mxSecurity: 'secure' | 'insecure';
  readonly requireTls: 'yes' | 'no';
  readonly decisions: readonly PlacedDecision[];
  /** The attempt's tally for TLS reports, in sessions (RFC 8460, Section 4.2). */
  readonly reports: readonly TlsReportPolicy[];
  /** Addresses connected to, by host name, to be given to the next attempt. */
  readonly dialled: Readonly<Record<string, readonly string[]>>;
  /** What the attempt held to of the destination's MTA-STS policy; null: it never came to know it. */
  readonly policy: PolicyFindings | null;
}
