/*
 * One SMTP server, from what is known about it to how it ends.
 *
 * A second reading of the RFCs, written as plainly as possible: look at the facts in the order in which
 * a client meets them, and stop at the first one that ends the matter.
 *
 *   1. Is there a reason not to connect at all?
 *   2. What became of STARTTLS?
 *   3. Has the server proved to be who it must be?
 *   4. Does it promise REQUIRETLS, if the message needs that promise?
 */

export interface HostFacts {
  // what is known before connecting
  source: 'mx' | 'implicit' | 'literal' | 'relay'; // MX record, no MX record (domain itself), address literal, operator
  mx: 'secure' | 'insecure'; // DNSSEC status of the MX RRset (or of the denial of it)
  addresses: 'secure' | 'insecure'; // DNSSEC status of the address records (no aliases involved)
  tlsa: 'usable' | 'unusable' | 'absent' | 'failed'; // what a TLSA lookup would answer; insecure records count as absent
  sts: 'none' | 'unknown' | 'testing' | 'enforce'; // policy in force; mode none and no policy are both 'none'
  stsMx: 'listed' | 'not-listed'; // does the MX name match the policy
  stsFreshness: 'fresh' | 'stale'; // stale: cached, and nobody could confirm that it is still current
  // the message
  requireTls: boolean;
  nullSender: boolean;
  tlsRequired: 'no' | 'absent' | 'invalid'; // the TLS-Required header field
  dmarcReport: boolean;
  attempt: 'first' | 'later';
  // the operator
  operator: 'none' | 'encrypt' | 'verify' | 'dane'; // verify: DANE or PKIX must pass, under a name that can be believed; dane: DANE or nothing
  whenDanePasses: 'require-sts' | 'skip-pkix';
  halfDane: 'use' | 'ignore';
  cleartextRetry: 'at-once' | 'after' | 'never'; // after: only from a later attempt on
  tlsRequiredNo: 'honour' | 'ignore';
  requireTlsTestingPolicy: 'refuse' | 'accept';
  requireTlsSecureMx: 'accept' | 'refuse';
  // what would be seen on the wire (only looked at when a conforming client gets that far)
  starttls: 'not-offered' | 'refused-4xx' | 'refused-5xx' | 'injected' | 'handshake-failed' | 'works';
  dane: 'match' | 'mismatch'; // presented chain against usable TLSA records
  pkix: 'pass' | 'fail'; // trust path and DNS-ID for the MX name
  pkixDomain: 'pass' | 'fail'; // trust path and DNS-ID for the recipient's domain, where an MX record named the host
  keyword: 'offered' | 'missing'; // REQUIRETLS in the EHLO reply after TLS
}

export interface HostEnd {
  tlsaAsked: boolean; // is a TLSA lookup made at all
  connected: boolean; // is a TCP connection made at all
  outcome: 'sent' | 'skipped'; // sent: the transaction takes place on this host; skipped: go to the next one
  over: 'tls' | 'clear' | 'nothing'; // what the transaction goes over; 'nothing' if skipped
  cleartextRetry: boolean; // a second connection, in clear, was made
  authentication: 'none' | 'pkix' | 'dane' | 'dane+pkix'; // what was demanded and passed; 'none' if skipped
  keywordSent: boolean; // REQUIRETLS on MAIL
  // only if skipped: what the failure means to a REQUIRETLS message
  requireTlsFailure: 'keyword-missing' | 'definitive' | 'temporary' | null;
}

type Failure = 'keyword-missing' | 'definitive' | 'temporary';

export function runHost(facts: HostFacts): HostEnd {
  const reason = reasonNotToConnect(facts);
  if (reason !== null) {
    return skipped(facts, false, reason);
  }

  if (facts.starttls === 'not-offered') {
    if (tlsIsDemanded(facts)) {
      return skipped(facts, true, 'definitive');
    }
    // RFC 7435, Section 3: with nobody asking for more, mail goes as it always did, on the connection at hand.
    return sentInClear(facts, false);
  }

  if (facts.starttls === 'injected') {
    // RFC 3207, Section 6: somebody wrote into the stream before TLS. An attack is not a reason to drop TLS.
    return skipped(facts, true, 'temporary');
  }

  if (facts.starttls === 'refused-4xx') {
    return retryInClearOrSkip(facts, 'temporary');
  }
  if (facts.starttls === 'refused-5xx') {
    return retryInClearOrSkip(facts, 'definitive');
  }
  if (facts.starttls === 'handshake-failed') {
    return retryInClearOrSkip(facts, 'temporary');
  }

  return afterHandshake(facts);
}

