/* Facts of the tables that join all demands on a host into one plan. */
import { daneApplies } from '../../dane/dane-applies.table.js';
import { daneDemand } from '../../dane/dane-demand.table.js';
import { tlsaBase } from '../../dane/tlsa-base.table.js';
import type { AddressesAnswer } from '../../dns/answer.js';
import {
  cleartextRetry,
  daneMatching,
  hostBarrier,
  pkixDemand,
  recipientPolicy,
  serverName,
} from '../../host/plan.tables.js';
import { hostWithoutAddress } from '../../host/unreachable.table.js';
import { operatorDemand } from '../../local/operator-demand.table.js';
import { stsDemand } from '../../mta-sts/sts-demand.table.js';
import { scopeOf } from '../../names/address-scope.js';
import type { AddressScope } from '../../names/ip-address.js';
import { targetAddress } from '../../names/target-address.table.js';
import { requireTlsDemand } from '../../require-tls/requiretls-demand.table.js';
import {
  freshnessText,
  hostIn,
  listingOrPolicy,
  listingText,
  messageText,
  mxProof,
  policyText,
  requireTlsText,
  ruleText,
  settingIs,
} from '../about-domain.js';
import { ownerOfTlsa, tlsaText } from '../about-host.js';
import type { Evidence } from '../evidence.js';
import { type ColumnFacts, factsFor } from '../fact.js';
import { answerText, ownerOfFailure, someOf } from '../values.js';

const target: ColumnFacts<'name' | 'literal'> = {
  kind: 'destination',
  owner: 'sender',
  says: {
    name: (evidence) => `${hostIn(evidence)} is a name`,
    literal: (evidence) => `${hostIn(evidence)} is an address and no name`,
  },
};

const tlsaColumn = { kind: 'tlsa', owner: (_: string, evidence: Evidence) => ownerOfTlsa(evidence) } as const;

export const hostWithoutAddressFacts = factsFor(hostWithoutAddress, {
  addresses: {
    kind: 'addresses',
    owner: (_, { host }) => ownerOfFailure(host?.addressAnswer?.a ?? null),
    says: {
      none: (evidence) => `${hostIn(evidence)} has no address${addressAnswers(evidence)}`,
      failed: (evidence) => `no address of ${hostIn(evidence)} could be learned${addressAnswers(evidence)}`,
    },
  },
  source: {
    kind: 'mx',
    owner: (word) => (word === 'relay' ? 'operator' : word === 'literal' ? 'sender' : 'recipient'),
    says: {
      mx: (evidence) => `an MX record names ${hostIn(evidence)}`,
      implicit: (evidence) => `${hostIn(evidence)} is the domain itself, which has no MX records`,
      literal: (evidence) => `the recipient's address names ${hostIn(evidence)}`,
      relay: (evidence) => `the operator named ${hostIn(evidence)} as the relay`,
    },
  },
  answers: {
    kind: 'addresses',
    owner: 'recipient',
    says: {
      secure: 'all that led to this host, and the answers about its addresses, were validated by DNSSEC',
      insecure: (evidence) =>
        `not all that led here was validated by DNSSEC: ${mxProof('insecure', evidence)}${addressAnswers(evidence)}`,
    },
  },
  policy: { kind: 'policy', owner: 'recipient', says: (_, evidence) => policyText(evidence) },
});

function addressAnswers({ host }: Evidence): string {
  const answer = host?.addressAnswer ?? null;
  return answer === null ? '' : `; ${familyText('A', answer.a)}, ${familyText('AAAA', answer.aaaa)}`;
}

function familyText(type: 'A' | 'AAAA', answer: AddressesAnswer['a']): string {
  if (answer.kind === 'failed') return `${type} is not known, because ${answerText(answer)}`;
  const records = answer.records.length === 0 ? `no ${type} record` : `${type} ${someOf(answer.records)}`;
  const denial = answer.denial === 'nxdomain' ? 'NXDOMAIN, ' : '';
  return `${records} (${denial}${answerText(answer)})`;
}

export const targetAddressFacts = factsFor(targetAddress, {
  scope: {
    kind: 'addresses',
    owner: (_, { host }) => (host?.input.candidate.source === 'relay' ? 'operator' : 'recipient'),
    says: {
      public: (evidence) => addressesText('public', 'public', evidence),
      loopback: (evidence) => addressesText('loopback', 'loopback', evidence),
      private: (evidence) => addressesText('private', 'private or set aside for special use', evidence),
      unusable: (evidence) => addressesText('unusable', 'of a kind that no single host has', evidence),
    },
  },
  setting: { kind: 'setting', owner: 'operator', says: settingIs('privateAddresses') },
  host: {
    kind: 'mx',
    owner: (word) => (word === 'of-operator' ? 'operator' : 'recipient'),
    says: {
      'of-strangers': (evidence) => `DNS or the recipient's address named ${hostIn(evidence)}`,
      'of-operator': (evidence) => `the operator named ${hostIn(evidence)}`,
    },
  },
});

