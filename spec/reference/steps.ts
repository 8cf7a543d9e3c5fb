/*
 * The single steps between what is known about one SMTP server and how it ends.
 *
 * The same second reading as in host.ts, cut into the questions that a client answers one after the other:
 *
 *   1. What does the message say?                          messageKind
 *   2. What does each party demand of the server?          daneDemand, stsDemand, operatorDemand, requireTlsDemand
 *   3. May the server be connected to?                     hostBarrier
 *   4. How must it prove itself?                           daneMatching, pkixDemand
 *   5. May mail go in clear if TLS fails?                  cleartextRetry
 *   6. What to do about STARTTLS, and about its result?    startTls, tlsOutcome
 *   7. Has the server proved itself?                       peerAuthentication
 *
 * An input that cannot happen gets the strictest answer that makes sense. As between a definitive and a temporary
 * failure that is the temporary one wherever a cause is present that may go away: it keeps the message.
 */

// ---------------------------------------------------------------------------------------------
// What the message says

/** What a message says about TLS. */
export function messageKind(f: {
  requireTls: 'yes' | 'no';
  sender: 'null' | 'given';
  tlsRequired: 'no' | 'absent' | 'invalid';
  setting: 'honour' | 'ignore';
}): 'requires-tls' | 'prefers-requiretls' | 'tls-optional' | 'ordinary' {
  // RFC 8689, Section 4.1: with REQUIRETLS the header field is ignored, on a bounce as well.
  if (f.requireTls === 'yes') {
    // RFC 8689, Sections 4.2.1 and 5: the duties bind only if the return path is not empty.
    if (f.sender === 'null') return 'prefers-requiretls';
    return 'requires-tls';
  }
  // RFC 8689, Section 3: "No" is the only value. Anything else says nothing.
  if (f.tlsRequired === 'no' && f.setting === 'honour') return 'tls-optional';
  return 'ordinary';
}

// ---------------------------------------------------------------------------------------------
// Who demands what

/** RFC 7672, Section 2.2: what the TLSA records of the server demand. */
export function daneDemand(
  tlsa: 'not-applicable' | 'usable' | 'unusable' | 'absent' | 'lookup-failed',
): 'no-demand' | 'encrypt' | 'authenticate' | 'unreachable' {
  // Section 2.1.2: not to know is not to connect.
  if (tlsa === 'lookup-failed') return 'unreachable';
  // Section 2.2: usable records must be used.
  if (tlsa === 'usable') return 'authenticate';
  // Section 2.2: there are records, and none can be used: TLS is mandatory, authentication is not.
  if (tlsa === 'unusable') return 'encrypt';
  // Section 2.2: no secure records, or no place to look for them: nothing but opportunistic TLS.
  return 'no-demand';
}

/** RFC 8461, Sections 4 and 5: what the policy of the domain demands. */
export function stsDemand(f: {
  policy: 'none' | 'testing' | 'enforce';
  host: 'listed' | 'not-listed';
}): 'no-demand' | 'observe' | 'authenticate' | 'unreachable' {
  if (f.policy === 'enforce') {
    // Section 5, "enforce": no delivery to a host that fails the matching of Section 4.1.
    if (f.host === 'not-listed') return 'unreachable';
    // Section 4.2.
    return 'authenticate';
  }
  // Section 5, "testing": looked at and reported, delivered all the same; a host that is not listed, too.
  if (f.policy === 'testing') return 'observe';
  // Section 5, "none": as though there were no policy.
  return 'no-demand';
}

/** What the operator's own rule demands. */
export function operatorDemand(f: {
  rule: 'none' | 'encrypt' | 'verify' | 'pkix' | 'dane'; // pkix: of a relay that the operator named
  mx: 'secure' | 'insecure' | 'none'; // none: no MX record named the host
  sts: 'listed' | 'other'; // listed: by an enforced policy
  dane: 'usable' | 'other';
}):
  | 'no-demand'
  | 'encrypt'
  | 'authenticate'
  | 'authenticate-domain'
  | 'authenticate-by-pkix'
  | 'authenticate-by-dane'
  | 'unreachable' {
  // RFC 4954, Section 14: the certificate must match the name that was used to connect.
  if (f.rule === 'pkix') return 'authenticate-by-pkix';
  if (f.rule === 'none') return 'no-demand';
  if (f.rule === 'encrypt') return 'encrypt';
  if (f.rule === 'verify') {
    // RFC 9325, Section 7.1: a host name that was learned by an insecure lookup is no reference identifier. What is left is
    // the name that one began with, unless somebody else vouches for the host.
    if (f.mx === 'insecure' && f.sts === 'other') return 'authenticate-domain';
    return 'authenticate';
  }
  // RFC 7672, Section 2.2.1: mandatory DANE must wait behind an insecure MX RRset, records or no records.
  if (f.mx === 'insecure') return 'unreachable';
  // RFC 7672, Section 6: mandatory DANE without usable records is no DANE.
  if (f.dane !== 'usable') return 'unreachable';
  return 'authenticate-by-dane';
}