// ---------------------------------------------------------------------------------------------
// What kind of message this is

/** RFC 8689, Section 4.2.1: the duties bind only if the return path is not empty. A bounce merely prefers. */
function requireTlsBinds(facts: HostFacts): boolean {
  return facts.requireTls && !facts.nullSender;
}

/**
 * RFC 8689, Sections 3 and 4.2.2: "TLS-Required: No" sets aside what the recipient publishes.
 * RFC 8689, Section 4.1: it is ignored on any message that carries REQUIRETLS, a bounce included.
 */
function recipientPoliciesAreOverridden(facts: HostFacts): boolean {
  if (facts.requireTls) return false;
  if (facts.tlsRequiredNo === 'ignore') return false;
  return facts.tlsRequired === 'no';
}

// ---------------------------------------------------------------------------------------------
// What the recipient publishes, as far as a client gets to see it

/** RFC 7672, Section 2.2: where a TLSA lookup makes sense. */
function daneApplies(facts: HostFacts): boolean {
  // Section 2.2: an address literal has no name to look up.
  if (facts.source === 'literal') return false;
  // Section 2.2.2: no TLSA search below insecure addresses.
  if (facts.addresses === 'insecure') return false;
  // Section 2.2.2: not subject to MX resolution, or without MX records. The addresses were all there was to look at.
  if (!namedByMx(facts)) return true;
  if (facts.mx === 'secure') return true;
  // Section 2.2.1: behind an insecure MX RRset a client MAY still use the host's own records.
  return facts.halfDane === 'use';
}

function namedByMx(facts: HostFacts): boolean {
  return facts.source === 'mx' || facts.source === 'literal';
}

function tlsaSeen(facts: HostFacts): 'usable' | 'unusable' | 'absent' | 'failed' {
  if (!daneApplies(facts)) return 'absent';
  return facts.tlsa;
}

/** RFC 8461, Section 3.4: address literals have no policy. */
function stsSeen(facts: HostFacts): 'none' | 'unknown' | 'testing' | 'enforce' {
  if (facts.source === 'literal') return 'none';
  return facts.sts;
}

function stalePolicyIsInForce(facts: HostFacts): boolean {
  if (stsSeen(facts) !== 'testing' && stsSeen(facts) !== 'enforce') return false;
  return facts.stsFreshness === 'stale';
}

/**
 * A certificate, a name or an MX list that does not fit is a final answer to a REQUIRETLS message,
 * unless the policy in force may have been replaced by one that fits.
 */
function certificateOrNameFailure(facts: HostFacts): Failure {
  if (stalePolicyIsInForce(facts)) return 'temporary';
  return 'definitive';
}

// ---------------------------------------------------------------------------------------------
// Before connecting

/** Null: connect. Otherwise the host is left alone, and this is what that means to a REQUIRETLS message. */
function reasonNotToConnect(facts: HostFacts): Failure | null {
  // RFC 8689, Section 2: nothing can vouch for the name of a bare address.
  if (requireTlsBinds(facts) && facts.source === 'literal') {
    return 'definitive';
  }

  // RFC 7672, Section 2.1.2: an unanswered TLSA question makes the server unreachable. Being a failed lookup,
  // it is temporary whatever else may be wrong with the host.
  if (!recipientPoliciesAreOverridden(facts) && tlsaSeen(facts) === 'failed') {
    return 'temporary';
  }

  // RFC 8461, Sections 4.1 and 5: no delivery to a host that an enforced policy does not list.
  if (
    !recipientPoliciesAreOverridden(facts) &&
    stsSeen(facts) === 'enforce' &&
    facts.stsMx === 'not-listed'
  ) {
    // The name, or that there is none but the domain's own, comes from an answer that anybody could have given, so that nothing
    // about the domain is definitive (choices 7 and 22).
    if (requireTlsBinds(facts) && facts.source !== 'relay' && facts.mx === 'insecure') return 'temporary';
    return certificateOrNameFailure(facts);
  }

  // RFC 8689, Section 4.2.1, step 2: the name of the server has to be validated first.
  if (requireTlsBinds(facts) && !mxNameIsValidated(facts)) {
    // A policy that could not be learned might have listed this very host.
    if (stsSeen(facts) === 'unknown') return 'temporary';
    return certificateOrNameFailure(facts);
  }

  // RFC 7672, Sections 2.2.1 and 6: with DANE made mandatory, no DANE means waiting.
  if (facts.operator === 'dane' && !mandatoryDaneIsPossible(facts)) {
    return 'temporary';
  }

  return null;
}

