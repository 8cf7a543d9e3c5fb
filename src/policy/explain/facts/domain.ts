/* Facts of the tables about a message, its destination, its MX records and its MTA-STS policy. */
import { nextHop } from '../../local/next-hop.table.js';
import { learnRecord } from '../../mta-sts/discover.js';
import { fetchFailureInWords } from '../../mta-sts/fetch-words.js';
import { policyCache } from '../../mta-sts/policy-cache.table.js';
import { mxDenial } from '../../mx/mx-denial.table.js';
import { mxDiscovery } from '../../mx/mx-discovery.table.js';
import { transportChoice } from '../../relay/transport-choice.table.js';
import { messageKind } from '../../require-tls/message-kind.table.js';
import {
  destinationIn,
  messageText,
  nowIn,
  policyDomainIn,
  policyText,
  ruleText,
  settingIs,
  settingsIn,
} from '../about-domain.js';
import type { Evidence } from '../evidence.js';
import { factsFor } from '../fact.js';
import {
  agoOf,
  answerText,
  failureText,
  lengthOf,
  ownerOfFailure,
  quoted,
  someOf,
  timeOf,
} from '../values.js';

export const messageKindFacts = factsFor(messageKind, {
  requireTls: {
    kind: 'message',
    owner: 'sender',
    says: {
      yes: 'the message came with the REQUIRETLS tag',
      no: 'the message came without the REQUIRETLS tag',
    },
  },
  sender: {
    kind: 'message',
    owner: 'sender',
    says: {
      null: 'the sender is the null reverse-path, as of a bounce',
      given: 'the message has a sender that can be told',
    },
  },
  tlsRequired: {
    kind: 'message',
    owner: 'sender',
    says: {
      no: 'the message has one field "TLS-Required: No"',
      absent: 'the message has no field "TLS-Required"',
      invalid: 'the message has a "TLS-Required" field that is not one field of the value "No"',
    },
  },
  setting: { kind: 'setting', owner: 'operator', says: settingIs('tlsRequiredNo') },
});

export const nextHopFacts = factsFor(nextHop, {
  destination: {
    kind: 'destination',
    owner: 'sender',
    says: {
      domain: (evidence) => `the message goes to the domain ${destinationIn(evidence)}`,
      literal: (evidence) => `the message goes to the address ${destinationIn(evidence)}`,
    },
  },
  rule: {
    kind: 'rule',
    owner: 'operator',
    says: {
      relay: ruleText,
      none: (evidence) => `no rule of the operator names a relay for ${destinationIn(evidence)}`,
    },
  },
  transport: {
    kind: 'rule',
    owner: 'operator',
    says: {
      direct: 'the mail was given no transport but the usual one',
      relay: transportText,
      parked: (evidence) => `${transportText(evidence)}, which refused to know us a short while ago`,
      fail: transportText,
      'fail-for-now': transportText,
      unknown: (evidence) => `there is no transport of the name ${transportName(evidence)}`,
    },
  },
});

export const transportChoiceFacts = factsFor(transportChoice, {
  asked: {
    kind: 'message',
    owner: 'sender',
    says: {
      none: 'nobody asked for a transport by name',
      known: (evidence) => `the transport ${transportName(evidence)} was asked for`,
      unknown: (evidence) =>
        `the transport ${transportName(evidence)} was asked for, and there is none of that name`,
    },
  },
  routed: {
    kind: 'rule',
    owner: 'operator',
    says: {
      none: 'no route speaks of this mail',
      known: 'a route speaks of this mail, and there is a transport of the name that it gives',
      unknown: 'a route speaks of this mail, and there is no transport of the name that it gives',
    },
  },
});

function transportName({ attempt }: Pick<Evidence, 'attempt'>): string {
  const name = attempt?.input.transport?.name;
  return name === undefined ? 'that was asked for' : quoted(name);
}

function transportText({ attempt }: Evidence): string {
  const chosen = attempt?.input.transport;
  const transport = chosen?.transport ?? null;
  const name = `the mail was given the transport ${transportName({ attempt })}`;
  switch (transport?.kind) {
    case 'relay':
      return `${name}: the relay ${transport.host} port ${transport.port}`;
    case 'fail':
      return `${name}, which says: ${transport.status} ${quoted(transport.text)}`;
    default:
      return name;
  }
}

