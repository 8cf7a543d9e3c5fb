/*
 * Relays, read a second time. Which way mail takes: our own choice in plain steps. How we say to one who we are: RFC 4954,
 * RFC 5802, RFC 7677.
 */

/** The first route counts whose every list is met. */
export function routeSpeaks(f: {
  to: 'met' | 'not-met';
  from: 'met' | 'not-met';
  account: 'met' | 'not-met';
  attempt: 'met' | 'not-met';
}): 'matches' | 'passes' {
  return [f.to, f.from, f.account, f.attempt].includes('not-met') ? 'passes' : 'matches';
}

/** A name that was given beats the routes, and a name that means nothing is no leave to go another way. */
export function wayOfMail(f: {
  asked: 'none' | 'known' | 'unknown';
  routed: 'none' | 'known' | 'unknown';
}): 'as-asked' | 'as-routed' | 'direct' | 'unknown' {
  const name = f.asked === 'none' ? f.routed : f.asked;
  if (name === 'none') return 'direct';
  if (name === 'unknown') return 'unknown';
  return f.asked === 'none' ? 'as-routed' : 'as-asked';
}

/** RFC 4954, Sections 4 and 14; RFC 5802, Section 9: may this mechanism be used here? */
export function mechanismWillDo(f: {
  offered: 'yes' | 'no';
  session: 'clear' | 'unverified' | 'verified';
  kind: 'bound' | 'proof' | 'digest' | 'secret' | 'external';
}): 'usable' | 'not-offered' | 'not-here' {
  if (f.offered === 'no') return 'not-offered';
  if (f.session === 'clear') return 'not-here';
  if (f.session === 'verified') return 'usable';
  // Whoever answers gets nothing out of a proof.
  return f.kind === 'bound' || f.kind === 'proof' ? 'usable' : 'not-here';
}

/** RFC 4954, Section 4: does the client authenticate? */
export function saysWho(f: {
  user: 'none' | 'named';
  mechanism: 'found' | 'none';
}): 'go-on' | 'authenticate' | 'wait' {
  if (f.user === 'none') return 'go-on';
  return f.mechanism === 'found' ? 'authenticate' : 'wait';
}

/** RFC 4954, Section 6; RFC 5802, Section 5: "the client MUST check" what the server proves. */
export function afterAuth(f: {
  answer: 'accepted' | 'refused-for-now' | 'refused' | 'lost' | 'failed';
  proof: 'shown' | 'not-due' | 'missing';
}): 'go-on' | 'wait' | 'wait-for-operator' {
  if (f.answer === 'lost' || f.answer === 'refused-for-now') return 'wait';
  if (f.answer === 'accepted' && f.proof !== 'missing') return 'go-on';
  return 'wait-for-operator';
}
