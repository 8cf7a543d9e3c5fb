/*
 * One host by the policy alone, without a machine: the plan, then the session tables in the order in which the machine asks
 * them. Fast enough to be compared with the reference over millions of inputs.
 */

import type { HostEnd, HostFacts } from '../../spec/reference/host.js';
import { judgePeer } from '../../src/policy/host/authenticate.js';
import { type HostPlan, planHost } from '../../src/policy/host/plan.js';
import { startTls, tlsOutcome } from '../../src/policy/host/session.tables.js';
import { decide } from '../../src/policy/kernel/table.js';
import { requireTlsKeyword } from '../../src/policy/require-tls/keyword.table.js';
import { judgeMessage, type MessageKind } from '../../src/policy/require-tls/message-kind.table.js';
import type { Settings } from '../../src/policy/settings.js';
import {
  asksTlsa,
  DOMAIN,
  hostOf,
  messageFor,
  NOW,
  peerFor,
  settingsFor,
  stsFor,
  tlsaFor,
  UNUSABLE,
  USABLE,
} from './host-facts.js';

const SKIPPED = {
  outcome: 'skipped',
  over: 'nothing',
  cleartextRetry: false,
  authentication: 'none',
  keywordSent: false,
} as const;
const OUTCOME = {
  'refused-4xx': 'refused-for-now',
  'refused-5xx': 'refused',
  injected: 'injected',
  'handshake-failed': 'handshake-failed',
  works: 'established',
} as const;

/** The plan for what is known before connecting, and then the end for what is seen on the wire. */
export function policyFor(before: HostFacts): (wire: Partial<HostFacts>) => HostEnd {
  const settings = settingsFor(before);
  const message = judgeMessage(messageFor(before), settings.tlsRequiredNo).verdict;
  const plan = planOf(before, message, settings);
  const tlsaAsked = asksTlsa(before);
  return (wire) => endOf({ ...before, ...wire }, plan, message, tlsaAsked);
}

function planOf(facts: HostFacts, message: MessageKind, settings: Settings): HostPlan {
  return planHost({
    host: hostOf(facts),
    source: facts.source,
    mxSecurity: facts.mx,
    nextHop: facts.source === 'mx' ? DOMAIN : hostOf(facts),
    expandedNextHop: null,
    tlsa: tlsaFor(facts),
    sts: stsFor(facts),
    message,
    report: facts.dmarcReport ? 'dmarc' : 'none',
    attempt: facts.attempt === 'first' ? 1 : 2,
    operator: facts.operator,
    settings,
  });
}

function endOf(facts: HostFacts, plan: HostPlan, message: MessageKind, tlsaAsked: boolean): HostEnd {
  const skip = (connected: boolean, requireTlsFailure: HostEnd['requireTlsFailure']): HostEnd => ({
    ...SKIPPED,
    tlsaAsked,
    connected,
    requireTlsFailure,
  });
  const barrier = plan.barrier.verdict;
  if (barrier !== 'connect') return skip(false, barrier === 'skip' ? 'definitive' : 'temporary');
  const send = (
    over: 'tls' | 'clear',
    cleartextRetry: boolean,
    authentication: HostEnd['authentication'],
  ): HostEnd => {
    const keyword = decide(requireTlsKeyword, {
      message,
      tls: over === 'tls' ? 'yes' : 'no',
      keyword: facts.keyword,
    }).verdict;
    if (keyword === 'give-up') return skip(true, 'keyword-missing');
    const keywordSent = keyword === 'send-keyword';
    return {
      tlsaAsked,
      connected: true,
      outcome: 'sent',
      over,
      cleartextRetry,
      authentication,
      keywordSent,
      requireTlsFailure: null,
    };
  };
  const started = decide(startTls, {
    channel: 'first',
    offered: facts.starttls === 'not-offered' ? 'not-offered' : 'offered',
    strictness: plan.strictness,
  }).verdict;
  if (started === 'give-up') return skip(true, 'definitive');
  if (started === 'stay-in-clear' || facts.starttls === 'not-offered') return send('clear', false, 'none');
  const outcome = decide(tlsOutcome, {
    outcome: OUTCOME[facts.starttls],
    cleartextRetry: plan.cleartextRetry,
  }).verdict;
  switch (outcome) {
    case 'retry-in-clear': {
      const again = decide(startTls, {
        channel: 'cleartext-retry',
        offered: 'offered',
        strictness: plan.strictness,
      }).verdict;
      return again === 'stay-in-clear' ? send('clear', true, 'none') : skip(true, 'temporary');
    }
    case 'give-up':
      return skip(true, 'definitive');
    case 'give-up-for-now':
      return skip(true, 'temporary');
    case 'inspect': {
      const records = [facts.tlsa === 'unusable' ? UNUSABLE : USABLE];
      const peer = judgePeer(plan, peerFor(facts), records, hostOf(facts), NOW).decision.verdict;
      if (peer === 'refuse') return skip(true, 'definitive');
      if (peer === 'refuse-for-now') return skip(true, 'temporary');
      return send('tls', false, peer);
    }
  }
}