/** RFC 7672, Section 2.2.1: mandatory DANE MUST wait behind an insecure MX RRset, records or no records. */
function mandatoryDaneIsPossible(facts: HostFacts): boolean {
  if (namedByMx(facts) && facts.mx === 'insecure') return false;
  return tlsaSeen(facts) === 'usable';
}

/** RFC 8689, Section 2, second bullet: by DNSSEC, or by an MTA-STS policy. */
function mxNameIsValidated(facts: HostFacts): boolean {
  // A relay has no MX name that could be false.
  if (facts.source === 'relay') return true;
  if (stsSeen(facts) === 'enforce' && facts.stsMx === 'listed') return true;
  if (mxNameIsValidatedByDnssec(facts)) return true;
  return testingPolicyListsMx(facts);
}

function mxNameIsValidatedByDnssec(facts: HostFacts): boolean {
  if (facts.mx === 'insecure') return false;
  // DNSSEC all the way: a secure name and DANE records for it.
  if (tlsaSeen(facts) === 'usable') return true;
  // DNSSEC for the name, a public CA for the certificate: enough by the letter, but the operator may want more.
  return facts.requireTlsSecureMx === 'accept';
}

function testingPolicyListsMx(facts: HostFacts): boolean {
  if (facts.requireTlsTestingPolicy === 'refuse') return false;
  return stsSeen(facts) === 'testing' && facts.stsMx === 'listed';
}

/**
 * RFC 8689 does not speak of policy modes. When a testing policy is all that vouches for the MX name, and the
 * operator allows that, then it is held to in full for this message, as though it were enforced.
 */
function testingPolicyIsHeldTo(facts: HostFacts): boolean {
  if (!requireTlsBinds(facts)) return false;
  if (facts.source === 'relay') return false;
  if (mxNameIsValidatedByDnssec(facts)) return false;
  return testingPolicyListsMx(facts);
}

// ---------------------------------------------------------------------------------------------
// STARTTLS

/** Does anybody insist on TLS with this host for this message? */
function tlsIsDemanded(facts: HostFacts): boolean {
  if (requireTlsBinds(facts)) return true;
  // The operator's own demand outlives "TLS-Required: No".
  if (facts.operator !== 'none') return true;
  if (recipientPoliciesAreOverridden(facts)) return false;
  // RFC 7672, Section 2.2: TLSA records promise TLS, even if none of them can be used.
  if (tlsaSeen(facts) === 'usable') return true;
  if (tlsaSeen(facts) === 'unusable') return true;
  // RFC 8461, Section 5: enforce.
  return stsSeen(facts) === 'enforce';
}

/** RFC 7672, Section 2.2, and RFC 7435: TLS failed. Once more without it? */
function retryInClearOrSkip(facts: HostFacts, failure: Failure): HostEnd {
  if (tlsIsDemanded(facts)) return skipped(facts, true, failure);
  if (facts.dmarcReport) return skipped(facts, true, failure);
  if (facts.cleartextRetry === 'never') return skipped(facts, true, failure);
  if (facts.cleartextRetry === 'after' && facts.attempt === 'first') return skipped(facts, true, failure);
  return sentInClear(facts, true);
}

// ---------------------------------------------------------------------------------------------
// After the handshake

