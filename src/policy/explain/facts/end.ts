/* Facts of the tables about the end of an attempt, and about what is reported of it. */
import { attemptConclusion, nextCandidate } from '../../attempt/attempt.tables.js';
import { attemptDeadline, stopped } from '../../attempt/stop.table.js';
import type { FailureCategory } from '../../host/types.js';
import {
  discoveryReport,
  lookupReport,
  reportResultType,
  sessionReport,
} from '../../tls-report/report.tables.js';
import { hostIn, policyText } from '../about-domain.js';
import { placeIn, tlsaText, tlsStartText } from '../about-host.js';
import type { Evidence } from '../evidence.js';
import { factsFor } from '../fact.js';
import { quoted, someOf } from '../values.js';

export const nextCandidateFacts = factsFor(nextCandidate, {
  run: {
    kind: 'hosts',
    owner: (word) => (word === 'ran' ? 'recipient' : 'operator'),
    says: {
      ran: ({ attempt }) => `${attempt?.candidates[attempt.tried - 1]?.host ?? 'the host'} was tried`,
      stopped: ({ attempt }) =>
        `the attempt was stopped${attempt === null || attempt.tried === 0 ? '' : ` while ${attempt.candidates[attempt.tried - 1]?.host ?? 'a host'} was tried`}`,
      fault: ({ attempt }) =>
        attempt?.fault
          ? `a fault of ours: ${quoted(attempt.fault.message)}`
          : 'a fault of ours ended the attempt',
    },
  },
  recipients: {
    kind: 'hosts',
    owner: 'sender',
    says: {
      left: ({ attempt }) => {
        const waiting = attempt?.recipients.filter(
          ({ state }) => state === null || state.verdict === 'next-host',
        );
        return waiting === undefined || waiting.length === 0
          ? 'there are recipients without an outcome'
          : `${partOf(waiting.length, attempt!.recipients.length, 'recipient')} without an outcome`;
      },
      none: 'no recipient is left without an outcome',
    },
  },
  candidates: {
    kind: 'hosts',
    owner: 'recipient',
    says: {
      left: ({ attempt }) =>
        attempt === null
          ? 'there are hosts that were not tried'
          : `${partOf(attempt.tried, attempt.candidates.length, 'host')} tried`,
      none: ({ attempt }) =>
        attempt === null || attempt.candidates.length === 0
          ? 'there is no host that was not tried'
          : `${partOf(attempt.candidates.length, attempt.candidates.length, 'host')} tried`,
    },
  },
});

/** "the only host was", "1 of 3 hosts was", "all 3 hosts were" */
function partOf(count: number, all: number, noun: string): string {
  if (all === 1 && count === 1) return `the only ${noun} was`;
  const words = count < all ? `${count} of ${all}` : all === 2 ? 'both' : `all ${all}`;
  return `${words} ${noun}s ${count === 1 ? 'was' : 'were'}`;
}

export const stoppedFacts = factsFor(stopped, {
  during: {
    kind: 'attempt',
    owner: 'operator',
    says: {
      lookup: (evidence) =>
        `the attempt was stopped while ${evidence.host === null ? 'the way to the domain' : hostIn(evidence)} was looked up`,
      connection: (evidence) =>
        `the attempt was stopped before ${placeIn(evidence)} was connected to and had greeted`,
      dialogue: (evidence) =>
        `the attempt was stopped while an answer of ${placeIn(evidence)} was waited for`,
      transaction: (evidence) => `the attempt was stopped while ${placeIn(evidence)} was given the message`,
      'end-of-data': (evidence) =>
        `the attempt was stopped when ${placeIn(evidence)} had the whole message and had not answered yet`,
    },
  },
});

export const attemptDeadlineFacts = factsFor(attemptDeadline, {
  deadline: {
    kind: 'attempt',
    owner: 'operator',
    says: { none: 'the attempt has no deadline', set: 'the attempt has a deadline' },
  },
  question: {
    kind: 'attempt',
    owner: 'operator',
    says: {
      lookup: 'something is to be looked up',
      policy: 'a policy is to be fetched',
      connection: 'a connection is to be made',
      dialogue: 'a command is to be said',
      transaction: 'the message is to be sent',
      farewell: 'the connection is to be ended',
    },
  },
});

export const attemptConclusionFacts = factsFor(attemptConclusion, {
  requireTls: {
    kind: 'message',
    owner: 'sender',
    says: {
      'not-required': 'nothing binds this message to REQUIRETLS',
      keyword:
        'the sender asked for REQUIRETLS, every host failed definitively, and one of them only lacked the keyword',
      definitive: 'the sender asked for REQUIRETLS, and every host failed definitively',
      temporary: 'the sender asked for REQUIRETLS, and not every host failed definitively',
    },
  },
  worst: {
    kind: 'hosts',
    owner: (word) => OWNERS[word],
    says: (word, evidence) => `${WORST[word]}${hostsText(evidence)}`,
  },
});

const OWNERS = {
  policy: 'recipient',
  authentication: 'operator',
  reply: 'recipient',
  'connection-lost': 'network',
  'connection-failed': 'network',
  'lookup-failed': 'resolver',
  'address-left-out': 'recipient',
  refused: 'recipient',
  'no-target': 'recipient',
} as const satisfies Readonly<Record<FailureCategory, string>>;

