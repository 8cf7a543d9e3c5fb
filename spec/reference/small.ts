/*
 * The small questions: addresses, names to look below, what comes after this or that, and what is counted.
 */

/** May an address that DNS or a literal named be connected to? `unusable`: unspecified, multicast, broadcast. */
export function mayConnectTo(
  scope: 'public' | 'loopback' | 'private' | 'unusable',
  setting: 'refuse' | 'allow',
  // who named the host that has the address
  host: 'of-strangers' | 'of-operator',
): boolean {
  // Nobody listens there, whatever the operator says.
  if (scope === 'unusable') return false;
  if (scope === 'public') return true;
  // The operator's own relay may stand where the operator likes.
  if (host === 'of-operator') return true;
  // Loopback and private: strangers do not get to point at the operator's own machines, unless the operator says so.
  return setting === 'allow';
}

/**
 * RFC 7672, Section 2.2.2: below which names TLSA records are looked for.
 * firstAlias: what an explicit CNAME query at the original name said, once it has been asked.
 */
export function tlsaBases(f: {
  alias: boolean;
  addresses: 'secure' | 'insecure';
  firstAlias: 'not-asked' | 'secure' | 'insecure' | 'failed';
}): 'original' | 'expanded-then-original' | 'ask-first-alias' | 'none' | 'unreachable' {
  if (!f.alias) {
    // "Non-CNAME". Insecure addresses lie in a zone that is not signed, and so would the TLSA records.
    if (f.addresses === 'insecure') return 'none';
    return 'original';
  }

  // "Secure CNAME": secure addresses mean that every link on the way was secure, the first one too (Section 2.1.3).
  if (f.addresses === 'secure') return 'expanded-then-original';

  // "Insecure CNAME": some link was insecure. Section 2.1.3: which one, only a query of type CNAME can tell.
  if (f.firstAlias === 'not-asked') return 'ask-first-alias';
  if (f.firstAlias === 'secure') return 'original';
  if (f.firstAlias === 'insecure') return 'none';
  // "Errors for any query in the process MUST result in delaying or abandoning delivery."
  return 'unreachable';
}

/** RFC 7672, Sections 2.2 and 2.2.1: is DANE looked for, as far as the way to the host's name goes? */
export function looksForDane(f: {
  target: 'name' | 'literal';
  mx: 'secure' | 'insecure' | 'none'; // none: no MX record named the host
  halfDane: 'use' | 'ignore';
}): boolean {
  // Section 2.2: an address literal, DANE does not apply.
  if (f.target === 'literal') return false;
  // Section 2.2.2: a relay, or a domain without MX records. Only the addresses matter, and they come next.
  if (f.mx === 'none') return true;
  if (f.mx === 'secure') return true;
  // Section 2.2.1: MAY elect to use DANE behind an insecure MX RRset.
  return f.halfDane === 'use';
}

/** RFC 7672, Section 8.1, and RFC 6066, Section 3. */
export function sniName(f: {
  target: 'name' | 'literal';
  daneApplies: boolean;
}): 'tlsa-base' | 'mx-name' | 'none' {
  // RFC 6066: literal addresses are not permitted in SNI.
  if (f.target === 'literal') return 'none';
  if (f.daneApplies) return 'tlsa-base';
  return 'mx-name';
}

/** RFC 5321, Section 5.1, and RFC 7672, Section 2.1.2: no address of the host is known. Is it known that there is none? */
export function withoutAddress(f: {
  answered: boolean; // both questions were answered
  named: 'by-domain' | 'by-operator';
  validated: boolean; // the MX answer and both denials
  enforced: boolean; // a policy with hosts is in force
}): 'no-target' | 'lookup-failed' {
  if (!f.answered) return 'lookup-failed';
  // A relay is our own affair: its absence is no word of the recipient's.
  if (f.named === 'by-operator') return 'lookup-failed';
  // Our own rule: a promise of hosts stands against a denial that anybody can write.
  if (f.enforced && !f.validated) return 'lookup-failed';
  return 'no-target';
}

/**
 * RFC 3974, Section 3, steps 6 to 9: after trying one address.
 * greeted: a greeting came, whatever its code. lost: connected, but no greeting.
 */
export function afterConnection(f: {
  outcome: 'greeted' | 'connected' | 'failed' | 'lost';
  channel: 'first' | 'cleartext-retry';
  moreAddresses: boolean;
}): 'go-on' | 'next-address' | 'next-host' {
  if (f.outcome === 'greeted') return 'go-on';
  // RFC 8314, Section 3.3: TLS is negotiated before anything else, the greeting included.
  if (f.outcome === 'connected') return 'go-on';
  // The retry in clear is made at one address, and is the last thing tried with a host.
  if (f.channel === 'cleartext-retry') return 'next-host';
  // RFC 5321, Section 5.1: each address is tried until an attempt succeeds. A connection without a greeting is no success,
  // and nothing was said on it that another address could contradict.
  if (f.moreAddresses) return 'next-address';
  return 'next-host';
}