function afterHandshake(facts: HostFacts): HostEnd {
  let danePassed = false;
  if (daneIsDemanded(facts)) {
    if (facts.dane === 'mismatch') {
      return skipped(facts, true, certificateOrNameFailure(facts));
    }
    danePassed = true;
  } else if (
    facts.operator === 'verify' &&
    hostNameIsBelieved(facts) &&
    tlsaSeen(facts) === 'usable' &&
    facts.dane === 'match'
  ) {
    // The records were overridden as a demand of the recipient. As evidence for the operator they are still good.
    danePassed = true;
  }

  let pkixPassed = false;
  if (pkixIsDemandedOfHost(facts, danePassed)) {
    if (facts.pkix === 'fail') {
      return skipped(facts, true, certificateOrNameFailure(facts));
    }
    pkixPassed = true;
  }
  if (facts.operator === 'verify') {
    if (!hostNameIsBelieved(facts)) {
      // RFC 9325, Section 7.1: neither records nor a certificate of that host tell who it is to the domain.
      if (facts.pkixDomain === 'fail') return skipped(facts, true, certificateOrNameFailure(facts));
      pkixPassed = true;
    } else if (!danePassed && !pkixPassed) {
      if (!eitherNamePasses(facts)) return skipped(facts, true, certificateOrNameFailure(facts));
      pkixPassed = true;
    }
  }

  // RFC 8689, Section 4.2.1, step 5: only the EHLO reply that came under TLS counts.
  if (requireTlsBinds(facts) && facts.keyword === 'missing') {
    return skipped(facts, true, 'keyword-missing');
  }

  return {
    tlsaAsked: daneApplies(facts),
    connected: true,
    outcome: 'sent',
    over: 'tls',
    cleartextRetry: false,
    authentication: authenticationName(danePassed, pkixPassed),
    // A bounce takes the promise along where it can have it.
    keywordSent: facts.requireTls && facts.keyword === 'offered',
    requireTlsFailure: null,
  };
}

/** RFC 7672, Section 3.2: usable records must be used, and must match. */
function daneIsDemanded(facts: HostFacts): boolean {
  if (tlsaSeen(facts) !== 'usable') return false;
  if (facts.operator === 'dane') return true;
  return !recipientPoliciesAreOverridden(facts);
}

/**
 * RFC 9325, Section 7.1: a name out of an insecure MX lookup is no reference identifier. The recipient or the operator named
 * the host, or DNSSEC or an enforced policy vouches for the MX record's word.
 */
function hostNameIsBelieved(facts: HostFacts): boolean {
  if (facts.source !== 'mx') return true;
  if (facts.mx === 'secure') return true;
  return stsSeen(facts) === 'enforce' && facts.stsMx === 'listed';
}

function eitherNamePasses(facts: HostFacts): boolean {
  if (facts.pkix === 'pass') return true;
  return facts.source === 'mx' && facts.pkixDomain === 'pass';
}

/** Does the recipient or the sender ask for a certificate that names the host? */
function pkixIsDemandedOfHost(facts: HostFacts, danePassed: boolean): boolean {
  // RFC 8461, Section 4.2: an enforced policy wants a certificate from a public CA, also beside DANE.
  const enforced = stsSeen(facts) === 'enforce' && !recipientPoliciesAreOverridden(facts);
  if (enforced || testingPolicyIsHeldTo(facts)) {
    if (!danePassed) return true;
    if (facts.whenDanePasses === 'require-sts') return true;
  }
  // RFC 8689, Section 2, third bullet: by DANE, or by a trust chain.
  return requireTlsBinds(facts) && !danePassed;
}

function authenticationName(dane: boolean, pkix: boolean): 'none' | 'pkix' | 'dane' | 'dane+pkix' {
  if (dane && pkix) return 'dane+pkix';
  if (dane) return 'dane';
  if (pkix) return 'pkix';
  return 'none';
}

// ---------------------------------------------------------------------------------------------
// Ends

function sentInClear(facts: HostFacts, onSecondConnection: boolean): HostEnd {
  return {
    tlsaAsked: daneApplies(facts),
    connected: true,
    outcome: 'sent',
    over: 'clear',
    cleartextRetry: onSecondConnection,
    authentication: 'none',
    keywordSent: false,
    requireTlsFailure: null,
  };
}

function skipped(facts: HostFacts, connected: boolean, failure: Failure): HostEnd {
  return {
    tlsaAsked: daneApplies(facts),
    connected,
    outcome: 'skipped',
    over: 'nothing',
    cleartextRetry: false,
    authentication: 'none',
    keywordSent: false,
    requireTlsFailure: failure,
  };
}
