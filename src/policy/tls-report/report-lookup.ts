import type { daneApplies } from '../dane/dane-applies.table.js';
import type { AddressesAnswer, DnsAnswer } from '../dns/answer.js';
import { causeCode } from '../dns/cause-code.js';
import { decide } from '../kernel/table.js';
import { lookupReport } from './report.tables.js';
import { failureLine, unknownTlsaEntry } from './report-entries.js';
import type { TlsReportPolicy } from './tally.js';

/** A lookup that ended a host, or the attempt, before there was a session to be counted. */
export interface LookupFacts {
  /** Whom DANE would have been asked about: the host, or the domain whose hosts are not known. */
  readonly policyDomain: string;
  /** The host, or "" where it is not known. */
  readonly host: string;
  readonly dane: (typeof daneApplies.verdicts)[number];
  /** Whether what named the host was secure. */
  readonly security: 'secure' | 'insecure';
  readonly answers: readonly DnsAnswer<unknown>[];
}

/** The line that a failed lookup adds to the tally (RFC 8460, Section 4.3.2.1; RFC 7672, Section 2.1.2). */
export function reportLookup(facts: LookupFacts): readonly TlsReportPolicy[] {
  const failures = facts.answers.filter((answer) => answer.kind === 'failed');
  if (failures.length === 0) return [];
  const told =
    failures.find(({ cause }) => cause === 'bogus') ?? failures.find(({ cause }) => cause !== 'timeout');
  const { verdict } = decide(lookupReport, {
    dane: facts.dane === 'look' ? 'looked-for' : 'not-looked-for',
    zone: facts.security === 'secure' ? 'signed' : 'unproven',
    cause: told === undefined ? 'timeout' : told.cause === 'bogus' ? 'bogus' : 'other',
  });
  if (verdict === 'not-counted' || told === undefined) return [];
  return failureLine(unknownTlsaEntry(facts.policyDomain), 'lookup-failed', {
    receivingMxHostname: facts.host,
    failureReasonCode: `${facts.host === '' ? 'mx' : 'address'}-${causeCode(told)}`,
  });
}

/** Both answers about a host's addresses. */
export function answersOf({ a, aaaa }: AddressesAnswer): readonly DnsAnswer<string>[] {
  return [a, aaaa];
}