/** Can this server take this message? To explain, a client goes as far as the EHLO after TLS, and sends nothing. */
export function fits(f: {
  tooLarge: boolean;
  utf8: 'not-needed' | 'offered' | 'missing';
  // octets above 127 in a message for a server without 8BITMIME; and whether the operator would have them sent all the same
  eightBitMissing: boolean;
  eightBitSentAnyhow: boolean;
  purpose: 'deliver' | 'explain';
  // TLS-Required: No set aside what this host's domain demands
  overridden: boolean;
}): 'send' | 'stop' | 'too-large' | 'too-large-here' | 'utf8-missing' | 'eight-bit-missing' {
  // RFC 1870, Section 4: larger than announced, it will be refused.
  // Without the header field another host might have had the message, so this one does not have the last word.
  if (f.tooLarge && f.overridden) return 'too-large-here';
  if (f.tooLarge) return 'too-large';
  // RFC 6531, Section 3.5: MUST NOT send an internationalized message to a server without SMTPUTF8.
  // It is the same finding whether the message would have been sent or not.
  if (f.utf8 === 'missing') return 'utf8-missing';
  // RFC 6152, Section 3: a client must not, under any circumstances, transfer such content to a server without 8BITMIME.
  if (f.eightBitMissing && !f.eightBitSentAnyhow) return 'eight-bit-missing';
  if (f.purpose === 'explain') return 'stop';
  return 'send';
}

/**
 * RFC 5321, Section 3.8: a connection may be closed at any time. Is that, or a 421 or 452 to MAIL, about the message? Behind
 * other mail on the same connection it is not (RFC 9422, Section 4.1: servers count).
 */
export function aboutTheConnection(f: {
  carriedMail: boolean;
  mail: 'taken' | 'not-now' | 'closed' | 'other';
}): boolean {
  if (!f.carriedMail) return false;
  return f.mail === 'not-now' || f.mail === 'closed';
}

/** RFC 5321, Section 4.5.3.1.10, and RFC 9422, Section 4: the recipients whom one transaction did not cover. */
export function rest(f: {
  somebodyWaits: boolean;
  message: 'taken' | 'for-nobody' | 'refused' | 'unanswered';
  room: 'here' | 'elsewhere' | 'none';
}): 'leave' | 'same-connection' | 'fresh-connection' {
  if (!f.somebodyWaits) return 'leave';
  // The rest is sent the same message by the same sender, and would be told the same.
  if (f.message === 'refused' || f.message === 'unanswered') return 'leave';
  if (f.room === 'none') return 'leave';
  // Section 4.5.3.1.10: "SHOULD attempt to send those addresses ... in a second transaction".
  return f.room === 'here' ? 'same-connection' : 'fresh-connection';
}

/** RFC 5321, Section 5.1: after a host, another one, or the end. */
export function afterHost(f: {
  fault: boolean;
  stopped: boolean;
  recipientsLeft: boolean;
  candidatesLeft: boolean;
}): 'try-next' | 'conclude' | 'defer-for-stop' | 'defer-for-fault' {
  // What went wrong in our own code says nothing about the hosts; nothing more is tried on such grounds.
  if (f.fault) return 'defer-for-fault';
  // Nor is anything where somebody wants no more of it.
  if (f.stopped) return 'defer-for-stop';
  if (!f.recipientsLeft) return 'conclude';
  if (!f.candidatesLeft) return 'conclude';
  return 'try-next';
}

/** Our own rule: what is told of a host by whoever stopped waiting for it. `connected`: something was begun with it. */
export function afterStop(f: {
  connected: boolean;
  dotSent: boolean;
}): 'not-tried' | 'broken-off' | 'reply-not-heard' {
  if (!f.connected) return 'not-tried';
  // RFC 5321, Section 4.5.3.2.6: behind the dot the message may have been taken, and be delivered twice.
  return f.dotSent ? 'reply-not-heard' : 'broken-off';
}

/** Our own rule: how far the deadline of a whole attempt reaches. QUIT comes when all is decided, and is short. */
export function deadlineReach(
  deadline: 'none' | 'set',
  question: string,
): 'own-time' | 'until-then' | 'until-sent' {
  if (deadline === 'none' || question === 'farewell') return 'own-time';
  return question === 'transaction' ? 'until-sent' : 'until-then';
}

/** RFC 5321, Sections 3.2 and 4.1.1.1: the first EHLO was answered. */
export function afterFirstEhlo(
  reply: 'positive' | '4yz' | '5yz' | 'lost',
): 'go-on' | 'next-host' | 'say-helo' {
  if (reply === 'positive') return 'go-on';
  // A server without service extensions "will generate an error response"; it may still know HELO.
  if (reply === '5yz') return 'say-helo';
  return 'next-host';
}

