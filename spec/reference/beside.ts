/*
 * What is decided beside attempts: whether a message may be given up, what is kept of policies, who sends a report and what an
 * endpoint's answer means, what a TLSA record is worth to whoever publishes it.
 */

/** RFC 8461, Section 5.1: never "permanently failed until the sender has first checked for the presence of a new policy". */
export function afterLastLook(f: {
  stopped: 'by-policy' | 'not-learned' | 'otherwise';
  policy: 'changed' | 'same' | 'unknown';
  patience: 'left' | 'spent';
}): 'grant-another-attempt' | 'wait' | 'may-bounce' {
  // A policy had no part in it.
  if (f.stopped === 'otherwise') return 'may-bounce';
  // "If a new policy is not found, existing rules ... apply".
  if (f.policy === 'same') return 'may-bounce';
  // And those know an end (RFC 5321, Section 4.5.4.1: "the sender gives up").
  if (f.patience === 'spent') return 'may-bounce';
  if (f.policy === 'changed') return 'grant-another-attempt';
  return 'wait';
}

/** RFC 8461, Section 3.3: "proactively refresh cached policies before they expire"; "once per day" is suggested. */
export function refreshOf(f: {
  kept: 'enforce' | 'testing' | 'none' | 'spent' | 'unreadable';
  life: 'long' | 'short';
  age: 'young' | 'due' | 'ahead';
  failed: 'no' | 'lately' | 'before';
}): 'refresh-now' | 'later' | 'let-expire' {
  // What is there could not be read; the live one would be better.
  if (f.kept === 'unreadable') return 'refresh-now';
  // Section 8.3: whoever opts out publishes mode none, waits until all policies have expired, and takes everything away.
  if (f.kept === 'none') return 'let-expire';
  if (f.kept === 'spent') return 'let-expire';
  if (f.life === 'short') return 'let-expire';
  if (f.age === 'young') return 'later';
  // "limit further attempts to a period of five minutes or longer".
  if (f.failed === 'lately') return 'later';
  return 'refresh-now';
}

/** RFC 8461, Section 3.3: where nothing can be fetched, "the sender MUST apply that cached policy"; so a failure lifts none. */
export function mergedPolicy(f: {
  incoming: 'policy' | 'failure';
  kept: 'none' | 'policy' | 'unreadable';
  age: 'newer' | 'same-or-older' | 'clock-moved';
}): 'replace' | 'keep' | 'remember-failure' {
  if (f.incoming === 'failure') {
    // Something was learned after it.
    if (f.age === 'same-or-older') return 'keep';
    return 'remember-failure';
  }
  // No policy is there that this one could be older than.
  if (f.kept !== 'policy') return 'replace';
  if (f.age === 'same-or-older') return 'keep';
  return 'replace';
}

/** A full store: a policy gives way to one that binds at least as much, and an enforced one to none. */
export function roomInStore(f: {
  newcomer: 'spent' | 'none' | 'testing' | 'enforce';
  least: 'spent' | 'none' | 'testing' | 'enforce';
}): 'make-room' | 'turn-away' {
  const worth = { spent: 0, none: 1, testing: 2, enforce: 3 };
  if (f.least === 'enforce') return 'turn-away';
  return worth[f.newcomer] >= worth[f.least] ? 'make-room' : 'turn-away';
}

/** RFC 8460, Section 4.1: one report of a day. Section 5.5: sent "for up to 24 hours", so no claim is longer. */
export function claimOn(f: {
  report: 'unknown' | 'open' | 'claimed' | 'settled';
  claim: 'running' | 'over' | 'far-off';
}): 'claimed' | 'taken' {
  if (f.report === 'open') return 'claimed';
  if (f.report === 'claimed' && f.claim !== 'running') return 'claimed';
  return 'taken';
}