/** RFC 8689, Section 2: can REQUIRETLS be kept with this host, and how must the host prove itself? */
export function requireTlsDemand(f: {
  required: 'yes' | 'no';
  target: 'name' | 'literal';
  mx: 'secure' | 'insecure' | 'named'; // named: by the operator, for this destination
  // unlisted-by-enforced: there is a current policy, enforced, and the host is not on its list
  sts: 'enforced' | 'testing' | 'testing-stale' | 'unlisted-by-enforced' | 'unlisted' | 'none' | 'unknown';
  dane: 'authenticate' | 'failed' | 'other';
  testingPolicy: 'refuse' | 'accept';
  secureMx: 'accept' | 'refuse';
}): 'no-demand' | 'authenticate' | 'authenticate-by-pkix' | 'impossible' | 'impossible-for-now' {
  if (f.required === 'no') return 'no-demand';

  // Nothing can vouch for the name of a bare address.
  if (f.target === 'literal') return 'impossible';

  // Section 2, second bullet: the name is validated by an MTA-STS policy ...
  if (f.sts === 'enforced') return 'authenticate';

  // A relay has no MX record. The operator says that this is the host; the host has to prove it.
  if (f.mx === 'named') return 'authenticate';

  // ... or by DNSSEC. DANE behind an insecure MX RRset proves a host, not that it is the right host.
  if (f.mx === 'secure') {
    if (f.dane === 'authenticate') return 'authenticate';
    // DNSSEC for the name, a public CA for the certificate (third bullet).
    if (f.secureMx === 'accept') return 'authenticate';
  }

  // RFC 8689 does not speak of policy modes. If the operator lets a testing policy vouch for the name, it is
  // held to in full, the certificate included.
  if (f.testingPolicy === 'accept') {
    if (f.sts === 'testing') return 'authenticate-by-pkix';
    if (f.sts === 'testing-stale') return 'authenticate-by-pkix';
  }

  // Nothing validates the name. Could that be different the next time?
  // A policy that could not be learned might list this very host, and enforce it.
  if (f.sts === 'unknown') return 'impossible-for-now';
  // An MX answer that nobody signed names a host which the domain's own enforced policy disowns. Which of the two is
  // wrong cannot be told from here, and only a definitive DNS answer ends a message at once (choices 7 and 22).
  if (f.sts === 'unlisted-by-enforced' && f.mx === 'insecure') return 'impossible-for-now';
  // The kept testing policy may have been replaced by an enforced one.
  if (f.sts === 'testing-stale') return 'impossible-for-now';
  // The records that could not be looked up might have been all that was missing.
  if (f.mx === 'secure' && f.dane === 'failed') return 'impossible-for-now';

  return 'impossible';
}

// ---------------------------------------------------------------------------------------------
// Before connecting

/** May the host be connected to? If not: is that final for a REQUIRETLS message? */
export function hostBarrier(f: {
  message: 'open' | 'impossible' | 'impossible-for-now';
  dane: 'open' | 'unreachable';
  operator: 'open' | 'unreachable';
  sts: 'open' | 'unreachable';
  stsFreshness: 'fresh' | 'stale';
}): 'connect' | 'skip' | 'skip-for-now' {
  if (f.message === 'open' && f.dane === 'open' && f.operator === 'open' && f.sts === 'open')
    return 'connect';

  // RFC 7672, Section 2.1.2: a failed lookup is temporary, whatever else may be wrong with the host.
  if (f.dane === 'unreachable') return 'skip-for-now';
  // RFC 8461, Section 5: the policy may have changed, and nobody could look.
  if (f.stsFreshness === 'stale') return 'skip-for-now';
  if (f.message === 'impossible-for-now') return 'skip-for-now';

  // RFC 8689, Section 4.2.1: definitive answers, and the name cannot be validated.
  if (f.message === 'impossible') return 'skip';
  // RFC 8461, Sections 4.1 and 5: the policy is current and does not list the host.
  if (f.sts === 'unreachable') return 'skip';

  // RFC 7672, Sections 2.2.1 and 6: only the operator's rule is left, and mandatory DANE means waiting.
  return 'skip-for-now';
}