/**
 * RFC 8460, Section 4.2: does a session count under one policy, and as what?
 * barred: a policy or a rule stopped it before connecting. not-reached: the network failed before the STARTTLS
 * decision. judged: whether it met this very policy, as far as was seen.
 */
export function sessionCounts(f: {
  policy: 'sts' | 'sts-testing' | 'tlsa' | 'none';
  ended:
    | 'barred'
    | 'not-reached'
    | 'not-offered'
    | 'refused'
    | 'handshake-failed'
    | 'injected'
    | 'established';
  judged: 'passed' | 'failed' | 'not-judged';
}): 'success' | 'failure' | 'not-counted' {
  // Section 4.3.4: networks fail. That says nothing about TLS.
  if (f.ended === 'not-reached') return 'not-counted';

  if (f.ended === 'barred') {
    // There was nothing to fail where there is no policy.
    if (f.policy === 'none') return 'not-counted';
    // RFC 8461, Section 5: in testing mode messages "may be delivered as though there were no MTA-STS validation failure".
    // What was not delivered was stopped by something else.
    if (f.policy === 'sts-testing') return 'not-counted';
    // Stopped by this policy, or by something else?
    if (f.judged === 'failed') return 'failure';
    return 'not-counted';
  }

  // Section 4.2.2: no TLS came about, and no policy is content with that.
  if (f.ended !== 'established') return 'failure';

  // Without a policy, TLS is all there is to ask for.
  if (f.policy === 'none') return 'success';
  // Section 4.2.1: "a policy-compliant TLS connection".
  if (f.judged === 'passed') return 'success';
  if (f.judged === 'failed') return 'failure';
  // TLS it was, but nobody got to see whether it complied.
  return 'not-counted';
}

/**
 * RFC 8461, Section 6, the first two events: "HTTPS policy fetch failures when a valid TXT record is present", and "policy
 * fetch failures of any kind when a valid policy exists in the policy cache, except if that policy's mode is none".
 */
export function discoveryCounts(f: {
  kept: 'in-force' | 'mode-none' | 'none';
  record: 'found' | 'absent' | 'invalid' | 'failed';
  fetched: 'not-asked' | 'policy' | 'failed';
}): 'tell-fetch' | 'tell-record' | 'not-told' {
  // Nothing failed where the policy came.
  if (f.fetched === 'policy') return 'not-told';
  // "except if that policy's mode is none"
  if (f.kept === 'mode-none') return 'not-told';
  if (f.fetched === 'failed') return 'tell-fetch';
  // Section 3.3 has two ways not to learn: not "discovered via DNS", or not "fetched via HTTPS".
  if (f.kept === 'in-force' && f.record !== 'found') return 'tell-record';
  return 'not-told';
}

/** RFC 8460, Section 4.3.2.1, of lookups that come before TLSA records (RFC 7672, Section 2.1). */
export function lookupCounts(f: {
  dane: 'looked-for' | 'not-looked-for';
  zone: 'signed' | 'unproven';
  cause: 'bogus' | 'timeout' | 'other';
}): 'failure' | 'not-counted' {
  // A policy of DANE is defined against a TLSA base domain (Section 1.1). Who looks for none has none to report.
  if (f.dane === 'not-looked-for') return 'not-counted';
  // Section 4.3.4: timeouts need not be reported.
  if (f.cause === 'timeout') return 'not-counted';
  // RFC 4035, Section 4.3: bogus is what has a chain of trust and fails. Without a chain it is insecure.
  if (f.cause === 'bogus') return 'failure';
  return f.zone === 'signed' ? 'failure' : 'not-counted';
}