const WORST: Readonly<Record<FailureCategory, string>> = {
  policy: 'the most telling failure is that a host gave no session that may be used',
  authentication: 'the most telling failure is that a relay did not let us in',
  reply: 'the most telling failure is what a host replied',
  'connection-lost': 'the most telling failure is that a connection was lost',
  'connection-failed': 'the most telling failure is that no connection could be made',
  'lookup-failed': 'the most telling failure is that something could not be looked up',
  'address-left-out': 'the most telling failure is that a host has no address that may be connected to',
  refused: 'every host that exists refused the message for good',
  'no-target': 'no host has an address',
};

/** Which hosts were left for this recipient, and by which row. */
function hostsText({ attempt, recipient }: Evidence): string {
  const failed = attempt?.recipients[recipient]?.failedAt ?? [];
  const hosts = failed.flatMap(({ because }) =>
    because === null ? [] : [`${because.mx ?? 'the host'} (${because.row})`],
  );
  const cut = attempt?.cut === 'yes' ? '; there are more hosts, which were not tried' : '';
  return hosts.length === 0 ? cut : `: ${someOf(hosts)}${cut}`;
}

export const sessionReportFacts = factsFor(sessionReport, {
  policy: {
    kind: 'report',
    owner: 'recipient',
    says: {
      sts: policyText,
      'sts-testing': policyText,
      tlsa: tlsaText,
      none: 'the domain has no policy that a session could be counted under',
    },
  },
  ended: {
    kind: 'report',
    owner: 'recipient',
    says: {
      barred: 'no session was made',
      'not-offered': (evidence) => `${hostIn(evidence)} did not offer STARTTLS`,
      refused: tlsStartText,
      'handshake-failed': tlsStartText,
      injected: tlsStartText,
      established: 'the session came under TLS',
    },
  },
  judged: {
    kind: 'report',
    owner: 'recipient',
    says: {
      passed: 'the session met this policy',
      failed: 'the session did not meet this policy',
      'not-judged': 'whether the session met this policy was not seen',
    },
  },
});

export const discoveryReportFacts = factsFor(discoveryReport, {
  kept: {
    kind: 'report',
    owner: 'recipient',
    says: {
      'in-force': policyText,
      'mode-none': policyText,
      none: 'the attempt holds to no policy',
    },
  },
  record: {
    kind: 'report',
    owner: 'recipient',
    says: {
      found: 'there is an MTA-STS record',
      absent: 'there is no MTA-STS record',
      invalid: 'what stands in the place of an MTA-STS record is none',
      failed: 'the TXT lookup failed',
    },
  },
  fetched: {
    kind: 'report',
    owner: 'recipient',
    says: {
      'not-asked': 'the policy host was not asked',
      policy: 'the policy host served a policy',
      failed: 'the policy host served no policy',
    },
  },
});

export const lookupReportFacts = factsFor(lookupReport, {
  dane: {
    kind: 'report',
    owner: 'recipient',
    says: {
      'looked-for': 'TLSA records would have been looked for',
      'not-looked-for': 'no TLSA records would have been looked for',
    },
  },
  zone: {
    kind: 'report',
    owner: 'recipient',
    says: {
      signed: 'DNSSEC validated the answer that named the host',
      unproven: 'nothing that DNSSEC validated names the host',
    },
  },
  cause: {
    kind: 'report',
    owner: (word) => (word === 'bogus' ? 'recipient' : 'resolver'),
    says: {
      bogus: 'the lookup failed because DNSSEC validation failed',
      timeout: 'the lookup failed because no answer came in time',
      other: 'the lookup failed for another reason than time or validation',
    },
  },
});

export const reportResultTypeFacts = factsFor(reportResultType, {
  failure: {
    kind: 'report',
    owner: (word) => (word === 'tlsa-lookup-timeout' ? 'resolver' : 'recipient'),
    says: {
      'starttls-not-offered': (evidence) => `${hostIn(evidence)} did not offer STARTTLS`,
      'starttls-refused': (evidence) => `${hostIn(evidence)} refused STARTTLS`,
      injected: 'octets in clear stood behind the reply to STARTTLS',
      'handshake-failed': 'the TLS handshake failed',
      'certificate-expired': 'a certificate on the path is out of its dates',
      'certificate-name': 'the certificate has none of the names that were looked for',
      'certificate-not-trusted': 'the certificate has no good path to a CA that is trusted here',
      'certificate-unreadable': 'no certificate could be read',
      'certificate-unfinished': 'so much was presented that not all of it was looked at',
      'tlsa-mismatch': 'the chain matches no TLSA record',
      'mx-not-listed': (evidence) => `the policy does not list ${hostIn(evidence)}`,
      'tlsa-unusable': 'none of the TLSA records can be used',
      'tlsa-lookup-failed': 'the TLSA records could not be learned',
      'tlsa-lookup-timeout': 'no answer came in time about the TLSA records',
      'dane-missing': 'the operator demands DANE, and there are no usable TLSA records',
      'policy-fetch-failed': 'the policy could not be fetched',
      'policy-invalid': 'what the policy host served is no policy',
      'policy-host-certificate': 'the policy host did not prove itself',
      'policy-record-failed': 'the record that announces the policy could not be had',
      'lookup-failed': 'no valid answer came back for what leads to the TLSA records',
    },
  },
});