/** RFC 8460, Sections 5.4 and 5.5. */
export function endpointSays(
  answer:
    | 'mail-delivered'
    | 'mail-deferred'
    | 'mail-bounced'
    | 'no-key'
    | 'signing-failed'
    | 'status-2xx'
    | 'status-passing'
    | 'status-other'
    | 'no-response'
    | 'no-such-host'
    | 'address-refused'
    | 'host-exhausted',
): 'accepted' | 'later' | 'refused' {
  // "a 'successful' response ... typically a 200 or 201"; and a mail server that took the mail.
  if (answer === 'status-2xx' || answer === 'mail-delivered') return 'accepted';
  // "Other codes could indicate a delivery failure": nothing that waiting could mend.
  if (answer === 'status-other' || answer === 'mail-bounced') return 'refused';
  if (answer === 'no-such-host' || answer === 'address-refused') return 'refused';
  // "a sender SHOULD attempt redelivery": what is left may pass.
  return 'later';
}

/** RFC 7672, Section 3.1, and RFC 7671, Sections 5 and 10.1, for who publishes. */
export function worthOfTlsa(f: {
  usage: 'pkix-ta' | 'pkix-ee' | 'dane-ta' | 'dane-ee' | 'unknown';
  selector: 'certificate' | 'public-key' | 'unknown';
  matching: 'full' | 'sha-256' | 'sha-512' | 'unknown';
}): 'recommended' | 'acceptable' | 'discouraged' | 'useless' {
  // 3.1.3: "SHOULD NOT include TLSA RRs with certificate usage PKIX-TA(0) or PKIX-EE(1)".
  if (f.usage === 'pkix-ta' || f.usage === 'pkix-ee') return 'useless';
  // Nobody can use what nobody knows.
  if (f.usage === 'unknown' || f.selector === 'unknown' || f.matching === 'unknown') return 'useless';
  // RFC 7671, 5.2.1 and 10.1: "a matching type of Full(0)" is "NOT RECOMMENDED".
  if (f.matching === 'full') return 'discouraged';
  // RFC 7671, 5.1: "DANE-EE(3) SPKI(1) SHA2-256(1)". 5.2.1: "DANE-TA(2) ... a selector of Cert(0)".
  const best = f.usage === 'dane-ee' ? 'public-key' : 'certificate';
  // 2: "only SHA2-256(1) is mandatory to implement".
  if (f.selector === best) return f.matching === 'sha-256' ? 'recommended' : 'acceptable';
  // 3.1.1: a certificate changes with each renewal. 3.1.2: a bare key of an issuer has no constraints.
  return f.usage === 'dane-ee' ? 'discouraged' : 'acceptable';
}

/** RFC 7672, Section 2.2, of one address that was visited. */
export function recordsAgainstChain(f: {
  records: 'usable' | 'unusable' | 'absent';
  match:
    | 'not-tried'
    | 'matched'
    | 'mismatch'
    | 'name-mismatch'
    | 'expired'
    | 'unfit'
    | 'unfinished'
    | 'unreadable';
}):
  | 'nothing-to-match'
  | 'tlsa-matches'
  | 'tlsa-mismatch'
  | 'tlsa-name-mismatch'
  | 'tlsa-expired'
  | 'tlsa-weak'
  | 'tlsa-unfinished' {
  // Without usable records there is nothing to compare with, without a chain nothing to compare.
  if (f.records !== 'usable' || f.match === 'not-tried') return 'nothing-to-match';
  if (f.match === 'matched') return 'tlsa-matches';
  if (f.match === 'name-mismatch') return 'tlsa-name-mismatch';
  if (f.match === 'expired') return 'tlsa-expired';
  // RFC 9325, Section 4.5: the anchor is reached, by what must not be relied on.
  if (f.match === 'unfit') return 'tlsa-weak';
  // Nobody knows; not a mismatch.
  if (f.match === 'unfinished') return 'tlsa-unfinished';
  return 'tlsa-mismatch';
}

type PostfixKind = 'dane' | 'nothing' | 'records-tls' | 'tls' | 'pkix' | 'unknown' | 'closed' | 'dane-closed';