// ---------------------------------------------------------------------------------------------
// How the host must prove itself

/** Must the chain match the TLSA records? */
export function daneMatching(f: {
  dane: 'authenticate' | 'available' | 'other';
  operator: 'authenticate' | 'authenticate-domain' | 'authenticate-by-dane' | 'other';
}): 'required' | 'sufficient' | 'not-required' {
  // RFC 7672, Section 2.2: usable records must be used, and must match.
  if (f.dane === 'authenticate') return 'required';
  // The operator's demand outlives "TLS-Required: No". (Without usable records one does not get here at all;
  // if one did, no chain could match.)
  if (f.operator === 'authenticate-by-dane') return 'required';
  // RFC 8689, Section 4.2.2: overridden as a demand of the recipient. As evidence for the operator still good, if it is about
  // the name that the operator asks for.
  if (f.dane === 'available' && f.operator === 'authenticate') return 'sufficient';
  return 'not-required';
}

/** Must the certificate pass PKIX? */
export function pkixDemand(f: {
  sts: 'authenticate' | 'observe' | 'other';
  dane: 'required' | 'sufficient' | 'not-required';
  message: 'authenticate' | 'authenticate-by-pkix' | 'other';
  operator: 'authenticate' | 'authenticate-domain' | 'authenticate-by-pkix' | 'other';
  whenDanePasses: 'require-sts' | 'skip-pkix';
}): 'required' | 'required-of-either' | 'required-of-domain' | 'observed' | 'ignored' {
  // RFC 8461, Section 4.2: an enforced policy wants a certificate from a public CA, also beside DANE. So does a
  // testing policy that a REQUIRETLS message leans on.
  if (f.sts === 'authenticate' || f.message === 'authenticate-by-pkix') {
    if (f.dane !== 'required') return 'required';
    if (f.whenDanePasses === 'require-sts') return 'required';
  }

  // RFC 8689, Section 2, third bullet: by DANE or by a trust chain.
  if (f.message === 'authenticate' && f.dane !== 'required') return 'required';
  // A policy of the recipient asked for the name in the MX record and let DANE stand in. What the operator asks for besides is
  // asked for besides.
  if (f.sts === 'authenticate' || f.message === 'authenticate-by-pkix')
    return f.sts === 'observe' ? 'observed' : 'ignored';

  // RFC 4954, Section 14: a certificate for the named relay, which DANE does not stand in for.
  if (f.operator === 'authenticate-by-pkix') return 'required';
  // RFC 9325, Section 7.1: the domain's own name, and DANE of a host that anybody may have named does not stand in for it.
  if (f.operator === 'authenticate-domain') return 'required-of-domain';
  // The operator asked for a peer that proves itself, under a name that was not learned from a stranger.
  if (f.operator === 'authenticate' && f.dane !== 'required') return 'required-of-either';
  // DANE is one of two ways: this is the other.
  if (f.dane === 'sufficient') return 'required-of-either';

  // RFC 8461, Section 5, "testing": for the report.
  if (f.sts === 'observe') return 'observed';
  return 'ignored';
}

// ---------------------------------------------------------------------------------------------
// STARTTLS