/** RFC 8460, Section 4.3. */
export function resultType(
  failure:
    | 'starttls-not-offered'
    | 'starttls-refused'
    | 'injected'
    | 'handshake-failed'
    | 'certificate-expired'
    | 'certificate-name'
    | 'certificate-not-trusted'
    | 'certificate-unreadable'
    | 'certificate-unfinished'
    | 'tlsa-mismatch'
    | 'mx-not-listed'
    | 'tlsa-unusable'
    | 'tlsa-lookup-failed'
    | 'tlsa-lookup-timeout'
    | 'dane-missing'
    | 'policy-fetch-failed'
    | 'policy-invalid'
    | 'policy-host-certificate'
    | 'policy-record-failed'
    | 'lookup-failed',
):
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-not-trusted'
  | 'certificate-expired'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'dnssec-invalid'
  | 'dane-required'
  | 'sts-policy-fetch-error'
  | 'sts-policy-invalid'
  | 'sts-webpki-invalid'
  | 'not-reported' {
  // Section 4.3.1, negotiation.
  if (failure === 'starttls-not-offered') return 'starttls-not-supported';
  if (failure === 'starttls-refused') return 'starttls-not-supported';
  if (failure === 'certificate-name') return 'certificate-host-mismatch';
  if (failure === 'certificate-expired') return 'certificate-expired';
  if (failure === 'certificate-not-trusted') return 'certificate-not-trusted';
  // There is no type of its own for a chain that no TLSA record vouches for. It is the trust that is missing.
  if (failure === 'tlsa-mismatch') return 'certificate-not-trusted';

  // Section 4.3.2.1, DANE.
  if (failure === 'tlsa-unusable') return 'tlsa-invalid';
  if (failure === 'tlsa-lookup-failed') return 'dnssec-invalid';
  if (failure === 'dane-missing') return 'dane-required';
  // "no valid records were returned from the recursive resolver", of whatever kind.
  if (failure === 'lookup-failed') return 'dnssec-invalid';

  // Section 4.3.2.2, MTA-STS.
  if (failure === 'policy-fetch-failed') return 'sts-policy-fetch-error';
  // "a failure to retrieve": retrieval begins with the record (RFC 8461, Section 3).
  if (failure === 'policy-record-failed') return 'sts-policy-fetch-error';
  if (failure === 'policy-invalid') return 'sts-policy-invalid';
  if (failure === 'policy-host-certificate') return 'sts-webpki-invalid';

  // Section 4.3.4, transient.
  if (failure === 'tlsa-lookup-timeout') return 'not-reported';

  // Section 4.3.3, everything that has no type: injected bytes, a broken handshake, and two cases in which no
  // certificate was looked at, because none could be read or because the MX name was not in the policy.
  return 'validation-failure';
}

/**
 * REQUIRETLS on MAIL: RFC 8689, Section 4.2.1, step 5, and Section 5.
 * prefers: a bounce (null sender) of a REQUIRETLS message.
 */
export function keywordOnMail(f: {
  message: 'requires' | 'prefers' | 'other';
  tls: boolean;
  offered: boolean;
}): 'send-keyword' | 'send-without' | 'give-up' {
  if (f.message === 'other') return 'send-without';
  // Step 5: "the subsequent EHLO following establishment of the TLS protection". In clear there is no such EHLO.
  if (f.tls && f.offered) return 'send-keyword';
  // Section 5: a bounce SHOULD NOT be discarded for want of the keyword.
  if (f.message === 'prefers') return 'send-without';
  return 'give-up';
}

/** RFC 8689, Section 4.2.2: is a recipient's policy set aside by a valid, honoured "TLS-Required: No"? */
export function overridden(f: {
  demand: 'no-demand' | 'observe' | 'encrypt' | 'authenticate' | 'unreachable';
  tlsOptional: boolean;
}): boolean {
  if (!f.tlsOptional) return false;
  if (f.demand === 'no-demand') return false;
  // RFC 8461, Section 5: a testing policy stops no delivery, so that there is nothing to set aside.
  if (f.demand === 'observe') return false;
  return true;
}

/** RFC 5321, Section 5.1; RFC 7672, Section 2.2.2; RFC 8461, Section 3.4: where the way to a destination begins. */
export function firstHop(f: {
  destination: 'domain' | 'literal';
  relay: boolean;
  transport: 'direct' | 'relay' | 'parked' | 'fail' | 'fail-for-now' | 'unknown';
}):
  | 'relay'
  | 'literal'
  | 'mx'
  | 'submit'
  | 'wait-for-relay'
  | 'wait-for-transport'
  | 'fail'
  | 'fail-for-now' {
  // Whoever chose another way meant it.
  if (f.transport === 'fail' || f.transport === 'fail-for-now') return f.transport;
  if (f.transport === 'unknown') return 'wait-for-transport';
  if (f.transport === 'parked') return 'wait-for-relay';
  if (f.transport === 'relay') return 'submit';
  // "Administrator-configured next-hop relay, not subject to MX resolution": whatever the destination is.
  if (f.relay) return 'relay';
  if (f.destination === 'literal') return 'literal';
  return 'mx';
}

/** RFC 3461, Sections 5.2.1 and 5.2.2: who answers what the sender asked to be told. */
export function answersForNotices(f: {
  asked: boolean;
  dsnOffered: boolean;
}): 'pass-on' | 'relayed' | 'nothing-asked' {
  // Section 5.2.1: parameters are relayed "if" they were supplied.
  if (!f.asked) return 'nothing-asked';
  // Section 5.2.2: "the RET, ENVID, NOTIFY and ORCPT parameters MUST NOT be issued", and a "relayed" DSN is due.
  return f.dsnOffered ? 'pass-on' : 'relayed';
}