function addressesText(scope: AddressScope, kind: string, evidence: Evidence): string {
  const known = evidence.host?.addressKnowledge ?? null;
  const meant = (known?.kind === 'found' ? known.addresses : []).filter((each) => scopeOf(each) === scope);
  if (meant.length === 0) return `an address of ${hostIn(evidence)} is ${kind}`;
  return `of the addresses of ${hostIn(evidence)}, ${someOf(meant)} ${meant.length === 1 ? 'is' : 'are'} ${kind}`;
}

export const daneAppliesFacts = factsFor(daneApplies, {
  target,
  mx: { kind: 'mx', owner: 'recipient', says: mxProof },
  halfDane: { kind: 'setting', owner: 'operator', says: settingIs('halfDane') },
});

export const tlsaBaseFacts = factsFor(tlsaBase, {
  alias: {
    kind: 'alias',
    owner: 'recipient',
    says: {
      none: (evidence) => `${hostIn(evidence)} has its addresses itself`,
      alias: (evidence) => `${hostIn(evidence)} is an alias${expandedText(evidence)}`,
    },
  },
  addresses: {
    kind: 'addresses',
    owner: 'recipient',
    says: {
      secure: (evidence) => `DNSSEC validated the addresses of ${hostIn(evidence)}`,
      insecure: (evidence) => `the addresses of ${hostIn(evidence)} are not all validated by DNSSEC`,
    },
  },
  firstAlias: {
    kind: 'alias',
    owner: (_, { host }) => ownerOfFailure(host?.aliasAnswer ?? null),
    says: {
      'not-asked': (evidence) => `the CNAME record of ${hostIn(evidence)} was not asked for by itself`,
      secure: (evidence) => `DNSSEC validated the CNAME record of ${hostIn(evidence)}`,
      insecure: (evidence) => `the CNAME record of ${hostIn(evidence)} is not validated by DNSSEC`,
      failed: (evidence) => `the CNAME lookup of ${hostIn(evidence)} failed${aliasFailure(evidence)}`,
    },
  },
});

function expandedText({ host }: Evidence): string {
  const known = host?.addressKnowledge ?? null;
  return known?.kind === 'found' && known.expandedName !== null ? ` that leads to ${known.expandedName}` : '';
}

function aliasFailure({ host }: Evidence): string {
  return host?.aliasAnswer ? `: ${answerText(host.aliasAnswer)}` : '';
}

export const daneDemandFacts = factsFor(daneDemand, {
  tlsa: { ...tlsaColumn, says: (_, evidence) => tlsaText(evidence) },
});

export const stsDemandFacts = factsFor(stsDemand, {
  policy: { kind: 'policy', owner: 'recipient', says: (_, evidence) => policyText(evidence) },
  host: { kind: 'policy', owner: 'recipient', says: (_, evidence) => listingText(evidence) },
});

export const recipientPolicyFacts = factsFor(recipientPolicy, {
  demand: {
    kind: 'demand',
    owner: 'recipient',
    says: {
      'no-demand': 'this policy of the recipient demands nothing of the session',
      observe: 'this policy of the recipient is under test',
      encrypt: 'this policy of the recipient demands TLS with whoever answers',
      authenticate: 'this policy of the recipient demands TLS with a peer that proves itself',
      unreachable: 'this policy of the recipient forbids the host',
    },
  },
  message: { kind: 'message', owner: 'sender', says: messageText },
});

export const requireTlsDemandFacts = factsFor(requireTlsDemand, {
  required: {
    kind: 'message',
    owner: 'sender',
    says: { yes: 'the sender asked for REQUIRETLS', no: 'nothing binds this message to REQUIRETLS' },
  },
  target,
  mx: { kind: 'mx', owner: 'recipient', says: (word, evidence) => mxProof(word, evidence) },
  sts: {
    kind: 'policy',
    owner: 'recipient',
    says: {
      enforced: listingAnd,
      testing: listingAnd,
      'testing-stale': listingAnd,
      'unlisted-by-enforced': listingAnd,
      unlisted: listingAnd,
      none: policyText,
      unknown: currencyAnd,
    },
  },
  dane: {
    ...tlsaColumn,
    says: {
      authenticate: tlsaText,
      failed: tlsaText,
      other: tlsaText,
    },
  },
  testingPolicy: { kind: 'setting', owner: 'operator', says: settingIs('requireTlsTestingPolicy') },
  secureMx: { kind: 'setting', owner: 'operator', says: settingIs('requireTlsSecureMx') },
});