export const mxDiscoveryFacts = factsFor(mxDiscovery, {
  answer: {
    kind: 'mx',
    owner: (_, { attempt }) => ownerOfFailure(attempt?.mx ?? null),
    says: {
      hosts: (evidence) => `${destinationIn(evidence)} has the MX records ${mxList(evidence)}`,
      'null-mx': (evidence) => `${destinationIn(evidence)} has the one MX record "0 ."${mxProved(evidence)}`,
      'no-usable-name': (evidence) =>
        `none of the MX records of ${destinationIn(evidence)} names a host: ${mxList(evidence)}`,
      'only-us': (evidence) =>
        `no MX record of ${destinationIn(evidence)} is preferred to one that names this system: ${mxList(evidence)}`,
      nodata: (evidence) => `${destinationIn(evidence)} exists and has no MX records${mxProved(evidence)}`,
      nxdomain: (evidence) => `${destinationIn(evidence)} does not exist: NXDOMAIN${mxProved(evidence)}`,
      failed: (evidence) => `the MX lookup of ${destinationIn(evidence)} failed${mxFailure(evidence)}`,
    },
  },
});

export const mxDenialFacts = factsFor(mxDenial, {
  answer: {
    kind: 'mx',
    owner: 'recipient',
    says: (_, evidence) =>
      `the MX answer of ${destinationIn(evidence)}, which names no host to deliver to, is ${mxKind(evidence)}`,
  },
  policy: {
    kind: 'policy',
    owner: (word) => (word === 'unknown' ? 'operator' : 'recipient'),
    says: {
      enforced: (evidence) => policyOrKept(evidence),
      unknown: (evidence) => `what is kept of ${policyDomainIn(evidence)} cannot be read`,
      other: (evidence) => `no enforced MTA-STS policy of ${policyDomainIn(evidence)} is in force`,
    },
  },
  looked: {
    kind: 'policy',
    owner: 'recipient',
    says: {
      'not-yet': 'the policy was not looked for yet',
      done: (evidence) => `the policy was looked for: ${policyText(evidence)}`,
    },
  },
});

function mxKind({ attempt }: Evidence): string {
  const mx = attempt?.mx ?? null;
  return mx === null ? 'not recorded' : answerText(mx);
}

function policyOrKept(evidence: Evidence): string {
  if (evidence.attempt?.sts.kind === 'policy') return policyText(evidence);
  return `an enforced policy${keptText(evidence)} is kept and has not expired`;
}

function mxList({ attempt }: Evidence): string {
  const mx = attempt?.mx ?? null;
  if (mx === null || mx.kind === 'failed') return '(not recorded)';
  const records = mx.records.map(({ preference, exchange }) => `"${preference} ${quoted(exchange)}."`);
  return `${someOf(records)} (${answerText(mx)})`;
}

function mxProved({ attempt }: Evidence): string {
  const mx = attempt?.mx ?? null;
  return mx === null ? '' : ` (${answerText(mx)})`;
}

function mxFailure({ attempt }: Evidence): string {
  const mx = attempt?.mx ?? null;
  return mx?.kind === 'failed' ? `: ${failureText(mx)}` : '';
}