/** TLS failed, or would fail. May the message go in clear, on a new connection? */
export function cleartextRetry(f: {
  strictness: 'opportunistic' | 'encrypted' | 'authenticated' | 'unreachable';
  report: 'none' | 'dmarc' | 'tls';
  setting: 'at-once' | 'after' | 'never';
  attempt: 'first' | 'later';
}): 'allowed' | 'forbidden' {
  // RFC 7672, Section 2.2; RFC 8461, Section 5; RFC 8689, Section 4.2.1: never where somebody demands TLS.
  if (f.strictness !== 'opportunistic') return 'forbidden';
  // A DMARC report is not worth it.
  if (f.report === 'dmarc') return 'forbidden';
  // The operator's own word is never overridden.
  if (f.setting === 'never') return 'forbidden';
  // RFC 8460, Section 3: a report on TLS failures must be delivered despite them, which may mean in clear.
  if (f.report === 'tls') return 'allowed';
  // RFC 7435, Section 3: to fall back is what opportunistic security allows; the operator says when.
  if (f.setting === 'at-once') return 'allowed';
  if (f.setting === 'after' && f.attempt === 'later') return 'allowed';
  return 'forbidden';
}

/** After the first EHLO reply: STARTTLS or not? */
export function startTls(f: {
  channel: 'first' | 'cleartext-retry' | 'in-clear'; // in-clear: the operator wants no TLS with a relay
  offered: 'offered' | 'not-offered';
  strictness: 'opportunistic' | 'encrypted' | 'authenticated' | 'unreachable';
}): 'start' | 'stay-in-clear' | 'give-up' {
  // Nobody should have connected.
  if (f.strictness === 'unreachable') return 'give-up';

  if (f.channel !== 'first') {
    // The second connection exists only where nobody demands TLS.
    if (f.strictness !== 'opportunistic') return 'give-up';
    // TLS has just failed here. It is in clear on purpose.
    return 'stay-in-clear';
  }

  // RFC 3207, Section 4; RFC 7435, Section 3: offered is used.
  if (f.offered === 'offered') return 'start';
  // RFC 7435, Section 3: with nobody asking for more, mail goes as it always did, on the connection at hand.
  if (f.strictness === 'opportunistic') return 'stay-in-clear';
  // RFC 7672, Section 2.2; RFC 8461, Section 5; RFC 8689, Section 4.2.1.
  return 'give-up';
}

/** What became of STARTTLS, and what to do now. */
export function tlsOutcome(f: {
  outcome: 'established' | 'refused-for-now' | 'refused' | 'injected' | 'handshake-failed';
  cleartextRetry: 'allowed' | 'forbidden';
}): 'inspect' | 'retry-in-clear' | 'give-up' | 'give-up-for-now' {
  if (f.outcome === 'established') return 'inspect';
  // RFC 3207, Section 6: somebody wrote into the stream before TLS. An attack is not a reason to drop TLS.
  if (f.outcome === 'injected') return 'give-up-for-now';
  // RFC 7435, Section 3.
  if (f.cleartextRetry === 'allowed') return 'retry-in-clear';
  // RFC 3207, Section 4: a 5yz reply to STARTTLS is the server's last word; a 454 is not.
  if (f.outcome === 'refused') return 'give-up';
  // A broken handshake may work the next time.
  return 'give-up-for-now';
}

// ---------------------------------------------------------------------------------------------
// After the handshake

/** What was demanded and passed, or refusal. */
export function peerAuthentication(f: {
  dane: 'not-demanded' | 'passed' | 'failed' | 'suffices' | 'does-not-suffice';
  pkix: 'not-demanded' | 'passed' | 'failed';
  sts: 'fresh' | 'stale';
}): 'none' | 'pkix' | 'dane' | 'dane+pkix' | 'refuse' | 'refuse-for-now' {
  // One of two ways, and it matched: the other does not matter any more, and was not needed.
  if (f.dane === 'suffices') return 'dane';

  // One of two ways, it did not match, and nobody tried the other: cannot happen.
  if (f.dane === 'does-not-suffice' && f.pkix === 'not-demanded') return 'refuse';

  // RFC 7672, Section 2.2; RFC 8461, Section 4.2; RFC 8689, Section 4.2.1: each demand has to be met.
  // RFC 7672, Section 2.2: PKIX does not rescue a chain that had to match and did not.
  if (f.dane === 'failed' || f.pkix === 'failed') {
    // RFC 8461, Section 5: a newer policy might have wanted something else.
    if (f.sts === 'stale') return 'refuse-for-now';
    return 'refuse';
  }

  if (f.dane === 'passed' && f.pkix === 'passed') return 'dane+pkix';
  if (f.dane === 'passed') return 'dane';
  if (f.pkix === 'passed') return 'pkix';
  return 'none';
}
