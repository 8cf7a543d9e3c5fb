/*
 * One attempt at one domain: where to go, which MTA-STS policy to hold to, what a reply means, and what becomes of
 * the recipients when no host is left.
 */

export type HostFailureClass =
  | 'policy'
  | 'authentication'
  | 'reply'
  | 'network'
  | 'dns'
  | 'refused'
  | 'no-target';

export interface FailedHost {
  category: HostFailureClass;
  requireTlsFailure: 'keyword-missing' | 'definitive' | 'temporary';
}

/**
 * Every host failed; what becomes of the recipients. A category as status stands for that category's own 4.x code.
 * requireTls is the effective tag: set, and the sender is not null.
 */
export function concludeAttempt(
  hosts: FailedHost[],
  requireTls: boolean,
): {
  outcome: 'deferred' | 'bounced';
  status:
    | '5.7.30'
    | '5.7.10'
    | '5.4.4'
    | 'refused'
    | 'policy'
    | 'authentication'
    | 'reply'
    | 'network'
    | 'dns';
} {
  // RFC 5321, Section 5.1: a domain whose every target is known not to exist is an error. So is one without targets.
  const reachable: FailedHost[] = [];
  for (const host of hosts) {
    if (host.category !== 'no-target') reachable.push(host);
  }
  if (reachable.length === 0) {
    return { outcome: 'bounced', status: '5.4.4' };
  }

  // Hosts that the message only came to because it set a policy aside, and that all refuse it for good: nobody is left.
  let allRefused = true;
  for (const host of reachable) {
    if (host.category !== 'refused') allRefused = false;
  }
  if (allRefused) return { outcome: 'bounced', status: 'refused' };

  // RFC 4954, Section 6: a credential that is not taken is no fault of the message. It waits, whatever else it asks for.
  if (!anyHostFailedBy(reachable, 'policy') && anyHostFailedBy(reachable, 'authentication'))
    return { outcome: 'deferred', status: 'authentication' };

  // RFC 8689, Section 4.2.1: the sender hears at once, but only if waiting cannot help on any host.
  if (requireTls) {
    let anyTemporary = false;
    let anyWithoutKeyword = false;
    for (const host of reachable) {
      if (host.requireTlsFailure === 'temporary') anyTemporary = true;
      if (host.requireTlsFailure === 'keyword-missing') anyWithoutKeyword = true;
    }
    if (!anyTemporary && anyWithoutKeyword) return { outcome: 'bounced', status: '5.7.30' };
    if (!anyTemporary) return { outcome: 'bounced', status: '5.7.10' };
  }

  // RFC 5321, Section 4.5.4.1: otherwise it stays in the queue. The status tells of the most telling failure.
  if (anyHostFailedBy(reachable, 'policy')) return { outcome: 'deferred', status: 'policy' };
  if (anyHostFailedBy(reachable, 'reply')) return { outcome: 'deferred', status: 'reply' };
  if (anyHostFailedBy(reachable, 'network')) return { outcome: 'deferred', status: 'network' };
  return { outcome: 'deferred', status: 'dns' };
}

function anyHostFailedBy(hosts: FailedHost[], category: HostFailureClass): boolean {
  for (const host of hosts) {
    if (host.category === category) return true;
  }
  return false;
}

/** RFC 5321, Section 5.1, and RFC 7505. */
export function discoverMx(
  answer:
    | 'hosts'
    | 'null-mx'
    | 'no-records'
    | 'no-such-name'
    | 'only-unusable-names'
    | 'ourselves-first'
    | 'failed',
): 'walk' | 'implicit' | 'bounce 5.1.10' | 'bounce 5.4.4' | 'bounce 5.4.6' | 'defer 4.4.3' {
  if (answer === 'hosts') return 'walk';
  // RFC 7505, Section 4.1: the domain says that it accepts no mail.
  if (answer === 'null-mx') return 'bounce 5.1.10';
  // RFC 5321, Section 5.1: the domain itself, as if it were its own MX. Only if there are no MX records at all.
  if (answer === 'no-records') return 'implicit';
  if (answer === 'no-such-name') return 'bounce 5.4.4';
  if (answer === 'only-unusable-names') return 'bounce 5.4.4';
  // RFC 5321, Section 5.1: with nothing left of the list the message is undeliverable; RFC 3463, Section 3.5, has a code for loops.
  if (answer === 'ourselves-first') return 'bounce 5.4.6';
  // RFC 7672, Section 2.1.2: not knowing where to go means waiting.
  return 'defer 4.4.3';
}

/**
 * Our own rule, where RFC 5321, Section 5.1, and RFC 7505 would bounce: is an answer that nobody signed believed about a domain
 * that promised, for the life of a policy, to have hosts (RFC 8461, Section 3.2)? First the policy is looked for again.
 */
export function believeDenial(facts: {
  validated: boolean;
  promise: 'enforced' | 'unreadable' | 'none';
  lookedAgain: boolean;
}): 'believe' | 'look' | 'wait' {
  if (facts.validated) return 'believe';
  if (facts.promise === 'none') return 'believe';
  if (facts.lookedAgain) return 'wait';
  return 'look';
}