export const policyCacheFacts = factsFor(policyCache, {
  cached: {
    kind: 'policy',
    owner: (word) => (word === 'unreadable' || word === 'from-the-future' ? 'operator' : 'recipient'),
    says: {
      none: (evidence) => `no MTA-STS policy of ${policyDomainIn(evidence)} is kept`,
      expired: (evidence) => `the kept policy${keptText(evidence)} has expired`,
      current: (evidence) => `a policy${keptText(evidence)} is kept and has not expired`,
      'from-the-future': (evidence) =>
        `the kept policy${keptText(evidence)} was fetched at a time that has not come yet`,
      unreadable: (evidence) => `what is kept of ${policyDomainIn(evidence)} cannot be read`,
    },
  },
  record: {
    kind: 'policy',
    owner: (_, { attempt }) => ownerOfFailure(attempt?.txt ?? null),
    says: {
      'same-id': (evidence) =>
        `${recordName(evidence)} announces the id of the kept policy${idText(evidence)}`,
      'other-id': (evidence) => `${recordName(evidence)} announces an id that is not kept${idText(evidence)}`,
      absent: (evidence) =>
        `there is no MTA-STS record at ${recordName(evidence)} ${recordProof(evidence)}`.trimEnd(),
      invalid: (evidence) =>
        `what stands at ${recordName(evidence)} is no valid MTA-STS record${faultText(evidence)}`,
      failed: (evidence) => `the TXT lookup of ${recordName(evidence)} failed${recordFailure(evidence)}`,
    },
  },
  fetched: {
    kind: 'policy',
    owner: 'recipient',
    says: {
      'not-asked': 'the policy host was not asked yet',
      policy: (evidence) =>
        `https://mta-sts.${policyDomainIn(evidence)} served a policy${servedText(evidence)}`,
      failed: (evidence) =>
        `https://mta-sts.${policyDomainIn(evidence)} served no policy${servedText(evidence)}`,
    },
  },
  backoff: {
    kind: 'policy',
    owner: 'recipient',
    says: {
      no: 'no fetch for the id that is wanted failed a short while ago',
      yes: backoffText,
    },
  },
  failure: { kind: 'setting', owner: 'operator', says: settingIs('stsLookupFailure') },
  message: {
    kind: 'message',
    owner: 'sender',
    says: { strict: "the message lets the recipient's policies stand", lenient: messageText['tls-optional'] },
  },
  purpose: {
    kind: 'message',
    owner: 'operator',
    says: {
      deliver: 'the policy is looked for as a message needs it',
      refresh: 'the kept policy is to be renewed',
    },
  },
});

function keptText(evidence: Evidence): string {
  const { attempt } = evidence;
  const cached = attempt?.cache?.kind === 'read' ? attempt.cache.cached : null;
  if (cached === null) return '';
  const { id, fetchedAt, policy } = cached;
  return ` of ${policyDomainIn(evidence)} (id ${quoted(id)}, mode ${policy.mode}, fetched on ${timeOf(fetchedAt)}, ${agoOf(fetchedAt, nowIn(evidence))}, max_age ${lengthOf(policy.maxAgeSeconds)})`;
}

function recordName(evidence: Evidence): string {
  return `_mta-sts.${policyDomainIn(evidence)}`;
}

function idText({ attempt }: Evidence): string {
  const record = attempt?.txt ? learnRecord(attempt.txt) : null;
  return record?.kind === 'found' ? `, ${quoted(record.id)}` : '';
}

function recordProof({ attempt }: Evidence): string {
  return attempt?.txt ? `(${answerText(attempt.txt)})` : '';
}

function recordFailure({ attempt }: Evidence): string {
  return attempt?.txt?.kind === 'failed' ? `: ${failureText(attempt.txt)}` : '';
}

function faultText({ attempt }: Evidence): string {
  const txt = attempt?.txt ?? null;
  if (txt === null || !('records' in txt)) return '';
  const record = learnRecord(txt);
  if (record.kind !== 'invalid') return '';
  return ` (${record.reason}): ${someOf(txt.records.map((text) => `"${quoted(text)}"`))}`;
}

function servedText({ attempt }: Evidence): string {
  const fetched = attempt?.fetched ?? null;
  if (fetched === null) return '';
  if (fetched.kind === 'failed') return `: ${quoted(fetchFailureInWords(fetched))}`;
  const { mode, mx, maxAgeSeconds } = fetched.policy;
  return `: mode ${mode}, mx ${someOf(mx.map(quoted))}, max_age ${lengthOf(maxAgeSeconds)}`;
}

function backoffText(evidence: Evidence): string {
  const { attempt } = evidence;
  const failure = attempt?.cache?.kind === 'read' ? attempt.cache.failure : null;
  const wait = settingsIn(evidence)?.stsFetchBackoffSeconds;
  const pause = wait === undefined ? '' : `, and ${lengthOf(wait)} have to pass`;
  if (failure === null) return `a fetch for the id that is wanted failed a short while ago${pause}`;
  return `a fetch for the id ${quoted(failure.id)} failed at ${timeOf(failure.failedAt)}, ${agoOf(failure.failedAt, nowIn(evidence))}${pause}`;
}
