/*
 * The comparisons of policy and reference, each as a function that answers the first disagreement or null. The tests call
 * them, and so does the script that mutates tables, which wants to know whether anybody notices.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  concludeAttempt,
  discoverMx,
  discoverSts,
  type FailedHost,
  judgeReply,
} from '../../spec/reference/attempt.js';
import { type HostEnd, type HostFacts, runHost } from '../../spec/reference/host.js';
import type { attemptConclusion } from '../../src/policy/attempt/attempt.tables.js';
import { concludeRecipient } from '../../src/policy/attempt/conclude.js';
import { replyMeaning } from '../../src/policy/host/session.tables.js';
import { FAILURE_CATEGORIES } from '../../src/policy/host/types.js';
import { decide, inputsOf } from '../../src/policy/kernel/table.js';
import { policyCache } from '../../src/policy/mta-sts/policy-cache.table.js';
import { mxDiscovery } from '../../src/policy/mx/mx-discovery.table.js';
import { SITUATIONS, situation, WIRES } from './host-inputs.js';
import { policyFor } from './policy-end.js';

export interface Disagreement {
  readonly input: unknown;
  readonly policy: unknown;
  readonly reference: unknown;
}

/** One host, over every situation and, for each, every `stride`-th wire (1: all of them). */
export function compareHosts(stride: number, from = 0, step = 1): Disagreement | null {
  for (let number = from; number < SITUATIONS; number += step) {
    const before = situation(number) as HostFacts;
    const policyEnd = policyFor(before);
    for (let wire = number % stride; wire < WIRES.length; wire += stride) {
      const facts = { ...before, ...WIRES[wire] } as HostFacts;
      const policy = policyEnd(WIRES[wire]!);
      const reference = runHost(facts);
      if (!isSame(policy, reference)) return { input: facts, policy, reference };
    }
  }
  return null;
}

function isSame(left: HostEnd, right: HostEnd): boolean {
  return (
    left.tlsaAsked === right.tlsaAsked &&
    left.connected === right.connected &&
    left.outcome === right.outcome &&
    left.over === right.over &&
    left.cleartextRetry === right.cleartextRetry &&
    left.authentication === right.authentication &&
    left.keywordSent === right.keywordSent &&
    left.requireTlsFailure === right.requireTlsFailure
  );
}

const CATEGORY = {
  policy: 'policy',
  authentication: 'authentication',
  reply: 'reply',
  'connection-lost': 'network',
  'connection-failed': 'network',
  'lookup-failed': 'dns',
  'address-left-out': 'dns',
  refused: 'refused',
  'no-target': 'no-target',
} as const;
const STATUS: Readonly<Record<(typeof attemptConclusion.verdicts)[number], string>> = {
  'bounce 5.7.30': '5.7.30',
  'bounce 5.7.10': '5.7.10',
  'bounce 5.4.4': '5.4.4',
  'bounce as replied': 'refused',
  'defer 4.7.5': 'policy',
  'defer 4.7.8': 'authentication',
  'defer as replied': 'reply',
  'defer 4.4.2': 'network',
  'defer 4.4.1': 'network',
  'defer 4.4.3': 'dns',
  'defer 4.4.4': 'dns',
};

/** The end of an attempt, over every list of up to three failed hosts. */
export function compareConclusions(): Disagreement | null {
  const hosts = FAILURE_CATEGORIES.flatMap((category) =>
    (['keyword-missing', 'definitive', 'temporary'] as const).map((failure) => ({
      category,
      failure,
      status: '',
    })),
  );
  const lists = [
    ...hosts.map((host) => [host]),
    ...hosts.flatMap((first) => hosts.map((second) => [first, second])),
    ...hosts.flatMap((first) => hosts.flatMap((second) => hosts.map((third) => [first, second, third]))),
  ];
  for (const list of lists) {
    for (const required of ['yes', 'no'] as const) {
      const { verdict } = concludeRecipient(list, required);
      const policy = {
        outcome: verdict.startsWith('bounce') ? 'bounced' : 'deferred',
        status: STATUS[verdict],
      };
      const failed: FailedHost[] = list.map(({ category, failure }) => ({
        category: CATEGORY[category],
        requireTlsFailure: failure,
      }));
      const reference = concludeAttempt(failed, required === 'yes');
      if (!isDeepStrictEqual(policy, reference)) return { input: { list, required }, policy, reference };
    }
  }
  return null;
}

const MX = {
  'try-hosts': 'walk',
  'try-domain': 'implicit',
  'no-mail-accepted': 'bounce 5.1.10',
  'no-target': 'bounce 5.4.4',
  loop: 'bounce 5.4.6',
  unknown: 'defer 4.4.3',
} as const;
const MX_ANSWER = {
  hosts: 'hosts',
  'null-mx': 'null-mx',
  'no-usable-name': 'only-unusable-names',
  'only-us': 'ourselves-first',
  nodata: 'no-records',
  nxdomain: 'no-such-name',
  failed: 'failed',
} as const;

export function compareMx(): Disagreement | null {
  return firstDifference(
    inputsOf(mxDiscovery),
    ({ answer }) => MX[decide(mxDiscovery, { answer }).verdict],
    ({ answer }) => discoverMx(MX_ANSWER[answer]),
  );
}

/** The policy cache, over every combination of words, whether it can be met or not. */
export function comparePolicyCache(): Disagreement | null {
  return firstDifference(
    inputsOf(policyCache),
    (input) => {
      const { verdict } = decide(policyCache, input);
      return verdict === 'use-cached' ? 'use-cached-fresh' : verdict;
    },
    ({ cached, record, fetched, backoff, failure, message, purpose }) =>
      discoverSts({
        cached: cached === 'current' ? 'valid' : cached,
        record: record === 'same-id' ? 'found-same-id' : record === 'other-id' ? 'found-other-id' : record,
        fetched,
        recentFailure: backoff === 'yes',
        stsLookupFailure: failure,
        tlsRequiredNo: message === 'lenient',
        background: purpose === 'refresh',
      }),
  );
}

/** The reference knows no HELO: there a refused EHLO is the next host's turn. */
export function compareReplies(): Disagreement | null {
  const inputs = [...inputsOf(replyMeaning)].filter(
    ({ stage, reply }) => stage !== 'ehlo' || reply !== '5yz',
  );
  return firstDifference(
    inputs,
    (input) => {
      const { verdict } = decide(replyMeaning, input);
      return verdict === 'delivered' ? 'go-on' : verdict;
    },
    ({ stage, reply, leniency }) =>
      judgeReply({
        stage: stage === 'ehlo' ? 'hello' : stage,
        reply: reply === 'positive' ? '2yz' : reply,
        leniency,
      }),
  );
}

function firstDifference<I>(
  inputs: Iterable<I>,
  policyOf: (input: I) => unknown,
  referenceOf: (input: I) => unknown,
): Disagreement | null {
  for (const input of inputs) {
    const policy = policyOf(input);
    const reference = referenceOf(input);
    if (!isDeepStrictEqual(policy, reference)) return { input, policy, reference };
  }
  return null;
}