/** Of a policy that is kept, or not known at all. */
function currencyAnd(evidence: Evidence): string {
  const known = evidence.host?.input.sts.kind;
  return known === 'policy'
    ? `${policyText(evidence)}; ${freshnessText('stale', evidence)}`
    : policyText(evidence);
}

function listingAnd(evidence: Evidence): string {
  return `${policyText(evidence)}; ${listingText(evidence)}`;
}

export const operatorDemandFacts = factsFor(operatorDemand, {
  rule: { kind: 'rule', owner: 'operator', says: (_, evidence) => ruleText(evidence) },
  mx: { kind: 'mx', owner: 'recipient', says: (word, evidence) => mxProof(word, evidence) },
  sts: {
    kind: 'policy',
    owner: 'recipient',
    says: {
      listed: listingAnd,
      other: (evidence) => `no enforced policy vouches for ${hostIn(evidence)}: ${listingOrPolicy(evidence)}`,
    },
  },
  dane: { ...tlsaColumn, says: { usable: tlsaText, other: tlsaText } },
});

export const hostBarrierFacts = factsFor(hostBarrier, {
  message: {
    kind: 'demand',
    owner: 'sender',
    says: {
      open: 'nothing that the message asks for forbids the host',
      impossible: requireTlsText,
      'impossible-for-now': requireTlsText,
    },
  },
  dane: {
    ...tlsaColumn,
    says: { open: 'no failed TLSA lookup forbids the host', unreachable: tlsaText },
  },
  operator: {
    kind: 'rule',
    owner: 'operator',
    says: {
      open: 'no rule of the operator forbids the host',
      unreachable: (evidence) => `${ruleText(evidence)}; ${tlsaText(evidence)}`,
    },
  },
  sts: {
    kind: 'policy',
    owner: 'recipient',
    says: { open: 'no MTA-STS policy forbids the host', unreachable: listingAnd },
  },
  stsFreshness: { kind: 'policy', owner: 'recipient', says: freshnessText },
});

export const daneMatchingFacts = factsFor(daneMatching, {
  dane: { ...tlsaColumn, says: (_, evidence) => tlsaText(evidence) },
  operator: { kind: 'rule', owner: 'operator', says: (_, evidence) => ruleText(evidence) },
});

export const pkixDemandFacts = factsFor(pkixDemand, {
  sts: {
    kind: 'policy',
    owner: 'recipient',
    says: {
      authenticate: listingAnd,
      observe: policyText,
      other: (evidence) =>
        `no MTA-STS policy asks for a certificate in this session; ${policyText(evidence)}`,
    },
  },
  dane: {
    ...tlsaColumn,
    says: {
      required: (evidence) => `the chain must match a TLSA record: ${tlsaText(evidence)}`,
      sufficient: (evidence) => `a chain that matches a TLSA record would do: ${tlsaText(evidence)}`,
      'not-required': 'the chain need not match a TLSA record',
    },
  },
  message: {
    kind: 'message',
    owner: 'sender',
    says: {
      authenticate: 'under REQUIRETLS the peer has to prove itself',
      'authenticate-by-pkix': 'under REQUIRETLS the peer has to prove itself by its certificate',
      other: 'the message does not ask that the peer prove itself',
    },
  },
  operator: {
    kind: 'rule',
    owner: 'operator',
    says: {
      authenticate: ruleText,
      'authenticate-domain': (evidence) => `${ruleText(evidence)}; ${mxProof('insecure', evidence)}`,
      'authenticate-by-pkix': ruleText,
      other: 'no rule of the operator asks for a certificate',
    },
  },
  whenDanePasses: { kind: 'setting', owner: 'operator', says: settingIs('whenDanePasses') },
});

export const serverNameFacts = factsFor(serverName, {
  target,
  dane: {
    ...tlsaColumn,
    says: { applies: tlsaText, 'does-not-apply': 'no TLSA record has a say in this session' },
  },
});

export const cleartextRetryFacts = factsFor(cleartextRetry, {
  strictness: {
    kind: 'demand',
    owner: 'recipient',
    says: {
      opportunistic: 'nobody demands TLS of this session',
      encrypted: 'TLS is demanded of this session',
      authenticated: 'TLS is demanded of this session, with a peer that proves itself',
      unreachable: 'this host is not to be connected to',
    },
  },
  report: {
    kind: 'message',
    owner: 'sender',
    says: {
      none: 'the message is no report of DMARC or TLS',
      dmarc: 'the message is a DMARC report',
      tls: 'the message is a TLS report',
    },
  },
  setting: { kind: 'setting', owner: 'operator', says: settingIs('cleartextRetry') },
  attempt: {
    kind: 'attempt',
    owner: 'operator',
    says: {
      first: 'this is the first attempt',
      later: ({ host }) =>
        host === null ? 'this is not the first attempt' : `this is attempt ${host.input.attempt}`,
    },
  },
});