/** RFC 7672, Sections 2.1.2 and 2.2, and RFC 8461, Sections 4 and 5, for one host. */
export function needForPostfix(f: {
  target: 'name' | 'literal';
  found: 'found' | 'no-address' | 'unknown';
  dane: 'no-demand' | 'encrypt' | 'authenticate' | 'unreachable';
  sts: 'no-demand' | 'observe' | 'authenticate' | 'unreachable';
  operator:
    | 'no-demand'
    | 'encrypt'
    | 'authenticate'
    | 'authenticate-domain'
    | 'authenticate-by-dane'
    | 'unreachable';
}):
  | 'gone'
  | 'unknown'
  | 'dane'
  | 'pkix-by-policy'
  | 'pkix-by-rule'
  | 'tls'
  | 'records-tls'
  | 'nothing'
  | 'closed'
  | 'dane-unread'
  | 'dane-closed' {
  if (f.found === 'no-address') return 'gone';
  // RFC 8461, 5: "MUST NOT deliver the message to hosts that fail MX matching".
  const isForeign = f.sts === 'unreachable';
  // RFC 7672, 2.1.2: "the SMTP server MUST NOT be used" while its records cannot be learned; nor is it known whether it has any.
  if (f.found === 'unknown' || f.dane === 'unreachable') {
    if (isForeign) return 'dane-closed';
    // Postfix asks again, and may hear that there are none: then the others' demands stand alone; or of records, and go by them alone.
    if (f.sts === 'authenticate') return 'dane-unread';
    return f.operator !== 'no-demand' ? 'closed' : 'unknown';
  }
  // RFC 9325, 7.1: no level has the records of such a host matched and the domain's own name as well.
  const isMore = f.operator === 'unreachable' || f.operator === 'authenticate-domain';
  if (f.dane === 'authenticate') return isForeign || isMore ? 'dane-closed' : 'dane';
  // From here on no record can be matched.
  if (isForeign || f.operator === 'unreachable' || f.operator === 'authenticate-by-dane') return 'closed';
  if (f.sts === 'authenticate') return 'pkix-by-policy';
  if (f.operator === 'authenticate' || f.operator === 'authenticate-domain')
    return f.target === 'literal' ? 'closed' : 'pkix-by-rule';
  if (f.operator === 'encrypt') return 'tls';
  // RFC 7672, 2.2: "a connection to the SMTP server MUST be made using authenticated or unauthenticated TLS".
  return f.dane === 'encrypt' ? 'records-tls' : 'nothing';
}

/**
 * postconf(5) on smtp_tls_security_level, and TLS_README on `dane`, `dane-only`, `secure`: what each level does with each kind of host.
 * Of the levels that give every kind what it needs, and reach somebody, the one that spares most of them.
 */
