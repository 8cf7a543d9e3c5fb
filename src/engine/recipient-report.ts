import type { AttemptResult, PlacedDecision, RecipientResult } from '../policy/attempt/types.js';
import type { ExchangeCause, SmtpCommand } from '../policy/host/exchange.js';
import type { Authentication, HandedOn, TlsFacts } from '../policy/host/types.js';
import { textOf } from '../policy/smtp/reply.js';
import type { TlsReportPolicy } from '../policy/tls-report/tally.js';

/** What became of one recipient, as the command prints it with `--json` and as embedders get it. */
export interface RecipientReport {
  readonly recipient: string;
  readonly domain: string;
  readonly outcome: 'delivered' | 'deferred' | 'bounced';
  /** Enhanced status code (RFC 3463). */
  readonly status: string;
  /** What the server was to answer when it was decided; null: what decided is no exchange with it. */
  readonly command: SmtpCommand | null;
  /** How that exchange ended; null: there was none that decided. */
  readonly cause: ExchangeCause | null;
  /** The reply to `command`, and to nothing else. */
  readonly reply: { readonly code: number; readonly text: string } | null;
  /** The name of the transport that was chosen for it; null: nobody chose, so it is direct. */
  readonly transport: string | null;
  /** Of the host last judged: its name, address, TLS. */
  readonly mx: string | null;
  readonly ip: string | null;
  /** Whether DNSSEC validated the MX records, or their absence. */
  readonly mxSecure: boolean;
  readonly tls: TlsFacts | null;
  /** What was demanded of the peer and passed. */
  readonly authentication: Authentication;
  readonly cleartextRetry: boolean;
  /** Whether REQUIRETLS governed the delivery (RFC 8689). */
  readonly requireTls: boolean;
  /** Delivered, and somebody asked for notices: whether the next host answers for them, or a notice of success is due from here (RFC 3461, Section 5.2.2). Else null. */
  readonly handedOn: HandedOn | null;
  readonly decisions: readonly PlacedDecision[];
  /** The one of them that decided for this recipient: delivered, what let it pass; else what stopped it. */
  readonly because: PlacedDecision | null;
  /** The tally of the domain, in sessions (RFC 8460). */
  readonly reports: readonly TlsReportPolicy[];
}

/** The reports for all recipients, in their order. What is the same for all of them is made once. */
export function reportsOf(attempt: AttemptResult): readonly RecipientReport[] {
  const decisions = attempt.decisions.map(inOrder);
  return attempt.recipients.map((result) => reportOf(attempt, result, decisions));
}

function reportOf(
  attempt: AttemptResult,
  { recipient, outcome, status, state, host, because }: RecipientResult,
  decisions: RecipientReport['decisions'],
): RecipientReport {
  const { command, cause, reply } = state;
  const { destination } = attempt;
  return {
    recipient,
    domain: destination.kind === 'domain' ? destination.name : `[${destination.address}]`,
    outcome,
    status,
    command,
    cause,
    reply: reply === null ? null : { code: reply.code, text: textOf(reply) },
    transport: attempt.transport ?? null,
    mx: host?.candidate.host ?? null,
    ip: host?.ip ?? null,
    mxSecure: attempt.mxSecurity === 'secure',
    tls: host?.tls ?? null,
    authentication: host?.authentication ?? 'none',
    cleartextRetry: host?.cleartextRetry === 'yes',
    requireTls: attempt.requireTls === 'yes',
    handedOn: outcome === 'delivered' ? (host?.handedOn ?? null) : null,
    decisions,
    because: because && inOrder(because),
    reports: attempt.reports,
  };
}

/** As it is printed: where, what, why. */
export function inOrder({ mx, table, row, verdict, why, refs, input }: PlacedDecision): PlacedDecision {
  return { mx, table, row, verdict, why, refs, input };
}
