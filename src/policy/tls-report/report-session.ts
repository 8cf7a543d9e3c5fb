/*
 * From one host run to its lines in the tally: which policies applied to the session, how it fared under each, and why.
 */
import type { TlsaKnowledge } from '../dane/tlsa-knowledge.js';
import { isUsable, presentRecord } from '../dane/usability.js';
import type { PeerJudgement, PkixResult } from '../host/authenticate.js';
import type { HostPlan } from '../host/plan.js';
import { decide } from '../kernel/table.js';
import type { OperatorDemand } from '../local/destination.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import { type ReportedFailure, type SessionEnd, sessionReport } from './report.tables.js';
import { detailOf, type PolicyEntry, stsPolicyEntry, unknownTlsaEntry } from './report-entries.js';
import type { TlsReportDetail, TlsReportPolicy } from './tally.js';

/** A session as the report sees it. */
export interface SessionFacts {
  /** The recipient domain. */
  readonly domain: string;
  readonly host: string;
  readonly ip: string | null;
  /** Our own address on the connection, or "". */
  readonly localAddress: string;
  readonly ended: SessionEnd;
  /** The reply code to STARTTLS, or the TLS library's code; "" where there is none. */
  readonly code: string;
  readonly tlsa: TlsaKnowledge;
  readonly sts: StsKnowledge;
  readonly operator: OperatorDemand;
  readonly plan: HostPlan;
  readonly peer: PeerJudgement | null;
}

interface Failure {
  readonly failure: ReportedFailure;
  readonly reason: string;
}

/** The lines that a session adds to the tally; none where no policy counts it. */
export function reportSession(facts: SessionFacts): readonly TlsReportPolicy[] {
  const lines: TlsReportPolicy[] = [];
  const hasSts = facts.sts.kind === 'policy' && facts.sts.policy.mode !== 'none';
  const hasTlsa = facts.tlsa.kind === 'present' || facts.tlsa.kind === 'failed' || isDaneMissing(facts);
  if (hasSts && facts.sts.kind === 'policy') {
    const { policy } = facts.sts;
    const word = policy.mode === 'testing' ? 'sts-testing' : 'sts';
    add(lines, facts, word, stsPolicyEntry(facts.domain, policy), judgedUnderSts(facts));
  }
  if (hasTlsa) add(lines, facts, 'tlsa', tlsaPolicyEntry(facts), judgedUnderTlsa(facts));
  if (!hasSts && !hasTlsa) {
    const entry = {
      policyType: 'no-policy-found',
      policyDomain: facts.domain,
      policyString: [],
      mxHost: [],
    } as const;
    add(lines, facts, 'none', entry, { judged: 'not-judged', why: null });
  }
  return lines;
}

function tlsaPolicyEntry({ tlsa, host }: SessionFacts): PolicyEntry {
  if (tlsa.kind !== 'present') return unknownTlsaEntry(host);
  return { ...unknownTlsaEntry(tlsa.baseDomain), policyString: tlsa.records.map(presentRecord).sort() };
}

/** Whether a session met one policy, as far as that was seen, and what there is to say about it. */
interface Judged {
  readonly judged: 'passed' | 'failed' | 'not-judged';
  /** Why it failed; of a session that passed, what is worth a note all the same. */
  readonly why: Failure | null;
}

function add(
  lines: TlsReportPolicy[],
  facts: SessionFacts,
  policy: (typeof sessionReport.inputs.policy)[number],
  entry: PolicyEntry,
  { judged, why }: Judged,
): void {
  const { verdict } = decide(sessionReport, { policy, ended: facts.ended, judged });
  if (verdict === 'not-counted') return;
  const failure = verdict === 'failure' && judged !== 'failed' ? failureOfStart(facts) : why;
  const details = failure === null ? [] : detailsOf(failure, facts);
  if (verdict === 'failure' && details.length === 0) return;
  lines.push({
    ...entry,
    success: verdict === 'success' ? 1 : 0,
    failure: verdict === 'failure' ? 1 : 0,
    details,
  });
}

function detailsOf({ failure, reason }: Failure, facts: SessionFacts): readonly TlsReportDetail[] {
  return detailOf(failure, {
    receivingMxHostname: facts.host,
    receivingIp: facts.ip ?? '',
    sendingMtaIp: facts.localAddress,
    failureReasonCode: reason,
  });
}

/** How TLS could not be started. */
function failureOfStart(facts: SessionFacts): Failure | null {
  switch (facts.ended) {
    case 'not-offered':
      return { failure: 'starttls-not-offered', reason: '' };
    case 'refused':
      return { failure: 'starttls-refused', reason: facts.code };
    case 'injected':
      return { failure: 'injected', reason: 'response-injection' };
    case 'handshake-failed':
      return { failure: 'handshake-failed', reason: facts.code };
    case 'barred':
    case 'established':
      return null;
  }
}

function judgedUnderSts(facts: SessionFacts): Judged {
  if (facts.plan.stsHost === 'not-listed') return failed('mx-not-listed', 'sts-mx-mismatch');
  const pkix = facts.peer?.pkixByDnsId ?? null;
  if (pkix === null) return { judged: 'not-judged', why: null };
  return pkix === 'passed'
    ? { judged: 'passed', why: null }
    : failed(PKIX_FAILURE[pkix], facts.peer!.pkixCode);
}

function failed(failure: ReportedFailure, reason: string): Judged {
  return { judged: 'failed', why: { failure, reason } };
}

const PKIX_FAILURE: Readonly<Record<Exclude<PkixResult, 'passed'>, ReportedFailure>> = {
  expired: 'certificate-expired',
  'not-trusted': 'certificate-not-trusted',
  'name-mismatch': 'certificate-name',
  unreadable: 'certificate-unreadable',
};

function judgedUnderTlsa(facts: SessionFacts): Judged {
  if (facts.tlsa.kind === 'failed') {
    const failure = facts.tlsa.cause.startsWith('timeout') ? 'tlsa-lookup-timeout' : 'tlsa-lookup-failed';
    return failed(failure, facts.tlsa.cause);
  }
  if (isDaneMissing(facts)) {
    return failed('dane-missing', facts.tlsa.kind === 'present' ? 'all-unusable' : 'no-tlsa-records');
  }
  if (facts.tlsa.kind === 'present' && !facts.tlsa.records.some(isUsable)) {
    // TLS is all that such records ask for; that they are of no use is a note to their owner.
    const judged = facts.ended === 'established' ? 'passed' : 'not-judged';
    return { judged, why: judged === 'passed' ? { failure: 'tlsa-unusable', reason: 'all-unusable' } : null };
  }
  switch (facts.peer?.dane?.kind) {
    case 'matched':
      return { judged: 'passed', why: null };
    case 'mismatch':
      return failed('tlsa-mismatch', 'tlsa-mismatch');
    case 'name-mismatch':
      return failed('certificate-name', 'dane-ta-name-mismatch');
    case 'expired':
      return failed('certificate-expired', 'dane-ta-path-expired');
    case 'unfit':
      return failed('certificate-not-trusted', 'dane-ta-path-weak');
    case 'unfinished':
      return failed('certificate-unfinished', 'dane-ta-chain-too-long');
    case 'unreadable':
      return failed('certificate-unreadable', 'no-certificate');
    case undefined:
      return { judged: 'not-judged', why: null };
  }
}

/** Our own rule demands DANE, and the host has nothing usable. */
function isDaneMissing(facts: SessionFacts): boolean {
  if (facts.operator !== 'dane' || facts.tlsa.kind === 'failed') return false;
  return facts.tlsa.kind !== 'present' || !facts.tlsa.records.some(isUsable);
}