export function levelForPostfix(f: {
  known: 'hosts' | 'no-mail' | 'unknown';
  mx: 'proven' | 'insecure';
  policy: 'enforced' | 'other';
  dane: 'some' | 'none';
  others: 'none' | 'nothing' | 'records-tls' | 'mixed' | 'tls' | 'pkix';
  closed: 'none' | 'unknown' | 'closed' | 'dane-closed';
}): 'none' | 'encrypt' | 'dane' | 'dane-only' | 'secure' | 'secure-all' | 'wait' {
  if (f.known === 'unknown') return 'wait';
  if (f.known === 'no-mail') return f.policy === 'enforced' ? 'wait' : 'none';
  const kinds: PostfixKind[] = [];
  if (f.dane === 'some') kinds.push('dane');
  if (f.others === 'mixed') kinds.push('records-tls', 'nothing');
  else if (f.others !== 'none') kinds.push(f.others);
  if (f.closed !== 'none') kinds.push(f.closed);
  // A certificate for the domain alone, where nobody vouches for the names of its hosts, tells no host from another.
  const namesTell = f.mx === 'proven' || f.policy === 'enforced';
  // RFC 7672, 2.2.1: below an insecure MX there is no DANE to speak of, if there is a policy to hold to.
  const bindsByPolicy = f.mx === 'insecure' && f.policy === 'enforced';

  type Treatment = 'clear' | 'tls' | 'matched' | 'certificate' | 'skipped';
  const treat = (level: string, kind: PostfixKind): Treatment => {
    if (level === 'none') return 'clear';
    if (level === 'encrypt') return 'tls';
    if (level === 'secure' || level === 'secure-all') {
      if (!namesTell || kind === 'pkix') return 'certificate';
      return kind === 'dane' && level === 'secure-all' ? 'certificate' : 'skipped';
    }
    if (kind === 'unknown') return 'skipped';
    if (kind === 'dane' || kind === 'dane-closed')
      return level === 'dane-only' && f.mx === 'insecure' ? 'skipped' : 'matched';
    if (level === 'dane-only') return 'skipped';
    return kind === 'records-tls' ? 'tls' : 'clear';
  };
  const isEnough = (kind: PostfixKind, treatment: Treatment): boolean => {
    if (treatment === 'skipped') return true;
    switch (kind) {
      case 'nothing':
        return true;
      case 'tls':
      case 'records-tls':
        return treatment !== 'clear';
      case 'pkix':
        return treatment === 'certificate';
      case 'dane':
        return bindsByPolicy ? treatment === 'certificate' : treatment === 'matched';
      default:
        return false;
    }
  };
  const isMore = (kind: PostfixKind, treatment: Treatment): boolean =>
    treatment === 'skipped'
      ? kind !== 'unknown' && kind !== 'closed' && kind !== 'dane-closed'
      : kind === 'nothing' && treatment !== 'clear';

  const levels = ['none', 'encrypt', 'dane-only', 'dane', 'secure', 'secure-all'] as const;
  const needing = kinds.filter((kind) => kind === 'pkix' || kind === 'dane');
  const fit = levels.filter((level) => {
    if (level === 'secure' && !kinds.includes('pkix')) return false;
    if (level === 'secure-all' && needing.length === 0) return false;
    const reaches = kinds.some((kind) => treat(level, kind) !== 'skipped');
    return reaches && kinds.every((kind) => isEnough(kind, treat(level, kind)));
  });
  const cost = (level: string) => kinds.filter((kind) => isMore(kind, treat(level, kind))).length;
  return fit.toSorted((one, other) => cost(one) - cost(other))[0] ?? 'wait';
}

/** postconf(5) on smtp_tls_policy_maps: `match` with `secure` only; `servername` since Postfix 3.4, what reports need since 3.10. */
export function attributesForPostfix(f: {
  level: 'none' | 'encrypt' | 'dane' | 'dane-only' | 'secure' | 'secure-all' | 'wait';
  policy: 'enforced' | 'other';
  version: 'before-3.4' | 'from-3.4' | 'from-3.10';
}): 'bare' | 'match' | 'match-and-name' | 'match-name-and-report' {
  if (!f.level.startsWith('secure')) return 'bare';
  if (f.version === 'before-3.4') return 'match';
  return f.version === 'from-3.10' && f.policy === 'enforced' ? 'match-name-and-report' : 'match-and-name';
}

/** RFC 8689, Section 4.2.1, steps 1 to 4, as far as earlier mail has seen them hold: `yes` where a step holds, `no` where it does not. */
export function readyForRequireTls(f: {
  requireTls: 'yes' | 'no' | 'unknown';
  mtaSts: 'yes' | 'no' | 'unknown';
  dane: 'yes' | 'no' | 'unknown';
  dnssec: 'yes' | 'no' | 'unknown';
}): 'ready' | 'not-ready' | 'not-known' {
  // Any of these will do; of DNSSEC alone it is not known whether the certificates are good.
  const vouchers = [f.mtaSts, f.dane, f.dnssec === 'no' ? 'no' : 'unknown'];
  const vouched = vouchers.includes('yes') ? 'yes' : vouchers.includes('unknown') ? 'unknown' : 'no';
  if (f.requireTls === 'no') return 'not-ready';
  if (f.requireTls === 'unknown') return 'not-known';
  return vouched === 'yes' ? 'ready' : vouched === 'no' ? 'not-ready' : 'not-known';
}