/**
 * RFC 8461, Sections 3.1, 3.3, 5.1 and 10.2: which policy applies, going by the cache, the TXT record and, once there was
 * one, the fetch. 'proceed-unknown': no policy is applied, though there may be one.
 */
export function discoverSts(facts: {
  // from-the-future: it was fetched later than now, by more than clocks may differ; unreadable: the cache itself failed
  cached: 'none' | 'expired' | 'valid' | 'from-the-future' | 'unreadable';
  record: 'found-same-id' | 'found-other-id' | 'absent' | 'invalid' | 'failed'; // same id as the cached policy
  fetched: 'not-asked' | 'policy' | 'failed';
  recentFailure: boolean; // a fetch for the id that would be fetched failed less than five minutes ago
  stsLookupFailure: 'defer' | 'proceed';
  tlsRequiredNo: boolean; // valid, honoured, and the message is not under REQUIRETLS
  background: boolean; // the daily refresh, for no message
}):
  | 'use-cached-fresh'
  | 'use-cached-stale'
  | 'fetch'
  | 'adopt'
  | 'no-policy'
  | 'proceed-unknown'
  | 'defer'
  | 'defer-for-cache' {
  // Section 3.2: the last policy that was fetched is the policy.
  if (facts.fetched === 'policy') return 'adopt';

  const announced = facts.record === 'found-same-id' || facts.record === 'found-other-id';

  if (facts.cached === 'valid' || facts.cached === 'from-the-future') {
    // Section 3.3: no live policy, but a cached one that has not expired: MUST apply the cached policy.
    if (facts.fetched === 'failed') return 'use-cached-stale';
    // Section 3.1: the id is how a policy tells that it has changed. It has not. But Section 10.2: a refresh fetches the
    // live policy regularly. And a fetch that lies in the future was none that max_age could be counted from.
    if (facts.record === 'found-same-id' && facts.cached === 'valid') {
      if (!facts.background) return 'use-cached-fresh';
      if (facts.recentFailure) return 'use-cached-fresh';
      return 'fetch';
    }
    // Section 3.3: no more than one failed fetch in five minutes for one id.
    if (facts.recentFailure) return 'use-cached-stale';
    if (announced) return 'fetch';
    // Section 10.2: regardless of the state of the TXT record.
    if (facts.background) return 'fetch';
    // Section 3.1: the absence of a usable record does not remove a cached policy.
    return 'use-cached-stale';
  }

  if (facts.cached === 'none' || facts.cached === 'expired') {
    // Section 3.3: MUST continue as though the domain had not implemented MTA-STS.
    if (facts.fetched === 'failed') return 'proceed-unknown';
    if (announced) {
      if (facts.recentFailure) return 'proceed-unknown';
      return 'fetch';
    }
    // Section 3.1: no usable record, no policy.
    if (facts.record === 'absent' || facts.record === 'invalid') return 'no-policy';
    // The RFC is silent about a TXT lookup that fails; the operator decides, and "TLS-Required: No" does not care.
    if (facts.tlsRequiredNo) return 'proceed-unknown';
    if (facts.stsLookupFailure === 'proceed') return 'proceed-unknown';
    return 'defer';
  }

  // The cache failed. What it held may have been an enforced policy, so only the live policy can replace it.
  if (announced && facts.fetched === 'not-asked') return 'fetch';
  // Nobody can tell whether a policy is in force; only a message that sets policies aside may go on.
  if (facts.tlsRequiredNo) return 'proceed-unknown';
  return 'defer-for-cache';
}

/** RFC 5321, Sections 4.2.1 and 4.3.2: what one reply means for the walk through the hosts. */
export function judgeReply(facts: {
  stage: 'greeting' | 'hello' | 'mail' | 'rcpt' | 'data' | 'end';
  reply: '2yz' | '4yz' | '5yz' | 'lost'; // for data, 354 counts as positive
  // other-family: first attempt, dual-stack host, and an enhanced status of X.7.Y; overridden: TLS-Required: No set aside
  // what this host's domain demands; login: 530 of a relay
  // out-of-step: RFC 2920, Section 3.1, correlates replies by counting, and the count has gone wrong
  leniency: 'no' | 'out-of-step' | 'login' | 'other-family' | 'overridden';
}): 'go-on' | 'next-host' | 'refused-here' | 'bounce' {
  if (facts.reply === '2yz') return 'go-on';
  if (facts.reply === '4yz') return 'next-host';
  if (facts.reply === 'lost') return 'next-host';

  // 5yz. Before MAIL it is this host that declines to talk; it has not heard of the message yet.
  if (facts.stage === 'greeting') return 'next-host';
  if (facts.stage === 'hello') return 'next-host';
  // RFC 2920, Section 3.1: the refusal may answer another command, so it is nobody's last word.
  if (facts.leniency === 'out-of-step') return 'next-host';
  // RFC 4954, Section 6: authentication is required, which is between the operator and the relay.
  if (facts.leniency === 'login') return 'next-host';
  // A first refusal for security reasons may concern the address family that was used.
  if (facts.leniency === 'other-family') return 'next-host';
  // Without the header field another host might have had the message, so the refusal of this one is not the last word.
  if (facts.leniency === 'overridden') return 'refused-here';
  return 'bounce';
}
